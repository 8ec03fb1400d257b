"""`python -m stedenband` is the `stedenband` command."""

from stedenband.cli import main

main(prog_name="stedenband")
