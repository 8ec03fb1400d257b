"""API clients, their keys, and how a caller is recognized."""
