"""The feed: what callers and webhooks are told of the record of change, and how an item of it looks."""
