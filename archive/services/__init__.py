"""The use cases: one class each, the caller first; rights are checked here."""
