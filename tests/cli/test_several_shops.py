"""Several shops in one run: planned side by side, applied in turn, one code and one table."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, Prepared, Run, environment_of, interrupt, run_here

from shopform import errors
from shopform.sandbox import Sandbox
from shopform.terminal.console import Console
from shopform.workflow.run.exit_codes import CHANGES, PRECEDENCE, several_exit

NAMES = ("staging", "production", "norway")
PATIENCE = 60  # seconds until a test gives up
KEYS = {f"KEY_{name.upper()}": f"key-of-{name}" for name in NAMES}
NONE = "No changes. Your infrastructure matches the configuration."
CATALOGUE: dict[str, Any] = {
    "brands": {"x": {"name": "X ${var.title}"}},
    "webhooks": {
        "erp": {"url": "${var.host}/hook", "events": ["stock"]},
        "test": {
            "url": "https://requests.example/hook",
            "events": ["stock"],
            "lifecycle": {"shops": ["staging"]},
        },
    },
}
NO_CREATES = {"name": "frozen", "deny": "create", "message": "nothing new for now"}

Shops = Mapping[str, Sandbox]
Shopform = Callable[..., Run]


@pytest.fixture
def shops() -> Iterator[Shops]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(Sandbox(token=KEYS[f"KEY_{name.upper()}"])) for name in NAMES
        }


def settings(shops: Shops) -> dict[str, Any]:
    return {
        name: {
            "url": shop.url,
            "token": f"${{env:KEY_{name.upper()}}}",
            "variables": {"host": f"https://erp.{name}.example"},
        }
        for name, shop in shops.items()
    }


def declare(
    folder: Path, declared: Mapping[str, Any], catalogue: Mapping[str, Any] = CATALOGUE, **more: Any
) -> None:
    variables = {"host": {}, "title": {"default": "1"}}
    text = json.dumps({"shops": declared, "variables": variables, **more})
    (folder / "shopform.yaml").write_text(text, "utf-8")
    (folder / "catalogue.yaml").write_text(json.dumps(catalogue), "utf-8")


@pytest.fixture
def project(tmp_path: Path, shops: Shops) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    declare(folder, settings(shops))
    return folder


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**KEYS, **environment))

    return go


def rows(done: Run) -> dict[str, str]:
    """The table's lines by shop, each with single blanks."""
    table = done.out[done.out.rindex("\nshop ") + 1 :]
    split = [re.sub(r" +", " ", line).split(" ", 1) for line in table.splitlines()]
    return {line[0]: line[1] for line in split[1:]}


def calls(shops: Shops) -> int:
    return sum(len(shop.calls) for shop in shops.values())


def writes(shops: Shops) -> int:
    return sum(call.method != "GET" for shop in shops.values() for call in shop.calls)


def test_each_plan_stands_under_its_shop_and_a_table_sums_up(run: Shopform, shops: Shops) -> None:
    assert run("apply", "--shop", "production", "--auto-approve").exit == 0
    done = run("plan", "--shop", "all")
    assert (done.exit, done.err) == (0, "")
    heads = [f"\n{name} ({shop.url.removesuffix('/REST')})\n===" for name, shop in shops.items()]
    places = [f"\n{done.out}".index(head) for head in heads]
    assert places == sorted(places)
    assert done.out.index(NONE) > places[1]
    assert "https://erp.norway.example/hook" in done.out[places[2] :]
    assert rows(done) == {
        "staging": "0 3 0 0 0 0 2 3 changes",
        "production": "0 0 0 0 0 0 2 0 no changes",
        "norway": "0 2 0 0 0 0 2 2 changes",
    }
    header = done.out.splitlines()[-4]
    words = "shop import add change destroy forget drift reads writes verdict"
    assert header.split() == words.split()
    assert len({line.rindex("  ") for line in done.out.splitlines()[-4:]}) == 1
    assert writes(shops) == 2


def test_shops_are_told_in_the_order_in_which_they_are_named(run: Shopform) -> None:
    done = run("plan", "--shop", "norway, staging,norway")
    assert list(rows(done)) == ["norway", "staging"]
    assert list(rows(run("plan", SHOPFORM_SHOP="all"))) == list(NAMES)


def test_a_freeze_window_stops_the_run_at_its_shop(
    run: Shopform, shops: Shops, project: Path
) -> None:
    window = {"name": "always", "from": "2020-01-01", "to": "2999-01-01", "shops": ["production"]}
    declare(project, settings(shops), policy={"windows": [window]})
    done = run("apply", "--shop", "all", "--auto-approve")
    assert done.exit == 11, done.text
    assert "the window `always` allows no change of `production`" in done.err
    made = {
        name: [c.method for c in shop.calls if c.method != "GET"] for name, shop in shops.items()
    }
    assert made == {"staging": ["POST"] * 3, "production": [], "norway": []}
    done = run("apply", "--shop", "all", "--auto-approve", "--allow", "always")
    assert done.exit == 0, done.text
    assert shops["norway"].data("brand")


def test_variables_on_the_command_line_are_for_every_shop(run: Shopform, shops: Shops) -> None:
    done = run("apply", "--shop", "all", "--auto-approve", "--var", "title=2")
    assert done.exit == 0, done.text
    for name, shop in shops.items():
        assert [row["name"] for row in shop.data("brand")] == ["X 2"]
        urls = {row["url"] for row in shop.data("webhook")}
        test = {"https://requests.example/hook"} if name == "staging" else set()
        assert urls == {f"https://erp.{name}.example/hook"} | test
    assert run("plan", "--shop", "all", "--detailed-exitcode", "--var", "title=2").exit == 0


def test_shops_are_read_side_by_side(run: Shopform, shops: Shops) -> None:
    """Each shop's first call is answered only when all others have been asked something too."""
    together, met = threading.Barrier(len(shops)), list[bool]()
    for shop in shops.values():
        first = threading.Event()

        def wait(_call: object, first: threading.Event = first) -> None:
            if not first.is_set():
                first.set()
                together.wait(PATIENCE)
                met.append(True)

        shop.before(wait)
    assert run("plan", "--shop", "all").exit == 0
    assert len(met) == len(shops)


def test_what_is_shown_does_not_depend_on_who_is_done_first(run: Shopform, shops: Shops) -> None:
    shops["norway"].set_fault("GET /brand:1+:401")
    before = run("plan", "--shop", "all")
    done = threading.Event()

    def wait(_call: object) -> None:
        done.wait(PATIENCE)

    shops["staging"].before(wait)
    shops["norway"].after(lambda _call: done.set())
    after = run("plan", "--shop", "all")
    assert done.is_set()
    left = re.compile(r"9,\d+ of")
    assert left.sub("", after.out) == left.sub("", before.out)
    assert after.err == before.err


def _nothing(_run: Shopform, _shop: Sandbox, _project: Path, _name: str) -> None:
    """The shop is empty, so that there are changes."""


def _settled(run: Shopform, _shop: Sandbox, _project: Path, name: str) -> None:
    assert run("apply", "--shop", name, "--auto-approve").exit == 0


def _fault(spec: str) -> Callable[..., None]:
    def prepare(_run: Shopform, shop: Sandbox, _project: Path, _name: str) -> None:
        shop.set_fault(spec)

    return prepare


def _refused(_run: Shopform, _shop: Sandbox, project: Path, name: str) -> None:
    text = json.loads((project / "shopform.yaml").read_text("utf-8"))
    text["policy"] = {"rules": [{**NO_CREATES, "shops": [name]}]}
    (project / "shopform.yaml").write_text(json.dumps(text), "utf-8")


def _damaged(_run: Shopform, _shop: Sandbox, project: Path, name: str) -> None:
    (project / "state").mkdir(exist_ok=True)
    (project / "state" / f"{name}.json").write_text("{", "utf-8")


OUTCOMES: dict[str, tuple[Callable[..., None], int, str]] = {
    "settled": (_settled, 0, "no changes"),
    "changes": (_nothing, 0, "changes"),
    "refused": (_refused, 11, "refused"),
    "key": (_fault("GET /brand:1+:401"), 16, "key refused"),
    "budget": (_fault("GET /brand:1+:429"), 17, "budget spent"),
    "down": (_fault("GET /brand:1+:lose"), 18, "unreachable"),
    "broken": (_fault("GET /brand:1+:500"), 18, "shop error"),
    "nonsense": (_fault("GET /brand:1+:html"), 18, "nonsense"),
    "damaged": (_damaged, 1, "state unusable"),
}
MIXED: list[tuple[tuple[str, str], int, int]] = [
    (("settled", "settled"), 0, 0),
    (("settled", "changes"), 0, 2),
    (("changes", "refused"), 11, 11),
    (("settled", "refused"), 11, 11),
    (("key", "changes"), 16, 16),
    (("settled", "down"), 18, 18),
    (("nonsense", "changes"), 18, 18),
    (("budget", "refused"), 17, 17),
    (("broken", "budget"), 18, 18),
    (("down", "key"), 16, 16),
    (("damaged", "key"), 1, 1),
]


@pytest.mark.parametrize(("outcomes", "code", "detailed"), MIXED)
def test_one_code_for_all_and_a_verdict_for_each(
    outcomes: tuple[str, str],
    code: int,
    detailed: int,
    run: Shopform,
    shops: Shops,
    project: Path,
) -> None:
    two = dict(zip(("staging", "production"), outcomes, strict=True))
    for name, outcome in two.items():
        OUTCOMES[outcome][0](run, shops[name], project, name)
    before = writes(shops)
    done = run("plan", "--shop", "staging,production")
    assert done.exit == code, done.text
    told = rows(done)
    for name, outcome in two.items():
        assert f" {told[name]}".endswith(f" {OUTCOMES[outcome][2]}")
        assert (f"error: {name}: " in done.err) == (OUTCOMES[outcome][1] != 0)
    assert done.out.count("There is no plan for this shop.") == sum(
        OUTCOMES[outcome][1] not in (0, 11) for outcome in outcomes
    )
    quiet = run("plan", "--shop", "staging,production", "--quiet", "--detailed-exitcode")
    assert (quiet.exit, quiet.out, quiet.err == "") == (detailed, "", code == 0)
    assert writes(shops) == before


MODES: dict[str, tuple[str, ...]] = {
    "text": (),
    "json": ("--json",),
    "markdown": ("--format", "markdown"),
    "stream": ("--json-stream",),
    "quiet": ("--quiet",),
}


@pytest.fixture
def mixed(run: Shopform, shops: Shops, project: Path) -> Shopform:
    """Changes in one shop, a refused plan in the next, and a key that is refused in the last."""
    _refused(run, shops["production"], project, "production")
    shops["norway"].set_fault("GET /brand:1+:401")
    return run


@pytest.mark.parametrize("mode", MODES)
def test_every_form_ends_with_the_same_code(mode: str, mixed: Shopform) -> None:
    assert mixed("plan", "--shop", "all", *MODES[mode]).exit == 16
    assert mixed("plan", "--shop", "staging,production", *MODES[mode]).exit == 11
    wrong = mixed("plan", "--shop", "all", "--var", "nowhere=1", *MODES[mode])
    assert wrong.exit == 10
    if mode == "json":
        assert json.loads(wrong.out)["errored"]


def test_json_is_one_document_with_a_plan_a_shop(mixed: Shopform) -> None:
    said = json.loads(mixed("plan", "--shop", "all", "--json").out)
    assert list(said) == ["format_version", "shops", "exit_code"]
    assert (said["format_version"], said["exit_code"]) == ("1.0", 16)
    assert list(said["shops"]) == list(NAMES)
    staging, production, norway = said["shops"].values()
    alone = json.loads(mixed("plan", "--shop", "staging", "--json").out)
    counted = {"calls": None, "integrity": None}
    assert {**staging, **counted} == {**alone, **counted}
    assert (staging["applyable"], production["applyable"]) == (True, False)
    assert list(norway) == ["error"]
    assert norway["error"]["exit_code"] == 16
    assert [d["code"] for d in norway["error"]["diagnostics"]] == ["access-refused"]


def test_messages_name_their_shop(mixed: Shopform, prepared: Prepared, project: Path) -> None:
    streamed = mixed("plan", "--shop", "all", "--json-stream")
    lines = [json.loads(line) for line in streamed.out.splitlines()]
    assert lines[0]["type"] == "version"
    shops = [line["shop"] for line in lines[1:]]
    assert list(dict.fromkeys(shops)) == list(NAMES)
    assert shops == sorted(shops, key=NAMES.index)
    summaries = [line["shop"] for line in lines if line["type"] == "change_summary"]
    assert summaries == ["staging", "production"]
    last = lines[-1]
    assert (last["shop"], last["diagnostic"]["code"]) == ("norway", "access-refused")
    asked = "plan", "--shop", "all", "--json-into", "messages.jsonl"
    beside = prepared.run(project, *asked, environment=environment_of(**KEYS))
    assert "staging (http" in beside.out
    written = (project / "messages.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line).get("shop") for line in written] == [None, *shops]


def test_markdown_is_one_page_with_a_table_first(mixed: Shopform) -> None:
    told = mixed("plan", "--shop", "all", "--format", "markdown", "--report-url", "https://ci.dk/1")
    page = told.out
    assert page.startswith("<!-- shopform plan all -->\n## 3 shops: changes in 1, refused in 1, ")
    assert page.count("<!-- shopform plan ") == 1
    assert page.index("| staging | 0 | 3 |") < page.index("### staging: Plan: 3 to add")
    assert page.index("### staging") < page.index("### production: Plan: 2 to add")
    assert page.index("**This plan is refused") < page.index("### norway: key refused")
    assert page.count("](<https://ci.dk/1>)") == 1
    named = mixed("plan", "--shop", "norway,staging", "--format", "markdown").out
    assert named.startswith("<!-- shopform plan norway-staging -->\n")


@pytest.mark.parametrize("limit", [3_000, 6_000, 10_000])
def test_markdown_of_all_shops_keeps_to_the_bytes_asked_for(
    limit: int, run: Shopform, shops: Shops, project: Path
) -> None:
    many = {f"b{n}": {"name": f"Mærke {n}", "lifecycle": {"shops": ["norway"]}} for n in range(300)}
    few = {f"f{n}": {"name": f"Brand {n}"} for n in range(4)}
    declare(project, settings(shops), {**CATALOGUE, "brands": {**many, **few}})
    asked = "--format", "markdown", "--max-bytes", str(limit)
    page = run("plan", "--shop", "all", *asked).out
    assert limit // 2 < len(page.encode()) <= limit
    assert f"Left out to stay below {limit:,} bytes" in page
    staging = page[page.index("### staging") : page.index("### production")]
    assert ("Left out" in staging) == (limit == 3_000)


def test_drift_of_several_shops(run: Shopform, shops: Shops) -> None:
    assert run("apply", "--shop", "all", "--auto-approve").exit == 0
    done = run("drift", "--shop", "all")
    assert (done.exit, set(rows(done).values())) == (0, {"0 0 2 no drift"})
    shops["production"].set_fault("GET /brand:1+:401")
    number = shops["norway"].data("brand")[0]["brand_id"]
    by_hand(shops["norway"], f"brand/{number}", KEYS["KEY_NORWAY"], {"name": "Y"})
    done = run("drift", "--shop", "all")
    assert done.exit == 16
    assert rows(done) == {
        "staging": "0 0 2 no drift",
        "production": "- - - key refused",
        "norway": "1 0 2 drift",
    }
    assert run("drift", "--shop", "staging,norway").exit == CHANGES
    for form in ("--json", "--quiet"):
        assert run("drift", "--shop", "staging,norway", form).exit == CHANGES


def by_hand(shop: Sandbox, path: str, key: str, body: dict[str, Any]) -> None:
    """What somebody does in the shop's own administration."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", shop.port)
    headers = {"Authorization": f"Bearer {key}"}
    connection.request("PUT", f"/REST/{path}", json.dumps(body), headers)
    assert connection.getresponse().status < 300
    connection.close()


def test_shops_are_applied_one_after_the_other(run: Shopform, shops: Shops) -> None:
    order: list[str] = []
    for name, shop in shops.items():
        shop.before(lambda _call, name=name: order.append(name))  # type: ignore[misc]
    done = run("apply", "--shop", "production,norway,staging", "--auto-approve")
    assert done.exit == 0, done.text
    assert list(dict.fromkeys(order)) == ["production", "norway", "staging"]
    assert order == sorted(order, key=["production", "norway", "staging"].index)
    assert rows(done) == {
        "production": "0 2 0 0 0 7 applied",
        "norway": "0 2 0 0 0 7 applied",
        "staging": "0 3 0 0 0 8 applied",
    }
    again = run("apply", "--shop", "all", "--auto-approve")
    assert set(rows(again).values()) == {"0 0 0 0 0 2 no changes"}


@pytest.mark.parametrize(
    ("spec", "code", "verdict"),
    [
        ("GET /brand:1+:401", 16, "- - - - - - key refused"),
        ("POST /webhook:1+:400", 14, "0 1 0 0 0 6 partly applied"),
        ("POST:1+:400", 1, "0 0 0 0 0 4 request refused"),
    ],
)
def test_the_first_that_does_not_end_well_is_the_last(
    spec: str, code: int, verdict: str, run: Shopform, shops: Shops
) -> None:
    shops["production"].set_fault(spec)
    done = run("apply", "--shop", "all", "--auto-approve")
    assert done.exit == code, done.text
    assert rows(done) == {
        "staging": "0 3 0 0 0 8 applied",
        "production": verdict,
        "norway": "- - - - - - not begun",
    }
    assert "warning: norway: not begun\n  the run on `production` before it failed" in done.err
    assert shops["norway"].calls == []
    streamed = run("apply", "--shop", "all", "--auto-approve", "--json")
    lines = [json.loads(line) for line in streamed.out.splitlines()]
    assert streamed.exit in (code, 1)
    assert lines[-1]["shop"] == "norway"
    assert lines[-1]["diagnostic"]["code"] == "not-begun"


def test_every_shop_is_approved_by_itself(
    run: Shopform, shops: Shops, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["yes", "no"])
    monkeypatch.setattr(Console, "interactive", property(lambda _self: True))
    monkeypatch.setattr("click.prompt", lambda *_a, **_k: next(answers))
    done = run("apply", "--shop", "all")
    assert done.exit == 1
    assert [row.split()[-2:] for row in rows(done).values()] == [
        ["8", "applied"],
        ["not", "approved"],
        ["not", "begun"],
    ]
    assert "shopform will do this to the live shop `production`." in done.err
    assert writes({"production": shops["production"], "norway": shops["norway"]}) == 0


def test_nobody_there_to_approve_is_refused_at_once(run: Shopform, shops: Shops) -> None:
    assert run("apply", "--shop", "all").exit == 64
    assert calls(shops) == 0


ONE_ONLY: list[tuple[str, ...]] = [
    ("plan", "--out", "p.json"),
    ("plan", "--format", "html"),
    ("drift", "--write", "staff.patch"),
    ("drift", "--format", "html"),
    ("apply", "--auto-approve", "--expect-digest", "0" * 64),
    ("apply", "--auto-approve", "--destroy"),
    ("apply", "p.json"),
    ("destroy", "--auto-approve"),
    ("state", "list"),
    ("state", "rm", "brand.x"),
    ("graph",),
]


@pytest.mark.parametrize("arguments", ONE_ONLY, ids=" ".join)
@pytest.mark.parametrize("word", ["all", "staging,norway"])
def test_what_is_about_one_shop_takes_one(
    word: str, arguments: tuple[str, ...], run: Shopform, shops: Shops, project: Path
) -> None:
    done = run(*arguments, "--shop", word)
    assert done.exit == 64, done.text
    assert re.search("one shop only|one shop at a time", done.err)
    assert "hint: name one with `--shop`" in done.err
    assert calls(shops) == 0
    assert not (project / "p.json").exists()


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("staging,norwy", "did you mean `norway`?"),
        ("xyz,staging", "declared are `staging`, `production`, `norway`"),
        ("staging,all", "`all` cannot be combined: it means every shop"),
        ("staging,", "declared are"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "drift", "validate"])
def test_an_unknown_shop_is_told_before_any_call(
    command: str, word: str, hint: str, run: Shopform, shops: Shops
) -> None:
    done = run(command, "--shop", word)
    assert (done.exit, calls(shops)) == (64, 0)
    assert "error: unknown shop `" in done.err
    assert f"hint: {hint}" in done.err


def test_a_shop_may_be_called_all(run: Shopform, shops: Shops, project: Path) -> None:
    declared = settings(shops)
    declare(project, {"all": declared["staging"], "norway": declared["norway"]}, {"brands": {}})
    done = run("plan", "--shop", "all")
    assert done.exit == 0
    assert done.out.splitlines()[0] == NONE
    assert list(rows(run("plan", "--shop", "all,norway"))) == ["all", "norway"]
    assert run("validate", "--shop", "all").out.startswith("all: 0 resources\nSuccess!")


def test_validate_takes_lists(run: Shopform, shops: Shops) -> None:
    counts = {"staging": 3, "production": 2, "norway": 2}
    for word, names in (("all", NAMES), ("norway,staging", ("norway", "staging"))):
        told = [f"{name}: {counts[name]} resources" for name in names]
        assert run("validate", "--shop", word).out.splitlines()[:-1] == told
    assert calls(shops) == 0


def test_what_several_shops_share_is_told_once(run: Shopform, shops: Shops, project: Path) -> None:
    odd = {"webhooks": {"a": {"url": "https://a.example/h", "events": ["stok"]}}}
    declare(project, settings(shops), odd)
    warned = run("plan", "--shop", "all")
    assert warned.exit == 0
    assert warned.err.count("warning:") == 1
    declare(project, settings(shops), {**odd, "brands": {"b": {"nam": "B"}}})
    before = calls(shops)
    wrong = run("plan", "--shop", "all")
    assert (wrong.exit, wrong.err.count("unknown field `nam`")) == (10, 1)
    assert calls(shops) == before


def test_a_missing_key_is_told_for_every_shop_before_any_call(project: Path, shops: Shops) -> None:
    done = run_here(project, "plan", "--shop", "all", environment=environment_of())
    assert (done.exit, calls(shops)) == (10, 0)
    assert all(name in done.err for name in KEYS)


def test_a_plan_of_one_shop_is_refused_by_another(run: Shopform, shops: Shops) -> None:
    assert run("plan", "--shop", "staging", "--out", "p.json").exit == 0
    assert run("apply", "p.json", "--shop", "norway").exit == 12
    assert writes(shops) == 0
    assert run("apply", "p.json").exit == 0
    assert len(shops["staging"].data("webhook")) == 2


def test_a_plan_of_one_shop_is_refused_by_another_at_the_same_address(
    run: Shopform, shops: Shops, project: Path
) -> None:
    one = settings(shops)["staging"]
    brand = {"name": "X ${var.title}", "lifecycle": {"shops": ["a"]}}
    declare(project, {"a": one, "b": one}, {"brands": {"x": brand}})
    assert run("plan", "--shop", "a", "--out", "new.json").exit == 0
    assert run("apply", "new.json", "--shop", "b").exit == 12
    assert run("apply", "--shop", "a", "--auto-approve").exit == 0
    assert run("plan", "--shop", "a", "--var", "title=2", "--out", "p.json").exit == 0
    before = writes(shops)
    assert run("apply", "p.json", "--shop", "b").exit == 12
    assert writes(shops) == before


def test_swapped_states_are_refused(run: Shopform, shops: Shops, project: Path) -> None:
    assert run("apply", "--shop", "all", "--auto-approve").exit == 0
    state = project / "state"
    (state / "staging.json").rename(state / "kept")
    (state / "norway.json").rename(state / "staging.json")
    (state / "kept").rename(state / "norway.json")
    before = writes(shops)
    done = run("plan", "--shop", "all")
    assert done.exit == 1
    assert [row.split()[-1] for row in rows(done).values()] == ["unusable", "changes", "unusable"]
    assert " ".join(done.err.split()).count("belongs to the shop") == 2
    assert run("apply", "--shop", "all", "--auto-approve").exit == 1
    assert writes(shops) == before


def test_an_interrupt_ends_the_reading_of_all_shops(
    prepared: Prepared, project: Path, shops: Shops
) -> None:
    asked, go_on = threading.Barrier(3), threading.Event()

    def wait(_call: object) -> None:
        if not go_on.is_set():
            asked.wait(PATIENCE)
            go_on.wait(PATIENCE)

    for name in ("staging", "production"):
        shops[name].before(wait)
    arguments = ("plan", "--shop", "staging,production", "--parallelism", "1")
    started = prepared.start(project, *arguments, environment=environment_of(**KEYS))
    asked.wait(PATIENCE)
    interrupt(started.pid)
    go_on.set()
    done = started.wait()
    assert done.exit == 130
    assert "error: interrupted" in done.err
    assert calls(shops) == 2


def test_an_interrupted_apply_begins_no_other_shop(
    prepared: Prepared, project: Path, shops: Shops
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def wait(_call: object) -> None:
        asked.set()
        go_on.wait(PATIENCE)

    shops["production"].before(wait)
    arguments = ("apply", "--shop", "all", "--auto-approve")
    started = prepared.start(project, *arguments, environment=environment_of(**KEYS))
    assert asked.wait(PATIENCE)
    interrupt(started.pid)
    go_on.set()
    done = started.wait()
    assert done.exit == 130
    assert list(rows(done).values()) == [
        "0 3 0 0 0 8 applied",
        "- - - - - - interrupted",
        "- - - - - - not begun",
    ]
    assert writes({name: shops[name] for name in ("production", "norway")}) == 0


def test_the_worst_code_is_the_runs_and_every_code_has_its_place() -> None:
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {each.exit_code for each in found if issubclass(each, errors.ShopformError)}
    assert set(PRECEDENCE) == codes | {0, CHANGES}
    assert len(PRECEDENCE) == len(set(PRECEDENCE))
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text("utf-8")
    assert ", ".join(map(str, PRECEDENCE)) in " ".join(page.split())
    assert several_exit([0, 2, 11, 0]) == 11
    assert several_exit([18, 16]) == 16
    assert several_exit([]) == 0
