"""Search in the browser: the simple form, the advanced form, the results."""
