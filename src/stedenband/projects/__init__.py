"""Exchange projects: what a city does with its partners, for which goal, with whom, and what came of it."""
