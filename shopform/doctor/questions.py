"""The questions about a shop: a row for each, those about kinds expanded for each kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from shopform.doctor import lists, objects, writes
from shopform.doctor.findings import Finding
from shopform.doctor.readings import Readings
from shopform.kinds import Catalogue, Field, Kind

ANY = "works with all of them"
BOTH = "reads both"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, named as the sandbox's switch where there is one.

    `assumes` is what shopform assumes. If `good` is not empty, an answer that is not in it
    contradicts that. `probe`: reads alone do not answer it.
    """

    name: str
    about: str
    assumes: str
    find: Callable[[Readings], Finding]
    good: tuple[str, ...] = ()
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    finding: Finding

    @property
    def contradicts(self) -> bool:
        good, word = self.question.good, self.finding.word
        return self.finding.contradicts or (bool(good and word) and word not in good)


def answers(seen: Readings) -> list[Answer]:
    """Answer all questions about the kinds of a shop.

    One that is not answered because requests failed has those as the reason.
    """
    return [Answer(each, _finding(each, seen)) for each in questions(seen.catalogue)]


def _finding(question: Question, seen: Readings) -> Finding:
    finding, failures = question.find(seen), seen.failures
    if finding.word or not failures or finding == question.find(replace(seen, trusting=True)):
        return finding
    return finding._replace(why=f"requests failed: {failures}")


def questions(catalogue: Catalogue) -> tuple[Question, ...]:
    about_kinds = (row for kind in catalogue.kinds for row in of_kind(catalogue, kind))
    return *about_kinds, *READ, *PROBED


def of_kind(catalogue: Catalogue, kind: Kind) -> Iterator[Question]:
    """Yield the questions about one kind."""

    def row(
        name: str, about: str, assumes: str, find: Callable[..., Finding], *more: Field
    ) -> Question:
        return Question(name, about, assumes, partial(find, kind, *more))

    at, known = kind.wire.endpoint.value, f"`{kind.wire.id.value[0]}`, or its aliases"
    yield row(f"exists.{kind.name}", "whether it can be read", "needed if declared", lists.exists)
    yield row(f"shape.{at}", f"form of the list of /{at}", BOTH, lists.shape)
    yield row(f"typing.{at}", f"numbers and booleans of /{at}", "reads all forms", objects.typing)
    yield row(f"{kind.name}_id", "key of the id", known, objects.id_key)
    yield row(f"{kind.name}_columns", "fields that are shown", "all are shown", objects.columns)
    if kind.tentative:
        names = ",".join(kind.fields[name].wire for name in kind.fields if name in kind.tentative)
        about = "keys of the undocumented fields"
        yield row(f"{kind.name}_names", about, names, objects.field_names)
    yield row(f"{kind.name}_removal", "what marks a removed object",
              "`is_removed` or `removed_on`", objects.removal)  # fmt: skip
    if catalogue.children[kind.name]:
        about = "children in its response"
        yield row(f"{kind.name}_embeds", about, "ignores them", objects.embeds)
    if kind.route:
        yield row(f"{kind.name}_path", "host and leading slash", ANY, objects.path_form)
    yield from _of_fields(kind, row)


def _of_fields(kind: Kind, row: Callable[..., Question]) -> Iterator[Question]:
    for each in kind.rows:
        name = f"{kind.name}_{each.name}"
        if each.generated:
            yield row(name, "whether reads show it", "it is shown once", objects.secret, each)
        elif each.type.name == "set":
            yield row(name, "form in responses", BOTH, objects.set_form, each)
        elif each.aliases and not each.tentative:
            yield row(name, "its key in responses", BOTH, objects.aliased, each)
        if each.known:
            singular = each.name.removesuffix("s")
            yield _probe(
                f"{kind.name}_unknown_{singular}",
                "undocumented values",
                "warns, and sends them",
                partial(writes.refusal, "unknown", "update", "accept"),
            )


READ = (
    Question("absent", "a read of an unknown id", "404 or 410", lists.absent, ("404", "410")),
    Question("errors", "body of an error", BOTH, lists.errors),
    Question("denied", "status when a right is missing", BOTH, lists.denied),
    Question("refused", "what the key may not do", "what is declared may be written", lists.rights),
    Question("usage_headers", "headers about usage", "none is needed", lists.usage_headers),
    Question("app_usage", "usage in the list of an app", "counts calls itself", lists.app_usage),
    Question("order", "order of lists", ANY, lists.order),
    Question("total", "type of `paging.total`", ANY, lists.total),
    Question("paging_count", "what `paging.count` counts", ANY, lists.paging_count),
    Question("page_max", "largest page", "100, or what the shop reports", lists.page_max),
    Question("limit_over", "a limit above the largest page", "sends none", lists.limit_over),
    Question("bare_limit", "`limit` on bare lists", BOTH, lists.bare_limit),
    Question("missing_filter", "a list without its parent", "sends none", lists.missing_filter),
    Question("parent_key", "the parent in items of lists", BOTH, lists.parent_key),
    Question("list_objects", "objects in lists", "whole", lists.list_objects),
    Question("empty_text", "how empty strings are returned", ANY, objects.empty_text),
    Question("removed", "removed objects in lists", "skips them", lists.removed),
)  # fmt: skip


def _probe(
    name: str, about: str, assumes: str, find: Callable[[Readings], Finding], *good: str
) -> Question:
    return Question(name, about, assumes, find, good, probe=True)


_UPDATES = ("update", "clear_empty", "restore", "clear_null", "unknown")
_DELETES = ("delete", "drop", "delete_parent")
PROBED = (
    _probe("post", "body of a create", "looks an object without an id up", writes.post),
    _probe("put", "body and status of an update", ANY, partial(writes.done, _UPDATES)),
    _probe("delete", "body and status of a delete", ANY, partial(writes.done, _DELETES)),
    _probe("merge", "whether an update leaves what it does not send", "yes", writes.merges, "yes"),
    _probe("clear_empty", 'whether "" clears a string', "yes",
           partial(writes.clears, "clear_empty"), "yes"),
    _probe("clear_null", "whether null clears a string", 'not needed: "" is sent',
           partial(writes.clears, "clear_null")),
    _probe("read_removed", "a read of a removed object", ANY, writes.read_removed),
    _probe("delete_parent", "deleting an object with children", "deletes children first",
           writes.delete_parent),
    _probe("unique_names", "a name that another object has", "reports the refusal",
           partial(writes.refusal, "same_name", "create", "free")),
    _probe("unknown_columns", "columns that are not documented", "sends those that are shown",
           writes.unknown_columns),
    _probe("identity", "rewriting of names", "records what was stored", writes.rewriting),
    _probe("html", "rewriting of rich text", "records what was stored", writes.rich_text),
    _probe("slugs", "a path that is taken", "reports the other path", writes.path_taken),
    _probe("slug_missing", "a create without a path", ANY, writes.path_missing),
    _probe("slug_removed", "the path of a removed object", ANY, writes.path_removed),
)  # fmt: skip
