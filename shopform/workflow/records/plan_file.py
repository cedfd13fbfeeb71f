"""Write and read saved plans."""

import json
from pathlib import Path
from typing import Any

from shopform.errors import ShopformError, StalePlan, UsageError
from shopform.files import read_typed, reporting, write_output
from shopform.kinds import Catalogue
from shopform.kit.documents import parse_object
from shopform.model.plan import Plan
from shopform.planning.plan_digest import digest_of

HINT = "plan again, and apply the new plan"


def write_plan(directory: Path, path: Path, plan: Plan) -> None:
    """Save a plan on one line, as Terraform does, with mode 0600.

    It contains no secrets. Raises UsageError if it cannot be written; an existing file was checked
    before the plan was made.
    """
    write_output(directory, path, plan_bytes(plan), mode=0o600)


def plan_bytes(plan: Plan) -> bytes:
    """Return the content of the file of a saved plan."""
    # Imported late, as in `unchanged`: most plans are not saved, and the types of one take 10 ms.
    from shopform.render.json.plan_document import sealed

    return json.dumps(sealed(plan), ensure_ascii=False).encode() + b"\n"


def read_plan(directory: Path, path: Path, catalogue: Catalogue) -> Plan:
    """Read a saved plan.

    Raises UsageError without a file, ShopformError if it is not a plan, and StalePlan if it was
    changed after it was made.
    """
    with reporting(directory / path, UsageError):
        text = read_typed(directory, path)
    return parse_plan(text, path, catalogue)


def parse_plan(text: bytes, path: Path, catalogue: Catalogue) -> Plan:
    """Read the content of a saved plan; `path` is for messages. Raises as `read_plan` does."""
    try:
        return unchanged(parse_object(text), path, catalogue)
    except (ValueError, RecursionError):
        raise ShopformError(
            f"`{path}` is not a plan", hint="`shopform plan --out` makes one"
        ) from None


def unchanged(data: dict[str, Any], path: Path, catalogue: Catalogue) -> Plan:
    """Return the plan of a document.

    Raises StalePlan if it was changed, also by someone who computed its digests again: what other
    tools read in it must be what is applied. Raises StalePlan for another format too.
    """
    from shopform.render.json.plan_document import INTEGRITY, VERSIONS, document, integrity_of
    from shopform.render.json.plan_reader import read_document
    from shopform.render.json.plan_schema import FORMAT

    ours = str(data.get("format_version")).split(".")[0] == FORMAT.split(".")[0]
    if (ours or INTEGRITY in data) and data.get(INTEGRITY) != integrity_of(data):
        raise _changed(path)
    plan = read_document(data, catalogue)
    if data["format_version"] != FORMAT:
        raise StalePlan(
            f"the plan in `{path}` has format {data['format_version']}, and this shopform writes"
            f" {FORMAT}",
            hint=HINT,
        )
    again = {**document(plan), **{name: data[name] for name in VERSIONS}}
    if digest_of(plan) != plan.digest or integrity_of(again) != data[INTEGRITY]:
        raise _changed(path)
    return plan


def _changed(path: Path) -> StalePlan:
    return StalePlan(f"the plan in `{path}` was changed after it was made", hint=HINT)
