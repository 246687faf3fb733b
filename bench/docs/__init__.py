"""The parts of the documents that are made from the code.

A page has a pair of markers around each such part::

    <!-- made from the code: drills -->
    ...
    <!-- end -->

`make docs` (`python -m bench.docs`) writes what belongs between them. A part may stand in any page, under any heading.
"""
