"""Exports that take long: all records of a collection that match, as a task."""
