"""Make each operation of a session and of each command that writes fail, one after another, and check what is left."""
