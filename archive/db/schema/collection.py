# SPDX-License-Identifier: BSD-3-Clause
"""Collections: surveys and high-level science products, and what belongs to them."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["CollectionRow", "ProductCollectionRow"]


class CollectionRow(Base):
    """A named set of products: a survey or a set of high-level science products."""

    __tablename__ = "collection"

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    name: Mapped[str] = mapped_column(
        unique=True, info=facts("Name", "Short name, used in addresses.", ucd="meta.id;meta.dataset")
    )
    title: Mapped[str] = mapped_column(default="", info=facts("Title", "Title for people.", ucd="meta.title"))
    description: Mapped[str] = mapped_column(default="", info=facts("Description", "What it holds.", ucd="meta.note"))
    is_hlsp: Mapped[bool] = mapped_column(
        default=False, info=facts("HLSP", "Whether it holds high-level science products.", ucd="meta.code")
    )


class ProductCollectionRow(Base):
    """A product's membership in a collection."""

    __tablename__ = "product_collection"

    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collection.id", ondelete="CASCADE"),
        primary_key=True,
        info=facts("Collection", "The collection.", ucd="meta.id"),
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        info=facts("Product", "The member.", ucd="meta.id"),
    )
