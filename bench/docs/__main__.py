"""Make the generated parts of all documents again: `python -m bench.docs`."""

from bench.docs.pages import ROOT, write
from bench.docs.parts import PARTS
from bench.texts import compile_language
from levelhips.text.choice import choose

compile_language("en")
choose("en")
for page in write(PARTS):
    print(f"Wrote {page.relative_to(ROOT)}")
