"""Questions about objects: names of columns, types, empty strings, what reads show."""

from collections.abc import Iterator

from shopform.doctor.findings import Finding, agreed, among, found, unknown
from shopform.doctor.lists import unread
from shopform.doctor.readings import Readings
from shopform.kinds import Field, Kind
from shopform.kinds.field_types import Seed
from shopform.kit.text import backquoted, join_first
from shopform.model.json_values import REMOVED, is_masked
from shopform.model.shop import WireNames

NUMBERS = ("number", "flag", "id", "decimal")
STRINGS = ("text", "html", "path")
SHOWN = 6
LISTED = "no object was read alone, which shows more than a list"
MANY = 5  # unset columns that show how all of them are returned


def none_exists(kind: Kind, seen: Readings) -> Finding:
    listed = seen.first("list", kind=kind.name)
    return unknown(f"no {kind.name} exists" if listed else unread(kind, seen))


def typing(kind: Kind, seen: Readings) -> Finding:
    """How the numbers and booleans of a kind are returned."""
    types: set[type] = set()
    unset = set()
    for key in dict.fromkeys(_numbers(kind, seen)):
        values = [item[key] for item in seen.items(kind.name) if key in item]
        shown = {type(value) for value in values if value not in (None, "")}
        types |= shown & {bool, int, str}
        unset |= {key} if values and not shown else set()
    if not types:
        return none_exists(kind, seen)
    evidence = f"{', '.join(sorted(each.__name__ for each in types))}"
    if bool in types:
        return found("bools", evidence)
    if types == {int, str}:
        return found("mixed", evidence)
    word = "ints" if int in types else "strings"
    return among({word: True, "mixed": bool(unset)}, evidence, f"{backquoted(unset)}: never set")


def _numbers(kind: Kind, seen: Readings) -> Iterator[str]:
    """Yield the keys of the columns with numbers, booleans or ids."""
    fields = seen.surfaces[kind.name].fields
    yield from (key for key in [seen.id_key(kind.name)] if key)
    yield from (key for key in (REMOVED[0], kind.fixed) if key)
    if kind.wire.parent:
        yield kind.wire.parent.value
    for name, row in kind.fields.items():
        if row.type.name in NUMBERS and name in fields:
            yield fields[name]


def empty_text(seen: Readings) -> Finding:
    """How empty strings are returned."""
    seen_as: dict[object, set[tuple[str, str]]] = {None: set(), "": set()}
    for kind in seen.catalogue.kinds:
        fields = seen.surfaces[kind.name].fields
        names = [n for n, r in kind.fields.items() if r.type.name in STRINGS and n in fields]
        for item in seen.items(kind.name):
            for key in (fields[name] for name in names):
                if key in item and item[key] in ("", None):
                    seen_as[item[key]].add((kind.name, key))
    null, blank = len(seen_as[None]), len(seen_as[""])
    evidence = f"null in {null} columns, an empty string in {blank}"
    if null and blank:
        return found("as_is", evidence)
    enough = null + blank >= MANY
    words = {"as_is": not enough, "null": not blank, "blank": not null}
    return among(words, evidence, "too few strings are unset")


def id_key(kind: Kind, seen: Readings) -> Finding:
    key = seen.id_key(kind.name)
    if key:
        return found(key, "the key of the id")
    if not seen.items(kind.name):
        return none_exists(kind, seen)
    why = f"none of {backquoted(seen.surfaces[kind.name].ids)} is shown"
    return unknown(why, contradicts=True)


def field_names(kind: Kind, seen: Readings) -> Finding:
    """The keys of the fields whose names are not documented, in order."""
    keys, fields = seen.keys(kind.name), seen.surfaces[kind.name].fields
    if not keys:
        return none_exists(kind, seen)
    if _hides(kind, seen):
        return unknown(LISTED)
    names = [key for name, key in fields.items() if name in kind.tentative and key in keys]
    return found(",".join(names) or "none", f"{len(keys)} keys")


def _hides(kind: Kind, seen: Readings) -> bool:
    """Whether only lists showed objects of a kind, of which each alone shows more."""
    return kind.wire.single is not None and not any(
        seen.of("read", "created", "updated", kind=kind.name)
    )


def columns(kind: Kind, seen: Readings) -> Finding:
    """Whether all fields are shown, and which keys belong to none."""
    keys, surface = seen.keys(kind.name), seen.surfaces[kind.name]
    if not keys:
        return none_exists(kind, seen)
    rows = {
        name: row
        for name, row in kind.fields.items()
        if not row.generated and not isinstance(row.type, Seed)
    }
    names = {name: {surface.fields.get(name, row.wire), *row.aliases} for name, row in rows.items()}
    missing = [name for name, candidates in names.items() if not candidates & keys.keys()]
    if missing and _hides(kind, seen):
        return unknown(LISTED)
    parent = {kind.wire.parent.value} if kind.wire.parent else set()
    known = {*surface.ids, *parent, kind.fixed, kind.anchor, *kind.generated}.union(*names.values())
    more = [key for key in keys if key not in known]
    parts = [f"{len(rows) - len(missing)} of {len(rows)} fields are shown"]
    parts += [f"more keys: {join_first(more, SHOWN)}"] if more else []
    own = seen.wire.get(kind.name, WireNames()).fields
    wrong = [name for name, key in own.items() if key not in keys]
    parts += [f"`wire` names {backquoted(wrong)} otherwise"] if wrong else []
    unmet = bool(wrong) or any(rows[name].required for name in missing)
    word = f"without {', '.join(missing)}" if missing else "all"
    return found(word, "; ".join(parts), contradicts=unmet)


def removal(kind: Kind, seen: Readings) -> Finding:
    """Which keys say whether an object is removed."""
    if not seen.keys(kind.name):
        return none_exists(kind, seen)
    return found(",".join(seen.removal(kind.name)) or "none", f"{len(seen.keys(kind.name))} keys")


def aliased(kind: Kind, row: Field, seen: Readings) -> Finding:
    """Which of its names a field has in responses."""
    keys = seen.keys(kind.name)
    if not keys:
        return none_exists(kind, seen)
    shown = [name for name in (row.wire, *row.aliases) if name in keys]
    if not shown:
        return unknown("none of its names is shown")
    return found("both" if len(shown) > 1 else shown[0], f"shown: {backquoted(shown)}")


def embeds(kind: Kind, seen: Readings) -> Finding:
    """Whether an object has its children in it."""
    keys = seen.keys(kind.name)
    if not keys:
        return none_exists(kind, seen)
    sections = [below.section for below in seen.catalogue.children[kind.name]]
    inside = [section for section in sections if section in keys]
    return found("yes" if inside else "no", f"{len(keys)} keys")


def secret(kind: Kind, row: Field, seen: Readings) -> Finding:
    """Whether reads show a generated secret."""
    key = seen.surfaces[kind.name].fields.get(row.name, row.wire)
    listed = seen.listing(kind.name)
    shown = [*(listed.items if listed else ())]
    shown += [i for one in seen.of("created", kind=kind.name) if (i := seen.object(one))]
    if not shown:
        return none_exists(kind, seen)
    values = {str(item[key]) for item in shown if item.get(key)}
    if any(map(is_masked, values)):
        return found("other", f"reads show a mask in place of `{key}`")
    return found("always" if values else "once", "reads of it")


def set_form(kind: Kind, row: Field, seen: Readings) -> Finding:
    """Whether a set is returned as an array or as one string."""
    key = seen.surfaces[kind.name].fields.get(row.name, row.wire)
    words = {_set_word(item[key]) for item in seen.items(kind.name) if item.get(key)}
    return agreed(words, f"the type of `{key}`") if words else none_exists(kind, seen)


def _set_word(value: object) -> str:
    if not isinstance(value, str):
        return "array"
    return "other" if value.lstrip().startswith(("[", "{")) else "comma"


def path_form(kind: Kind, seen: Readings) -> Finding:
    """How the paths of a redirect are stored."""
    fields = seen.surfaces[kind.name].fields
    names = (kind.route.source, kind.route.target) if kind.route else ()
    keys = [fields[name] for name in names if name in fields]
    items = seen.items(kind.name)
    shown = [str(item[key]) for item in items for key in keys if item.get(key)]
    own = [text for text in shown if any(text.split("://")[-1].startswith(h) for h in seen.hosts)]
    paths = [text for text in shown if "://" not in text]
    if not shown:
        return none_exists(kind, seen)
    bare = sum(not text.startswith("/") for text in paths)
    hosts = any(seen.of("created", kind=kind.name))
    updated = any(one.accepted for one in seen.of("update", kind=kind.name))
    slashes = updated and any(seen.of("updated", kind=kind.name))
    words = {
        "keep": (bool(own) or not hosts) and (bare < len(paths) or not slashes),
        "strip": not own and bare == len(paths),
        "slash": not own and not bare,
    }
    if not any(words.values()):
        return found("other", "they are stored in a way that no word describes")
    return among(words, f"{len(shown)} paths", "`--probe` sends a full URL, and a leading slash")
