"""What shopform remembers of a shop: the state, its journal and its lock."""
