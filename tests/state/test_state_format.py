"""The state file: fit for git, round trips, and says what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from state_samples import A, B, entry

from shopform import __version__
from shopform.errors import StateError
from shopform.model.prior import Anchor, Entry, Prior
from shopform.model.values import Address, Secret
from shopform.state.format import FORMAT, UPGRADES, dumps, loads, state_schema

SAMPLES = Path(__file__).parent / "samples"
SCHEMA = Path(__file__).parents[2] / "schemas" / "state.schema.json"
PLACE = Path("state/x.json")
PRIOR = Prior(
    lineage="1f",
    serial=3,
    shop="staging.example.dk",
    anchor=Anchor(kind="category", id=40, host="shop.example.dk", name="Forside"),
    keys=("9b1c2d3e4f5a6b7c",),
    resources={
        B: entry(2, "Støvler\u2028\r\n<p>"),
        A: Entry(id=1, parent=Address.of("profile", "shoes"), protect=True),
        Address.of("category", "pictures"): Entry(
            id=9, sent={"images": ({"id": 4, "sha256": "ab", "tags": ("x", ("y",))},)}
        ),
    },
)


def document(**changes: Any) -> bytes:
    base = json.loads(dumps(PRIOR))
    return json.dumps({k: v for k, v in (base | changes).items() if v is not ...}).encode()


def test_a_state_survives_being_written_and_read() -> None:
    assert loads(dumps(PRIOR), PLACE) == PRIOR


def test_the_text_is_sorted_indented_and_ends_with_a_line_end() -> None:
    text = dumps(PRIOR).decode()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert "Støvler" in text


def test_the_order_of_resources_does_not_change_the_text() -> None:
    turned = Prior(
        lineage=PRIOR.lineage,
        serial=PRIOR.serial,
        shop=PRIOR.shop,
        anchor=PRIOR.anchor,
        keys=PRIOR.keys,
        resources=dict(sorted(PRIOR.resources.items())),
    )
    assert dumps(turned) == dumps(PRIOR)


def test_empty_parts_are_left_out() -> None:
    written = json.loads(dumps(Prior(lineage="1f", serial=1, resources={A: Entry(id=1)})))
    assert written["resources"] == {A: {"id": 1}}


def test_half_a_surrogate_pair_survives() -> None:
    odd = Prior(lineage="1f", serial=1, resources={A: Entry(id=1, sent={"name": "a\ud800b"})})
    assert loads(dumps(odd), PLACE) == odd


def test_a_secret_cannot_be_written() -> None:
    secret = Secret("${env:HOOK}", "canary-9182")
    with pytest.raises(ValueError, match="a Secret cannot be saved") as caught:
        dumps(Prior(lineage="1f", serial=1, resources={A: Entry(id=1, sent={"url": secret})}))
    assert "canary-9182" not in str(caught.value)


def test_a_number_that_json_does_not_have_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="a float cannot be saved"):
        dumps(Prior(lineage="1f", serial=1, resources={A: Entry(id=1, sent={"n": float("nan")})}))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "Expecting"),
        (dumps(PRIOR)[:200], "line"),
        (b"\xff\xfe", "utf-8"),
        (b"[]", "an object is expected"),
        (b"[" * 100_000, "recursion"),
        (b"<<<<<<< HEAD\n" + dumps(PRIOR), "Expecting"),
        (document(format_version="1"), "`format_version` is not a number"),
        (document(format_version=0), "never existed"),
        (document(serial=...), "`/serial` is missing"),
        (document(serial=True), "`/serial` should be a valid integer"),
        (document(serial=-1), "`/serial`"),
        (document(lineage=""), "`/lineage`"),
        (document(shop=None), "`/shop` should be a valid string"),
        (document(surplus=1), "`/surplus` is not a known key"),
        (document(anchor={"kind": "category"}), "`/anchor/id` is missing"),
        (
            document(anchor={"kind": "a", "id": 1, "host": "", "name": "", "x": 1}),
            "`/anchor/x` is not a known key",
        ),
        (document(keys=[]), "`/keys` is empty"),
        (document(anchor=None), "`/anchor` should be a mapping"),
        (document(resources={A: {"id": 1, "protect": False}}), "protect` should be True"),
        (document(resources=...), "`/resources` is missing"),
        (document(resources={"men": {"id": 1}}), "`men` is not an address"),
        (document(resources={"category.Men": {"id": 1}}), "is not an address"),
        (document(resources={A: {}}), f"`/resources/{A}/id` is missing"),
        (document(resources={A: {"id": "1"}}), f"`/resources/{A}/id` should be a valid integer"),
        (
            document(resources={A: {"id": 1, "sent": []}}),
            f"{A}/sent` should be a mapping",
        ),
        (
            document(resources={A: {"id": 1, "depends_on": [1]}}),
            "depends_on/0` should be a",
        ),
        (
            document(resources={A: {"id": 1, "more": 1}}),
            f"{A}/more` is not a known key",
        ),
        (document(resources={A: {"id": 1, "sent": {"weight": float("nan")}}}), "`NaN`"),
        (
            dumps(PRIOR).replace(b'"category.b"', b'"category.a"'),
            "`category.a` is there twice",
        ),
    ],
)
def test_a_damaged_state_is_reported_and_never_a_traceback(data: bytes, complaint: str) -> None:
    with pytest.raises(StateError) as caught:
        loads(data, PLACE)
    assert str(PLACE) in str(caught.value)
    assert complaint in str(caught.value)
    assert caught.value.diagnostics[0].hint


def test_every_cut_of_a_state_is_refused() -> None:
    data = dumps(PRIOR).rstrip()
    for length in range(len(data)):
        with pytest.raises(StateError):
            loads(data[:length], PLACE)


def test_a_state_of_a_newer_shopform_is_refused() -> None:
    with pytest.raises(StateError, match=f"format {FORMAT + 1}") as caught:
        loads(document(format_version=FORMAT + 1), PLACE)
    assert caught.value.diagnostics[0].hint == "upgrade shopform"


def test_every_version_has_an_upgrade_and_a_sample_that_loads() -> None:
    assert set(UPGRADES) == set(range(1, FORMAT))
    for version in range(1, FORMAT + 1):
        path = SAMPLES / f"v{version}.json"
        prior = loads(path.read_bytes(), path)
        assert prior.resources
        assert loads(dumps(prior), path) == prior


def test_an_older_state_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(old: dict[str, Any]) -> dict[str, Any]:
        return {"lineage" if k == "line" else k: v for k, v in old.items()}

    monkeypatch.setattr("shopform.state.format.FORMAT", FORMAT + 1)
    monkeypatch.setattr("shopform.state.format.UPGRADES", {FORMAT: renamed})
    old = document(format_version=FORMAT, lineage=..., line="1f")
    assert loads(old, PLACE) == PRIOR


def test_the_committed_schema_is_the_generated_one() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == state_schema()


def test_states_satisfy_the_schema_and_mistakes_do_not() -> None:
    validator = jsonschema.Draft202012Validator(state_schema())
    validator.check_schema(state_schema())
    for data in (dumps(PRIOR), (SAMPLES / f"v{FORMAT}.json").read_bytes()):
        validator.validate(json.loads(data))
    for wrong in (document(surplus=1), document(resources={"Men": {"id": 1}}), document(serial=-1)):
        assert not validator.is_valid(json.loads(wrong))


def test_the_version_that_wrote_a_state_is_in_it() -> None:
    assert json.loads(dumps(PRIOR))["shopform_version"] == __version__
