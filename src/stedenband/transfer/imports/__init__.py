"""Imports: the rows of a file become records by the same rules as requests, or a list of what is to be put right."""
