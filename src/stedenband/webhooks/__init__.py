"""Webhooks: clients name addresses that are told what changed, message by message (docs/adr/0040-webhooks.md)."""
