"""The import of a register of twinnings: read the rows, match the cities, plan, load."""
