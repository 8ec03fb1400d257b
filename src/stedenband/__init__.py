"""stedenband: the system of record for partnerships between cities."""
