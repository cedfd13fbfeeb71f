"""What GitHub and GitLab have in common."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

from shopform.forge.records import part

# The end of the name of a plan's file, after the name of the shop.
PLAN_FILE: Final = ".plan.json"


class MergedRequest(NamedTuple):
    """A request that was merged, with the last commit of its branch.

    `fork`: it is of another repository.
    """

    number: str
    label: str
    head: str
    fork: bool


class Forge(Protocol):
    """The API of a forge, with the token of the run. Every method raises ForgeError."""

    def comment(self, mark: str, body: str) -> None:
        """Replace the own comment on the run's request that begins with `mark`, or write it."""

    def merged(self, commit: str) -> list[MergedRequest]:
        """Return the requests that were merged by a commit, the last one first."""

    def saved_plan(self, request: MergedRequest, path: str) -> bytes | None:
        """Return the plan that a run of the request's head kept as an artifact, if any.

        `path` is that of its file `SHOP.plan.json`, relative to the checkout.
        """


def artifact_of(shop: str, head: str) -> str:
    """Return the name of the artifact with the plan of a shop for the last commit of a request."""
    return f"shopform-{shop}-{head}"


def own_comment(
    comments: Iterable[dict[str, Any]], author: str, by: tuple[str, str], mark: str
) -> str:
    """Return the id of the last comment of an author that begins with `mark`; empty without one.

    `by` are the keys of a comment under which the author's name is. The author counts, since
    anyone who may comment can write the mark.
    """
    own = [each for each in comments if part(each, *by) == author]
    marked = [part(each, "id") for each in own if part(each, "body").startswith(mark)]
    return marked[-1] if marked else ""
