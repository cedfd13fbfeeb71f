"""Questions that only writes answer: bodies, merging, clearing, rewriting, paths and deletes."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from shopform.doctor.findings import Finding, agreed, among, found, unknown
from shopform.doctor.readings import Item, Readings, Recorded
from shopform.kinds import Kind
from shopform.kit.text import backquoted
from shopform.model.json_values import REMOVED, is_removed, is_set

NOT_TRIED = "only `--probe` shows it"
ABSENT = (404, 410)
CUT = 16  # the sandbox's length; a shop's own may be another


def _untried(seen: Readings) -> Finding:
    if not seen.probed:
        return unknown(NOT_TRIED)
    refused = [
        f"{one.kind} is not created, it answers {one}"
        for one in seen.of("create")
        if not (one.accepted or one.failed or _created(one.kind, seen))
    ]
    reasons = "; ".join(filter(None, [seen.failures, *dict.fromkeys(refused)]))
    return unknown("the probe did not come to it" + (f": {reasons}" if reasons else ""))


def _shown(step: str, kind: str, seen: Readings) -> Item | None:
    """Return the object of the first such read."""
    one = seen.first(step, kind=kind)
    return seen.object(one) if one else None


def _created(kind: str, seen: Readings) -> Recorded | None:
    """Return the create that the shop accepted, of those with different names of fields."""
    return next((one for one in seen.of("create", kind=kind) if one.accepted), None)


def post(seen: Readings) -> Finding:
    """The body of a create."""
    made = [
        one
        for one in seen.of("create", "same_name", "below", "below_plain", "again")
        if one.accepted
    ]
    if not made:
        return _untried(seen)
    statuses = sorted({one.status for one in made})
    return agreed({_post_form(one, seen) for one in made}, f"{len(made)} creates: {statuses}")


def _post_form(one: Recorded, seen: Readings) -> str:
    if not isinstance(one.body, dict):
        return "empty" if one.body is None else "other"
    if not seen.id(one.kind, one.body):
        return "wrapped" if any(isinstance(each, dict) for each in one.body.values()) else "other"
    return "id_only" if len(one.body) == 1 else "object"


def done(steps: tuple[str, ...], seen: Readings) -> Finding:
    """The body and status of updates, or of deletes."""
    made = [one for one in seen.of(*steps) if one.accepted]
    if not made:
        return _untried(seen)
    words = {f"{_body(one, seen)}{one.status}" for one in made}
    return agreed(words, f"{len(made)} answers")


def _body(one: Recorded, seen: Readings) -> str:
    if one.body is None:
        return "empty" if one.form == "empty" else "text"
    item = seen.object(one)
    return "object" if item and seen.id(one.kind, item) else "other"


def merges(seen: Readings) -> Finding:
    """Whether an update leaves what it does not send."""
    words = set()
    for one in seen.of("update"):
        before = _shown("created", one.kind, seen)
        after = _shown("updated", one.kind, seen)
        if before and after and one.accepted:
            first = _created(one.kind, seen)
            kept = [key for key in (first.sent if first else {}) if key not in one.sent]
            kept = [k for k in kept if k in after and before.get(k) not in (None, "", 0, "0")]
            if kept:
                same = all(before[key] == after[key] for key in kept)
                words.add("yes" if same else "no")
    return agreed(words, "fields that an update did not send") if words else _untried(seen)


def clears(step: str, seen: Readings) -> Finding:
    """Whether a value clears a string."""
    for one in seen.of(step):
        after = _shown(f"{step}_read", one.kind, seen)
        if one.rejected:
            return found("no", f"it answers {one}")
        if after is not None and after.keys() >= one.sent.keys():
            blank = all(after[key] in (None, "") for key in one.sent)
            return found("yes" if blank else "no", "a read after it")
    return _untried(seen)


def refusal(step: str, usual: str, accepted: str, seen: Readings) -> Finding:
    """Whether a write is accepted, as the `usual` one is; the other word is `refuse`."""
    one = seen.first(step)
    if one is None or not (one.accepted or one.rejected):
        return _untried(seen)
    if not any(each.accepted for each in seen.of(usual, kind=one.kind)):
        return unknown(f"the shop does not accept another {usual} of {one.kind}")
    if hidden := one.sent.keys() - seen.keys(one.kind).keys():
        return unknown(f"the shop does not show {backquoted(sorted(hidden))}")
    return found(accepted if one.accepted else "refuse", f"it answers {one}")


def _nfc(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


NAMES: Mapping[str, Callable[[str], str]] = {
    "keep": lambda text: text,
    "fold": _nfc,
    "lower": str.lower,
    "decode": html.unescape,
    "encode": lambda text: html.escape(text, quote=False),
    "cut": lambda text: text[:CUT].strip(),
    "sign": lambda text: re.sub(r"[^\x00-\x7f]", "?", text),
}


def _crlf(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\r\n", text.strip())


def _clean(text: str) -> str:
    text = re.sub(r"</?[A-Za-z][A-Za-z0-9]*", lambda tag: tag.group().lower(), text.strip())
    return _crlf(re.sub(r"</p>\s*(?=<)", "</p>\n", text))


HTML: Mapping[str, Callable[[str], str]] = {
    "crlf": _crlf,
    "keep": lambda text: text,
    "clean": _clean,
}


def rewriting(seen: Readings) -> Finding:
    """How the shop stores names."""
    for kind in seen.catalogue.kinds:
        if kind.route is None:
            key = seen.label(kind)
            one, after = _created(kind.name, seen), _shown("created", kind.name, seen)
            sent = one.sent.get(key) if one else None
            tried = isinstance(sent, str) and not sent.isascii() and not kind.path
            if tried and after and key in after:
                return _rewritten(NAMES, str(sent), after[key])
    return _untried(seen)


def rich_text(seen: Readings) -> Finding:
    """How the shop stores rich text."""
    for one in seen.of("update"):
        rows = seen.catalogue[one.kind].fields
        rich = [n for n, row in rows.items() if row.type.rich]
        keys = [seen.surfaces[one.kind].fields.get(name, "") for name in rich]
        after = _shown("updated", one.kind, seen)
        for key in keys:
            if after and one.accepted and key in one.sent and key in after:
                return _rewritten(HTML, str(one.sent[key]), after[key])
    return _untried(seen)


def _rewritten(words: Mapping[str, Callable[[str], str]], sent: str, stored: object) -> Finding:
    fits = {word: rewrite(sent) == stored for word, rewrite in words.items()}
    if not any(fits.values()):
        return found("other", "it is stored in a way that no word describes")
    return among(fits, "a read of what was sent", "several fit")


def _paths(seen: Readings) -> Iterator[tuple[Kind, str]]:
    for kind in seen.catalogue.kinds:
        key = seen.surfaces[kind.name].fields.get(kind.path, "") if kind.path else ""
        if key and _created(kind.name, seen):
            yield kind, key


def path_missing(seen: Readings) -> Finding:
    """What the path of an object is that is created without one."""
    for kind, key in _paths(seen):
        made = _shown("created", kind.name, seen)
        if made is not None and key in made:
            return found("generate" if made[key] else "empty", f"`{key}` of a new object")
    return _untried(seen)


def path_taken(seen: Readings) -> Finding:
    """What a path becomes that another object has."""
    for kind, key in _paths(seen):
        one, made = seen.first("below", kind=kind.name), _shown("below_read", kind.name, seen)
        sent = one.sent.get(key) if one else None
        if one and sent and one.rejected:
            plain = seen.first("below_plain", kind=kind.name)
            if plain and plain.accepted:
                return found("refuse", f"it answers {one}, and takes it without the path")
        elif sent and made and key in made:
            return found(_path_word(sent, made[key]), "a read after the create")
    return _untried(seen)


def _path_word(sent: object, stored: object) -> str:
    words = {str(sent): "same", f"{sent}-x": "suffix"}
    return words.get(str(stored), "other")


def path_removed(seen: Readings) -> Finding:
    """Whether the path of a removed object can be used again."""
    for kind, key in _paths(seen):
        one, made = seen.first("again", kind=kind.name), _shown("again_read", kind.name, seen)
        if one and one.rejected:
            return found("reserved", f"it answers {one}")
        if one and made and key in made:
            same = made[key] == one.sent.get(key)
            return found("free" if same else "reserved", "a read after the create")
    return _untried(seen)


def delete_parent(seen: Readings) -> Finding:
    """What deleting an object with children does."""
    one = seen.first("delete_parent")
    if one is None or not (one.accepted or one.rejected):
        return _untried(seen)
    if one.rejected:
        return found("refuse", f"it answers {one}")
    after = seen.first("below_after", kind=one.kind)
    child = seen.object(after) if after else None
    if after is None or not (child or after.status in ABSENT):
        return _untried(seen)
    kept = child is not None and not is_removed(child)
    return found("orphan" if kept else "cascade", f"the child answers {after}")


def read_removed(seen: Readings) -> Finding:
    """What a read of a removed object answers, where objects show whether they are removed."""
    words, evidence = set(), set()
    for one in seen.of("deleted"):
        if seen.removal(one.kind) and (one.status in ABSENT or seen.object(one)):
            words.add("show" if one.accepted else str(one.status))
            body = one.body if isinstance(one.body, dict) else {}
            shown = backquoted(key for key in REMOVED if key in body) or "no mark of it"
            evidence.add(f"it answers {one} with {shown}")
    return agreed(words, "; ".join(sorted(evidence))) if words else _untried(seen)


def unknown_columns(seen: Readings) -> Finding:
    """Whether the shop takes columns that it shows and no source documents for requests."""
    for one in seen.of("create"):
        kind = seen.catalogue[one.kind]
        fields = seen.surfaces[one.kind].fields
        known = {fields.get(n) for n, row in kind.fields.items() if not row.tentative}
        after = _shown("created", one.kind, seen)
        more = [key for key in one.sent if key not in known]
        if after and more and kind.path:
            kept = all(is_set(after.get(key)) == bool(one.sent[key]) for key in more)
            return found("keep" if kept else "drop", "a read after the create")
    return _untried(seen)
