"""The pages of an observation and of a file."""
