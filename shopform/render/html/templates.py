"""Render the templates of this package with their style and script.

This is the only file of a pure package that imports Jinja2. It uses only `PackageLoader`, so a
template can load nothing outside of `templates/`.
"""

from base64 import b64encode
from dataclasses import asdict
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from shopform import __version__
from shopform.diagnostics import plural
from shopform.kinds import Kind
from shopform.kinds.field_types.images import Image
from shopform.model.plan import FieldChange
from shopform.model.values import Ref, Secret
from shopform.render.html.cards import LABELS, SIGNS
from shopform.render.html.previews import is_previewed, preview_source
from shopform.render.line_diff import folded, rows
from shopform.render.list_changes import elements, list_change
from shopform.render.plan_summary import coverage
from shopform.render.text.field_lines import FIELD_NOTES
from shopform.render.text.inline import show
from shopform.render.text.style import printable

# Strings are shown as a diff if one is longer than this or has several lines.
SHORT = 48


def render(template: str, /, **context: object) -> str:
    """Render a page whose policy allows only its own script and style.

    Every value is escaped, and invisible characters are written out.
    """
    style, script, preview = map(source, ("style.css", "script.js", "preview.css"))
    policy = {
        "default-src": "'none'",
        "style-src": f"{_hash(style)} {_hash(preview)}",
        "script-src": _hash(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    shown = "; ".join(f"{name} {value}" for name, value in policy.items())
    found = _environment().get_template(template)
    return found.render(context, style=style, script=script, policy=shown)


@cache
def source(name: str) -> str:
    return _loader().get_source(_environment(), name)[0]


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _loader() -> PackageLoader:
    return PackageLoader("shopform.render.html")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "elements": elements,
        "multiline": _multiline,
        "parts": lambda item: asdict(item) if isinstance(item, Image) else item,
        "plural": plural,
        "show": show,
        "srcdoc": lambda html: _multiline(preview_source(html, source("preview.css"))),
        "thousands": "{:,}".format,
        "trimmed": _trimmed,
    }
    made.tests |= {
        "image": lambda item: isinstance(item, Image),
        "listed": lambda item: isinstance(item, list | tuple),
        "long": _is_long,
        "reference": lambda item: isinstance(item, Ref),
        "secret": lambda item: isinstance(item, Secret),
    }
    made.globals |= {
        "about": _about,
        "coverage": coverage,
        "diff_rows": lambda before, after: folded(rows(before, after)),
        "is_previewed": is_previewed,
        "list_change": list_change,
        "labels": LABELS,
        "notes": FIELD_NOTES,
        "signs": SIGNS,
        "version": __version__,
    }
    return made


def _about(kind: Kind, name: str) -> str:
    """Return the description of a field; "" for one that this version does not know."""
    field = kind.fields.get(name)
    return field.about if field else ""


def _visible(value: object) -> object:
    """Write out the invisible characters of a value that is about to be escaped."""
    return value if not isinstance(value, str) or hasattr(value, "__html__") else printable(value)


def _multiline(text: str) -> Markup:
    """Escape a string but keep its line breaks, which `printable` would write out."""
    return Markup("\n").join(escape(printable(line)) for line in text.split("\n"))


def _is_long(field: FieldChange) -> bool:
    """Return whether both sides are strings that a diff shows better than two cells."""
    sides = (field.before, field.after)
    strings = [side for side in sides if isinstance(side, str)]
    return len(strings) == len(sides) and any(len(t) > SHORT or "\n" in t for t in strings)


def _trimmed(text: str) -> tuple[str, str, str]:
    """Split a string into the spaces before it, the rest, and the spaces after it."""
    middle = text.strip() or text
    head, _, tail = text.partition(middle)
    return head, middle, tail
