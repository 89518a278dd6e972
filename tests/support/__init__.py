"""Fakes, factories and fixtures for the tests."""
