"""The behaviour of the shop for each kind, written by hand from the dossier of its API.

It shares only the kinds' Wire facts with the engine, so that a wrong assumption of the engine is
not repeated here. Sources are named as in docs/reference/api-facts.md.
"""
