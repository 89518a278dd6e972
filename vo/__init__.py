"""The IVOA as a library: knows sky, standards and protocols, and nothing of our holdings."""
