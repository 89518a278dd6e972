"""Table access (TAP 1.1)."""
