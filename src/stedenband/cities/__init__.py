"""Partner cities, the links between them, and the agreements of a link."""
