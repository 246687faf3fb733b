"""Every sentence for people, by key: messages in ``languages/<language>/*.po``, and the functions that write them.

`catalog` writes sentences; `languages` chooses the language and reads its files.
"""

from levelhips.text.catalog import Text, has, number, reload, set_loader, text, tr

__all__ = ["Text", "has", "number", "reload", "set_loader", "text", "tr"]
