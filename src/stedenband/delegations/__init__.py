"""Delegations: who visits whom, from first idea to published report."""
