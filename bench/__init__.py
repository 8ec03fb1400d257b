"""Measures the API side by side with its peers on the same rows: `make bench`, docs/performance.md."""
