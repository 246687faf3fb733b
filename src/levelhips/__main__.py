"""python -m levelhips"""

from levelhips.cli import main

main()
