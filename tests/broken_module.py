"""A module that does not import."""

raise RuntimeError("Missing KEY\nand more about it")
