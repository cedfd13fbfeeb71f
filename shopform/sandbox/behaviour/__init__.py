"""What the shop does with each kind of object, written by hand from the dossier of its API.

It shares the kinds' Wire facts with the engine and nothing else, so that a belief that is wrong
there is not wrong here too. Sources are named as in docs/reference/api-facts.md.
"""
