# SPDX-License-Identifier: BSD-3-Clause
"""Bytes: a port for file stores, the store on a local disk, and a folder for the files of jobs."""

from archive.storage.local import LocalFileStore
from archive.storage.ports import FileStore
from archive.storage.results import LocalResultStore

__all__ = ["FileStore", "LocalFileStore", "LocalResultStore"]
