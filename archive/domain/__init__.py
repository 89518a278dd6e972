"""The archive's own terms and rules, in pure Python: no input or output, no framework."""
