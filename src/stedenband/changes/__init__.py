"""The record of every change: history of a record and the feed of all."""
