"""Generate a shop of any size: the project's files, and the sandbox's data once all is applied.

    python benchmarks/corpus.py SIZE FOLDER

One in five objects is a category of twelve fields with a string of four lines, two in five are
redirects, 35 % attribute values, 2 % attributes, and 1 % each suppliers, profiles and webhooks.
The same size gives the same bytes.
"""

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20260101
FIRST_ID = 10_000
TOKEN = "sandbox"
WORDS = (
    "støvler sko sandaler hjemmesko læder ruskind gummi vinter sommer dame herre barn sport"
    " løb vandring fest hverdag bred smal høj lav sort brun hvid rød blå grøn pleje udsalg"
).split()
EVENTS = ("order_created", "paid", "stock", "product", "new_status", "category")
CHANGED = ("Titel 0 ", "Ny titel 0 ")  # the one change of `change_one`
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The number of objects of each kind; attributes and their values are distributed evenly."""

    suppliers: int
    profiles: int
    attributes: int
    values: int
    categories: int
    redirects: int
    webhooks: int

    @property
    def calls(self) -> int:
        """The calls of a plan without changes: one per list, one per hundred redirects."""
        return 4 + self.profiles + self.attributes + -(-self.redirects // 100)


def sizes(total: int) -> Sizes:
    """Return the numbers for `total` objects; a shop of one has only a supplier."""
    if total < 100:
        return Sizes(total, 0, 0, 0, 0, 0, 0)
    hundredth = total // 100
    return Sizes(
        suppliers=hundredth,
        profiles=hundredth,
        attributes=2 * hundredth,
        values=35 * hundredth,
        categories=20 * hundredth,
        redirects=total - 60 * hundredth,
        webhooks=hundredth,
    )


class Corpus:
    """The objects of one shop, as rows of the API with their ids."""

    def __init__(self, total: int) -> None:
        self.sizes = sizes(total)
        self._random = random.Random(SEED)
        counts = self.sizes
        self.suppliers: list[Row] = [
            {"supplier_id": FIRST_ID + n, "name": f"Leverandør {n}"}
            for n in range(counts.suppliers)
        ]
        self.profiles: list[Row] = [
            {"profile_id": FIRST_ID + n, "name": f"Profil {n}"} for n in range(counts.profiles)
        ]
        self.attributes = [self._attribute(n) for n in range(counts.attributes)]
        self.values = [self._value(n) for n in range(counts.values)]
        self.categories = [self._category(n) for n in range(counts.categories)]
        self.redirects = [self._redirect(n) for n in range(counts.redirects)]
        self.webhooks = [self._webhook(n) for n in range(counts.webhooks)]

    def seed(self) -> dict[str, list[Row]]:
        """Return the seed for `shopform sandbox --seed`."""
        return {
            "supplier": self.suppliers,
            "profile": self.profiles,
            "profile-attribute": self.attributes,
            "profile-attribute-value": self.values,
            "category": self.categories,
            "redirect": self.redirects,
            "webhook": self.webhooks,
        }

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield names and contents of the YAML files, one for each section that is not empty."""
        sections = {
            "suppliers": self._flat(self.suppliers, "supplier_id", "l"),
            "profiles": self._nested(),
            "categories": self._tree(),
            "redirects": self._flat(self.redirects, "redirect_id", "r"),
            "webhooks": self._flat(self.webhooks, "webhook_id", "w"),
        }
        for section, lines in sections.items():
            text = "".join(lines)
            if text:
                yield f"{section}.yaml", f"{section}:\n{text}"

    def _words(self, count: int) -> str:
        return " ".join(self._random.choices(WORDS, k=count))

    def _attribute(self, n: int) -> Row:
        return {
            "attribute_id": FIRST_ID + n,
            "profile_id": FIRST_ID + n % self.sizes.profiles,
            "name": f"Egenskab {n}",
            "type": "valuelist",
            "weight": n,
        }

    def _value(self, n: int) -> Row:
        return {
            "attribute_value_id": FIRST_ID + n,
            "attribute_id": FIRST_ID + n % self.sizes.attributes,
            "val": f"{n} {self._words(1)}",
            "weight": n,
            "tag": f"v{n}",
        }

    def _category(self, n: int) -> Row:
        text = "\n".join(f"<p>{self._words(9)}.</p>" for _ in range(4))
        return {
            "category_id": FIRST_ID + n,
            "name": f"Kategori {n} {self._words(1)}",
            "parent_id": FIRST_ID + self._random.randrange(n // 4, n // 2 + 1) if n > 9 else 0,
            "in_menu": n % 2,
            "sort_order": self._random.choice(("normal", "no_stock_last", "random")),
            "no_index": n % 3 // 2,
            "tag": f"t{n}",
            "empty_redir": "",
            "description_a": text,
            "meta_title": f"Titel {n} {self._words(3)}",
            "meta_description": self._words(12),
            "meta": self._words(4),
            "rewrite_url": f"kategori/{n}",
        }

    def _redirect(self, n: int) -> Row:
        row: Row = {"redirect_id": FIRST_ID + n, "source": f"gammel/{n}", "target": f"ny/{n}"}
        return row if n % 3 else {**row, "status": 302}

    def _webhook(self, n: int) -> Row:
        return {
            "webhook_id": FIRST_ID + n,
            "url": f"https://erp.example.dk/hook/{n}",
            "events": sorted(self._random.sample(EVENTS, 3)),
        }

    def _flat(self, rows: list[Row], number: str, prefix: str) -> Iterator[str]:
        for row in rows:
            fields = {name: held for name, held in row.items() if name != number}
            yield from _entry(2, f"{prefix}{row[number] - FIRST_ID}", fields)

    def _tree(self) -> Iterator[str]:
        for row in self.categories:
            fields = dict(row)
            number, parent = fields.pop("category_id"), fields.pop("parent_id")
            if parent:
                fields["parent"] = f"k{parent - FIRST_ID}"
            fields |= {"in_menu": bool(row["in_menu"]), "no_index": bool(row["no_index"])}
            yield from _entry(2, f"k{number - FIRST_ID}", fields)

    def _nested(self) -> Iterator[str]:
        values = _grouped(self.values, "attribute_id")
        attributes = _grouped(self.attributes, "profile_id")
        for profile in self.profiles:
            number = profile["profile_id"]
            yield from _entry(2, f"p{number - FIRST_ID}", {"name": profile["name"]})
            yield "    attributes:\n"
            for attribute in attributes[number]:
                fields = {name: attribute[name] for name in ("name", "type", "weight")}
                yield from _entry(6, f"a{attribute['attribute_id'] - FIRST_ID}", fields)
                yield "        values:\n"
                for row in values[attribute["attribute_id"]]:
                    held = {name: row[name] for name in ("val", "weight", "tag")}
                    yield from _entry(10, f"v{row['attribute_value_id'] - FIRST_ID}", held)


def _grouped(rows: list[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _entry(indent: int, key: str, fields: Row) -> Iterator[str]:
    yield f"{' ' * indent}{key}:\n"
    inner = " " * (indent + 2)
    for name, held in fields.items():
        if isinstance(held, str) and "\n" in held:
            lines = "".join(f"{inner}  {line}\n" for line in held.split("\n"))
            yield f"{inner}{name}: |-\n{lines}"
        elif isinstance(held, str) and (not held or held[0].isdigit()):
            yield f'{inner}{name}: "{held}"\n'
        elif isinstance(held, list):
            yield f"{inner}{name}: [{', '.join(held)}]\n"
        else:
            yield f"{inner}{name}: {str(held).lower() if isinstance(held, bool) else held}\n"


def write(total: int, folder: Path) -> None:
    """Write the project's resources to `folder`, and `seed.json`, a shop with all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(total)
    for name, text in corpus.files():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "seed.json").write_text(json.dumps(corpus.seed()), encoding="utf-8")


def point_at(folder: Path, url: str) -> None:
    """Write the project's settings, for a shop at `url`."""
    lines = ["shops:", "  bench:", f"    url: {url}", "    token: ${env:SHOPFORM_BENCH_TOKEN}"]
    lines.append("    daily_calls: 100000000")
    (folder / "shopform.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def change_one(folder: Path, *, back: bool = False) -> None:
    """Change one field of one object, or change it back."""
    file = folder / "categories.yaml"
    before, after = reversed(CHANGED) if back else CHANGED
    text = file.read_text(encoding="utf-8")
    if text.count(f"meta_title: {before}") != 1:
        raise ValueError(f"`{file}` does not hold `{before}` once")
    file.write_text(text.replace(f"meta_title: {before}", f"meta_title: {after}"), encoding="utf-8")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
