"""Celery shells of a few lines: take an id, call a service. What they do is in ``archive/services``."""

from archive.tasks.installing import install_tasks

__all__ = ["install_tasks"]
