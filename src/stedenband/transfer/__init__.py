"""Imports and exports over every resource."""
