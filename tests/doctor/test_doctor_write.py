"""`shopform doctor --write`: the names that it learned are set in the project."""

import pytest
from checked_shops import CheckedShop, checked_shop
from ruamel.yaml import YAML
from test_doctor_confusion import ROWS

WRITE = ("doctor", "--write", "--probe", "--auto-approve")
OLD = {"redirect_names": "old_url,new_url,type", "redirect_id": "id", "webhook_id": "id"}


def settings(one: CheckedShop) -> str:
    return (one.directory / "shopform.yaml").read_text("utf-8")


def test_names_are_written_once_and_comments_stay() -> None:
    with checked_shop(OLD) as one:
        file = one.directory / "shopform.yaml"
        file.write_text("# mine\n" + settings(one) + "# the end\n", "utf-8")
        before = settings(one)
        assert "set names under `wire`" in one.run("doctor", "--write").err
        after = settings(one)
        assert "No names to set under `wire`." in one.run("doctor", "--write").err
        assert settings(one) == after
        one.run("plan")
    assert [line for line in before.split("\n") if line not in after.split("\n")] == []
    wire = YAML(typ="safe").load(after)["shops"]["sandbox"]["wire"]
    fields = {"source": "old_url", "target": "new_url", "status": "type"}
    assert wire["redirect"] == {"id": "id", "list_key": "redirects", "fields": fields}
    assert wire["webhook"] == {"id": "id", "list_key": "webhooks"}
    assert "supplier" not in wire
    assert "category" not in wire


def test_names_that_are_wrong_are_set_right_in_any_layout() -> None:
    layouts = (
        "    wire: {redirect: {list_key: other, fields: {source: x, target: y}}}  # mine\n",
        "    wire:\n      redirect:\n        # mine\n        list_key: other\n",
    )
    for layout in layouts:
        with checked_shop(OLD) as one:
            file = one.directory / "shopform.yaml"
            file.write_text(settings(one).rstrip("\n") + "\n" + layout, "utf-8")
            one.run("doctor", "--write")
            wire = YAML(typ="safe").load(settings(one))["shops"]["sandbox"]["wire"]
            assert wire["redirect"]["fields"]["source"] == "old_url"
            assert wire["redirect"]["list_key"] == "redirects"
            assert "# mine" in settings(one)
            one.run("plan")


def test_a_layout_that_cannot_be_edited_is_left_as_it_is() -> None:
    """The answers are shown all the same, with what to add."""
    with checked_shop(OLD) as one:
        file = one.directory / "shopform.yaml"
        other = (
            "shops:\n  other:\n    url: https://a.dk\n    token: ${env:A}\n    wire: {redirect: "
        )
        other += "{fields: &names {source: x, target: y}}}\n"
        text = settings(one).rstrip("\n") + "\n    wire: {redirect: {fields: *names}}\n"
        file.write_text(text.replace("shops:\n", other, 1), "utf-8")
        before = settings(one)
        run = one.run("doctor", "--write", "--shop", "sandbox", code=64)
        assert settings(one) == before
    assert "fields: {source: old_url" in " ".join(run.err.split())
    assert "redirect_names" in run.out


@pytest.mark.parametrize("number", [14])
def test_the_next_plan_passes_with_the_names(number: int) -> None:
    passes(number)


@pytest.mark.wide
@pytest.mark.parametrize("number", range(len(ROWS)))
def test_the_next_plan_of_every_shop_passes_with_the_names(number: int) -> None:
    passes(number)


def passes(number: int) -> None:
    """Also in a shop without objects, where only the probe shows names."""
    with checked_shop(ROWS[number]) as one:
        one.run(*WRITE)
        one.run("plan")
        one.run("apply", "--auto-approve")
        one.run("plan", "--detailed-exitcode")
    with checked_shop(ROWS[number], seed={}) as one:
        one.run(*WRITE)
        one.run("plan")
