"""Plan and apply the set-up of Shoporama shops from YAML kept in git."""

__version__ = "0.1.0"
