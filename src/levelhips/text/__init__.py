"""Every sentence for people, by key: messages in ``languages/<language>/*.po``, and the functions that write them.

`catalog` writes sentences; `choice` chooses the language and reads its catalog.
"""

from levelhips.text.catalog import Text, has, number, reload, set_loader, text, tr

__all__ = ["Text", "has", "number", "reload", "set_loader", "text", "tr"]
