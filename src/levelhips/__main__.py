"""python -m levelhips"""

from levelhips.cli.app import main

main()
