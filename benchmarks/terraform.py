"""Generate the same shop as `terraform_data` blocks: Terraform's own work, without calls.

The state is made here and not by an apply, which writes all of it again for every object: 5,000
objects take minutes. Whether it fits is proved by the plan, which must find nothing to do.
"""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from corpus import Corpus, Row

NO_CHANGES = b"No changes."
TYPES = {str: "string", bool: "bool", int: "number"}
# Table, id column, and the columns with ids of another table.
TABLES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("supplier", "supplier_id", {}),
    ("profile", "profile_id", {}),
    ("profile-attribute", "attribute_id", {"profile_id": "profile"}),
    ("profile-attribute-value", "attribute_value_id", {"attribute_id": "profile-attribute"}),
    ("category", "category_id", {"parent_id": "category"}),
    ("redirect", "redirect_id", {}),
    ("webhook", "webhook_id", {}),
)


def write(total: int, folder: Path, binary: str) -> None:
    """Write blocks with references, and a state that has all of them."""
    folder.mkdir(parents=True)
    blocks: list[str] = []
    resources: list[Row] = []
    seed = Corpus(total).seed()
    for table, number, refers in TABLES:
        for row in seed[table]:
            block, resource = _block(table, number, refers, row)
            blocks.append(block)
            resources.append(resource)
    (folder / "main.tf").write_text("".join(blocks), encoding="utf-8")
    state = {
        "version": 4,
        "terraform_version": "1.5.0",
        "serial": 1,
        "lineage": str(uuid.UUID(int=1)),
        "outputs": {},
        "resources": resources,
    }
    (folder / "terraform.tfstate").write_text(json.dumps(state), encoding="utf-8")
    subprocess.run([binary, "init", "-no-color"], cwd=folder, check=True, capture_output=True)


def _name(table: str, number: int) -> str:
    return f"{table.replace('-', '_')}_{number}"


def _id(table: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, _name(table, number)))


def _block(table: str, number: str, refers: dict[str, str], row: Row) -> tuple[str, Row]:
    name = _name(table, row[number])
    written: list[str] = []
    held: Row = {}
    needs: list[str] = []
    for column, value in row.items():
        if column == number:
            continue
        target = refers.get(column)
        if target and value:
            needs.append(f"terraform_data.{_name(target, value)}")
            written.append(f"    {column} = {needs[-1]}.id\n")
            held[column] = _id(target, value)
        else:
            written.append(f"    {column} = {json.dumps(value, ensure_ascii=False)}\n")
            held[column] = value
    block = f'resource "terraform_data" "{name}" {{\n  input = {{\n{"".join(written)}  }}\n}}\n'
    kept = {"value": held, "type": _type(held)}
    attributes = {"id": _id(table, row[number]), "input": kept, "output": kept}
    return block, {
        "mode": "managed",
        "type": "terraform_data",
        "name": name,
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [
            {
                "schema_version": 0,
                "attributes": {**attributes, "triggers_replace": None},
                "sensitive_attributes": [],
                "dependencies": needs,
            }
        ],
    }


def _type(value: Any) -> Any:
    if isinstance(value, dict):
        return ["object", {name: _type(part) for name, part in value.items()}]
    if isinstance(value, list):
        return ["tuple", [_type(part) for part in value]]
    return TYPES[type(value)]


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
