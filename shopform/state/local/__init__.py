"""The state in a file beside the project, with its journal and its lock next to it."""
