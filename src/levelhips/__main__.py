"""Entry point of `python -m levelhips`: the command line."""

from levelhips.cli.app import main

main()
