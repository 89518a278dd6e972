"""The only room that knows SQLAlchemy: the catalogue's tables, and stores that read and write them."""
