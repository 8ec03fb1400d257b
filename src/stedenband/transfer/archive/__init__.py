"""The archive of a city: one ZIP of all its rows and files, with which it leaves one installation for another."""
