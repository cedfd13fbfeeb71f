"""Where and when a report was made, or a run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The time for display, and what CI reports of its run: user, commit, pull request, URLs.

    It is not part of the plan, whose digest does not depend on where it was made.
    """

    made: str = ""
    actor: str = ""
    commit: str = ""
    commit_url: str = ""
    request: str = ""
    request_url: str = ""
    run_url: str = ""
