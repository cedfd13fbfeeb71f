"""The state of a shop, its journal and its lock."""
