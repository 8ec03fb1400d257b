"""The one-command server: what it starts, watches, replaces and stops."""
