"""A shop printed as the YAML that declares it, and put into files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import EXAMPLES, Run, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox
from shopform.sandbox.app import App

Shopform = Callable[..., Run]

SEED: dict[str, list[dict[str, Any]]] = {
    "supplier": [{"supplier_id": 7, "name": "Fjordlæst A/S", "dropshipping_mail": "o@f.example"}],
    "profile": [{"profile_id": 21, "name": "Herresko"}],
    "attribute": [
        {"attribute_id": 31, "profile_id": 21, "name": "Størrelse", "type": "valuelist"},
        {"attribute_id": 32, "profile_id": 21, "name": "Farve", "type": "valuelist", "weight": 5},
    ],
    "value": [
        {"attribute_value_id": 41, "attribute_id": 31, "val": "36"},
        {"attribute_value_id": 42, "attribute_id": 31, "val": "36½"},
        {"attribute_value_id": 43, "attribute_id": 32, "val": "Sort", "weight": 20, "tag": "#111"},
        {"attribute_value_id": 44, "attribute_id": 32, "val": "Rød", "weight": 10},
    ],
    "category": [
        {
            "category_id": 61,
            "name": "Herre",
            "rewrite_url": "herre",
            "description_a": "<h1>Herre</h1>\r\n<p>Sko: #1</p>",
            "meta_description": "Herresko i hele og halve størrelser og flere bredder. "
            "Gratis bytte i 30 dage, også på udsalg.",
            "images": [],
        },
        {"category_id": 62, "name": "Sko", "parent_id": 61, "in_menu": 0, "canonical_id": 61},
    ],
    "redirect": [{"redirect_id": 71, "source": "/gl?a=1", "target": "/herre"}],
    "webhook": [{"webhook_id": 81, "url": "https://erp.example/hook", "events": ["paid"]}],
}
DOCUMENT = """\
# The objects of `demo`, URL.

suppliers:
  fjordlaest-a-s:
    name: Fjordlæst A/S
    dropshipping_mail: o@f.example

profiles:
  herresko:
    name: Herresko
    attributes:
      stoerrelse:
        name: Størrelse
        type: valuelist
        values: ["36", 36½]

      farve:
        name: Farve
        type: valuelist
        weight: 5
        values:
          roed: {val: Rød, weight: 10}
          sort: {val: Sort, weight: 20, tag: "#111"}

categories:
  herre:
    name: Herre
    description_a: |
      <h1>Herre</h1>
      <p>Sko: #1</p>
    meta_description: >-
      Herresko i hele og halve størrelser og flere bredder. Gratis bytte i 30 dage, også på udsalg.
    rewrite_url: herre

  herre-sko:
    name: Sko
    parent: herre
    in_menu: false
    canonical: herre
    rewrite_url: sko

  # left out: category 501 "Forside": every shop has one

redirects:
  gl-a-1: {source: "/gl?a=1", target: /herre, status: 301}

webhooks:
  erp-example-hook:
    url: https://erp.example/hook
    events: [paid]
"""


def make(folder: Path, sandbox: Sandbox, more: str = "") -> Shopform:
    """A project that declares a shop and no more, and a way to run commands in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shopform.yaml").write_text(
        f"shops:\n  demo:\n    url: {sandbox.url}\n    token: ${{env:SHOPFORM_TOKEN}}\n{more}"
    )

    def run(*arguments: str, key: str = "sandbox", **environment: str) -> Run:
        return run_here(folder, *arguments, environment=environment_of(key, **environment))

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project"


def files(folder: Path) -> dict[str, str]:
    found = [p for p in folder.rglob("*") if p.is_file() and ".shopform" not in p.parts]
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in found}


def imported(run: Shopform) -> int:
    """How many objects a plan imports; it does nothing else."""
    done = run("plan", "--json")
    assert done.exit == 0, done.text
    steps = json.loads(done.out)["steps"]
    assert {step["op"] for step in steps} <= {"import"}
    return len(steps)


def test_a_dump_reads_as_if_somebody_had_written_it(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        done = make(folder, sandbox)("dump")
        assert done.out == DOCUMENT.replace("URL", sandbox.url.removesuffix("/REST"))
        assert done.exit == 0
        assert done.err == (
            f"demo: {len(sandbox.calls)} calls to read"
            f" ({10_000 - len(sandbox.calls):,} of 10,000 left today).\n"
            "\n12 resources, 1 omitted (see the comments).\n"
        )
        assert {call.method for call in sandbox.calls} == {"GET"}
        assert list(files(folder)) == ["shopform.yaml"]


def test_a_folder_gets_a_file_a_section(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        run = make(folder, sandbox, "include: shop/*.yaml\n")
        run("dump", "--out", "shop")
        names = "categories profiles redirects suppliers webhooks".split()
        assert sorted(files(folder / "shop")) == [f"{name}.yaml" for name in names]
        head = files(folder / "shop")["suppliers.yaml"].split("\n")[0]
        assert head == f"# The suppliers of `demo`, {sandbox.url.removesuffix('/REST')}."
        assert imported(run) == 12


def test_long_texts_stand_in_files_of_their_own(folder: Path) -> None:
    html, text = "<p>x</p>\r\n" * 30, " lang tekst\n" * 200
    rows = [{"name": "Æ", "description_a": html, "meta": text}, {"name": "x" * 300, "meta": text}]
    with Sandbox(seed={"category": rows}) as sandbox:
        run = make(folder, sandbox)
        done = run("dump", "--out", ".")
        assert done.exit == 0, done.text
        found = files(folder)
        texts = {n: body for n, body in found.items() if n.startswith("texts/categories/")}
        assert texts["texts/categories/ae.description_a.html"] == "<p>x</p>\n" * 30
        assert texts["texts/categories/ae.meta.txt"] == text
        assert len(texts) == 3
        assert all(len(Path(name).name) < 120 for name in texts)
        assert (
            "    description_a: {file: texts/categories/ae.description_a.html}\n"
            in found["categories.yaml"]
        )
        assert imported(run) == 2


def test_the_line_for_editors_is_the_projects(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        run = make(folder, sandbox)
        settings = folder / "shopform.yaml"
        line = "# yaml-language-server: $schema="
        settings.write_text(f"{line}schemas/project.json\n{settings.read_text()}")
        run("dump", "--out", "a/b")
        begun = files(folder)["a/b/suppliers.yaml"].split("\n")
        assert begun[0] == f"{line}../../schemas/project.json"
        assert begun[1].startswith("# The suppliers of")


def test_what_is_there_already_is_not_overwritten(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        run = make(folder, sandbox)
        assert run("dump", "--out", "shop").exit == 0
        before = files(folder)
        assert run("dump", "--out", "shop").exit == 0
        assert files(folder) == before
        (folder / "shop" / "webhooks.yaml").write_text("webhooks: {}\n")
        (folder / "shop" / "suppliers.yaml").unlink()
        done = run("dump", "--out", "shop")
        assert done.exit == 64
        assert "webhooks.yaml` exists with other content" in " ".join(done.err.split())
        assert "--update" in done.err
        assert not (folder / "shop" / "suppliers.yaml").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--out", "shopform.yaml"),
        ("--out", "x/shopform.yml"),
        ("--update", "--out", "x"),
        ("--new",),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_call(
    folder: Path, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    run = make(folder, sandbox)
    assert run("dump", *arguments).exit == 64
    assert sandbox.calls == []
    assert list(files(folder)) == ["shopform.yaml"]


def test_nothing_is_declared_a_second_time(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        run = make(folder, sandbox)
        (folder / "mine.yaml").write_text("suppliers:\n  fjordlaest-a-s: {name: Fjordlæst A/S}\n")
        done = run("dump", "--out", ".")
        assert done.exit == 64
        assert "`supplier.fjordlaest-a-s` is declared already, in `mine.yaml`" in done.err
        assert "suppliers.yaml" not in files(folder)
        assert run("dump", "--out", "elsewhere").exit == 0


def test_keys_that_the_state_knows_stay(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        project = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        environment = environment_of()
        assert run_here(project, "apply", "--auto-approve", environment=environment).exit == 0
        known = run_here(project, "state", "list", environment=environment).out.split()
        assert run_here(project, "dump", "--out", "d", environment=environment).exit == 0
        for path in (project / "state").iterdir():
            path.unlink()
        for path in project.glob("*.yaml"):
            if path.name != "shopform.yaml":
                path.unlink()
        for path in (project / "d").glob("*.yaml"):
            path.rename(project / path.name)
        assert run_here(project, "apply", "--auto-approve", environment=environment).exit == 0
        assert run_here(project, "state", "list", environment=environment).out.split() == known


def test_a_kind_the_key_may_not_read_is_told_and_the_others_go_on(folder: Path) -> None:
    with Sandbox(seed=SEED, deny=["webhook", "profile-attribute"]) as sandbox:
        run = make(folder, sandbox)
        done = run("dump")
        assert done.exit == 0
        first = done.out.split("\n")[1:3]
        assert first[0].startswith("# left out: the attributes: the key may not `GET")
        assert first[1].startswith("# left out: the webhooks: the key may not `GET")
        assert "warning: the webhooks are omitted: the key may not `GET" in done.err
        assert run("dump", "--out", ".").exit == 0
        assert files(folder)["webhooks.yaml"].count("\n") == 2
        assert "left out: the attributes" in files(folder)["profiles.yaml"]
        assert run("validate").exit == 0


def test_a_kind_whose_keys_nobody_knows_is_told(folder: Path, sandbox: Sandbox) -> None:
    strange: Any = sandbox.app.world.tables["redirect"]
    strange.create({}, {"source": "a", "target": "b"})
    strange.answer = lambda row, view: {"redirect_id": 1, "alpha": "a", "beta": "b"}
    done = make(folder, sandbox)("dump")
    assert done.exit == 0
    assert "# left out: the redirects: cannot determine which key" in done.out


def test_a_key_that_may_read_nothing_is_an_error(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        done = make(folder, sandbox)("dump", "--out", "shop", key="wrong")
        assert (done.exit, done.out) == (16, "")
        assert not (folder / "shop").exists()


def test_a_list_that_is_not_whole_is_an_error_and_nothing_is_written(folder: Path) -> None:
    seed = {"redirect": [{"source": f"/{n}", "target": "/x"} for n in range(30)]}
    with Sandbox(seed=seed, faults=["GET /redirect:1+:short"]) as sandbox:
        done = make(folder, sandbox)("dump", "--out", "shop")
        assert done.exit == 18, done.text
        assert "the shop's list of redirects is not complete" in done.err
        assert not (folder / "shop").exists()


def test_a_spent_budget_writes_nothing(folder: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        assert make(folder, sandbox)("dump", "--out", "shop", "--max-calls", "3").exit == 17
        assert not (folder / "shop").exists()


def test_no_secret_is_written(folder: Path) -> None:
    canary = "https://user:canary@erp.example/hook"
    seed = {**SEED, "webhook": [{"webhook_id": 81, "url": canary, "events": ["paid"]}]}
    seed["category"] = [{"category_id": 61, "name": "A", "meta": f"<a href='{canary}'>"}]
    with Sandbox(seed=seed, switches={"webhook_secret": "always"}) as sandbox:
        run = make(folder, sandbox)
        mail = "suppliers:\n  f: {name: Fjordlæst A/S, dropshipping_mail: '${env:MAIL}'}\n"
        (folder / "mine.yaml").write_text(mail)
        assert run("apply", "--auto-approve", MAIL="o@f.example").exit == 0
        (folder / "mine.yaml").unlink()
        told = run("dump")
        assert run("dump", "--out", "shop").exit == 0
        (secret,) = [row["secret"] for row in sandbox.data("webhook")]
        everything = told.text + json.dumps(files(folder / "shop"))
        assert not any(word in everything for word in ("canary", "o@f.example", secret))
        assert "# dropshipping_mail left out: it is a secret: declare it by hand" in told.out
        assert "# left out: webhook 81: `url`: it contains a password" in told.out
        assert "# meta left out: it contains a password" in told.out


TWINS = {
    "category": [
        {"category_id": 5, "name": "Sko"},
        {"category_id": 6, "name": "Sko", "meta_title": "B"},
        {"category_id": 7, "name": "Støvler", "parent_id": 6},
    ]
}


def test_twins_are_named_by_their_ids(folder: Path) -> None:
    with Sandbox(seed=TWINS) as sandbox:
        run = make(folder, sandbox)
        done = run("dump", "--out", ".")
        assert done.exit == 0
        assert files(folder)["imports.yaml"].split("\n")[2:] == [
            "imports:",
            "  # the same identity: only the ids differ",
            "  - {address: category.sko, id: 5}",
            "  - {address: category.sko-6, id: 6}",
            "",
        ]
        assert imported(run) == 3
        assert run("apply", "--auto-approve").exit == 0
        ids = json.loads((folder / "state" / "demo.json").read_text())["resources"]
        assert {a: entry["id"] for a, entry in ids.items()} == {
            "category.sko": 5,
            "category.sko-6": 6,
            "category.sko-6-stoevler": 7,
        }


def test_a_twin_that_is_gone_is_never_guessed(folder: Path) -> None:
    with Sandbox(seed=TWINS) as sandbox:
        run = make(folder, sandbox)
        run("dump", "--out", ".")
        assert run("apply", "--auto-approve").exit == 0
        gone(sandbox.app, 5)
        sandbox.reset_log()
        done = run("apply", "--auto-approve")
        assert done.exit == 11
        assert "the object 5 to import as `category.sko` does not exist" in done.err
        assert {call.method for call in sandbox.calls} == {"GET"}


def gone(app: App, number: int) -> None:
    headers = {"authorization": "sandbox"}
    assert app.handle("DELETE", f"/REST/category/{number}", "", headers, b"").status < 300


def test_of_twins_each_needs_its_id(folder: Path, sandbox: Sandbox) -> None:
    run = make(folder, sandbox)
    twins = (
        "categories:\n  a: {name: Sko}\n  b: {name: Sko}\nimports:\n  - {address: ADDRESS, id: 5}\n"
    )
    for address in ("category.a", "category.b"):
        (folder / "catalogue.yaml").write_text(twins.replace("ADDRESS", address))
        done = run("validate")
        assert done.exit == 10
        assert "`category.a` and `category.b` have the same `parent` and `name`" in done.err


def test_ids_of_twins_are_of_the_shop_that_was_dumped(folder: Path) -> None:
    with (
        Sandbox(seed={"supplier": [{"name": "A"}, {"name": "A"}]}) as sandbox,
        Sandbox(seed={"supplier": [{"name": "Theirs"}, {"name": "Others"}]}) as other,
    ):
        more = f"  other:\n    url: {other.url}\n    token: ${{env:SHOPFORM_TOKEN}}\n"
        run = make(folder, sandbox, more)
        assert run("dump", "--shop", "demo", "--out", ".").exit == 0
        assert "- {address: supplier.a, id: 101, shop: demo}" in files(folder)["imports.yaml"]
        assert "2 to import, 0 to add, 0 to change" in run("plan", "--shop", "demo").out
        refused = run("apply", "--shop", "other", "--auto-approve")
        assert (refused.exit, "have the same `name`" in refused.err) == (10, True)
        assert [row["name"] for row in other.data("supplier")] == ["Theirs", "Others"]
