"""Where and when a report was made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The time as it is shown, and what CI says of its run: commit, pull request, addresses.

    No part of a plan: the same plan has the same digest wherever it is shown.
    """

    made: str = ""
    commit: str = ""
    commit_url: str = ""
    request: str = ""
    request_url: str = ""
    run_url: str = ""
