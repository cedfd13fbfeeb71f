"""The kinds of a project, for sandboxes that serve them."""

from collections.abc import Mapping
from typing import Any

from shopform.kinds import Catalogue
from shopform.kinds.declared.make import extended
from shopform.kinds.declared.spec import KindSpec
from shopform.kinds.standard import STANDARD

LINE: dict[str, Any] = {
    "section": "lines",
    "endpoint": "note-line",
    "id": "note_line_id",
    "identity": ["val"],
    "parent": {"kind": "note", "argument": "note_id", "short": "val"},
    "fields": {"val": {"type": "text", "required": True}},
}


def note(**fields: Mapping[str, Any]) -> dict[str, Any]:
    """A kind of a project with a headline and these fields, of which a `LINE` is a child."""
    return {
        "section": "notes",
        "endpoint": "note",
        "id": "note_id",
        "identity": ["headline"],
        "fields": {"headline": {"type": "text", "required": True}, **fields},
    }


def catalogue_of(**kinds: Mapping[str, Any]) -> Catalogue:
    """shopform's kinds and these, by name, as `kinds:` defines them."""
    return extended(STANDARD, {n: KindSpec.model_validate(each) for n, each in kinds.items()})
