# SPDX-License-Identifier: BSD-3-Clause
"""Bytes: a port for file stores and the store on a local disk."""

from archive.storage.local import LocalFileStore
from archive.storage.ports import FileStore

__all__ = ["FileStore", "LocalFileStore"]
