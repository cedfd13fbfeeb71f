"""Shops, variables and secrets; and that a secret is read only where it is needed."""

import traceback
from pathlib import Path

import pytest
from config_files import SHOP, compiled, refused, write

from shopform.config import compile_shop, load_project, select_shop, shop_names
from shopform.errors import ConfigError, UsageError
from shopform.kinds.standard import STANDARD
from shopform.model.shop import WireNames
from shopform.model.values import Address, Secret

TWO = """
shops:
  staging:
    url: https://staging.example.dk/REST/
    token: ${env:TOKEN}
    variables: {host: "https://erp.staging.dk", key: "${env:KEY}", from_file: "${file:k.txt}"}
  production:
    url: https://www.example.dk
    token: ${env:NOT_SET}
    variables: {host: "${env:NOT_SET_EITHER}"}
variables:
  host: {description: where the ERP listens}
  key:
  from_file:
  colour: {default: red}
"""

KEYS = {"KEY": "key-canary"}


def url_of(directory: Path, url: str, **given: str) -> object:
    files = {
        "shopform.yaml": TWO,
        "h.yaml": f"webhooks: {{h: {{url: '{url}', events: []}}}}",
        "k.txt": "file-canary\n\n",
    }
    found = compiled(directory, files, shop="staging", variables=given, environment=KEYS)[1]
    return found.resources[Address("webhook.h")].fields["url"]


def test_a_variable_comes_from_the_command_line_the_shop_or_its_default(tmp_path: Path) -> None:
    assert url_of(tmp_path, "${var.host}/${var.colour}") == "https://erp.staging.dk/red"
    assert url_of(tmp_path, "${var.host}/x", host="https://local") == "https://local/x"


def test_dollars_can_be_written(tmp_path: Path) -> None:
    assert url_of(tmp_path, "a $${var.host} $ $$ {x}") == "a ${var.host} $ $$ {x}"


def test_what_holds_a_secret_is_a_secret(tmp_path: Path) -> None:
    assert url_of(tmp_path, "https://x/${env:KEY}") == Secret(
        "https://x/${env:KEY}", "https://x/key-canary"
    )
    # What a variable is made from is named, so that a plan shows when it comes from elsewhere.
    assert url_of(tmp_path, "x/${var.key}") == Secret("x/${env:KEY}", "x/key-canary")
    assert url_of(tmp_path, "${var.from_file}!") == Secret("${file:k.txt}!", "file-canary!")
    held = url_of(tmp_path, "${var.host}$${x}${env:KEY}", host="${env:KEY}")
    assert held == Secret("$${env:KEY}$${x}${env:KEY}", "${env:KEY}${x}key-canary")
    assert url_of(tmp_path, "${file:k.txt}") == Secret("${file:k.txt}", "file-canary")


def test_a_value_from_the_command_line_is_not_expanded(tmp_path: Path) -> None:
    assert url_of(tmp_path, "${var.host}", host="${env:KEY}") == "${env:KEY}"


def test_no_secret_is_in_what_can_be_printed(tmp_path: Path) -> None:
    files = {
        "shopform.yaml": TWO,
        "k.txt": "file-canary",
        "h.yaml": "webhooks: {h: {url: '${env:KEY}', events: ['${env:KEY}'], urll: '${env:KEY}'}}\n"
        "categories: {c: {name: '${env:KEY}', sort_order: '${var.key}', in_menu: '${var.key}'}}",
    }
    with pytest.raises(ConfigError) as caught:
        compiled(tmp_path, files, shop="staging", environment=KEYS)
    reported = "".join(traceback.format_exception(caught.value)) + repr(caught.value.diagnostics)
    assert "canary" not in reported
    assert [each.code for each in caught.value.diagnostics] == [
        "secret-misplaced",
        "unknown-field",
        "secret-misplaced",
        "secret-misplaced",
    ]
    assert "canary" not in repr(compiled(tmp_path / "right", {}))


def test_a_check_needs_no_key_and_no_environment(tmp_path: Path) -> None:
    hooks = "webhooks: {a: {url: '${env:A}', events: []}, b: {url: '${env:B}', events: []}}"
    files = {"shopform.yaml": TWO, "h.yaml": hooks}
    shop, found, _ = compiled(tmp_path, files, shop="production", resolve_token=False)
    assert shop.token == Secret("${env:NOT_SET}", "")
    assert found.resources[Address("webhook.a")].fields["url"] == Secret("${env:A}", "")


def test_only_the_chosen_shop_is_resolved(tmp_path: Path) -> None:
    shop, _, _ = compiled(
        tmp_path, {"shopform.yaml": TWO, "k.txt": "x"}, shop="staging", environment={"KEY": "x"}
    )
    assert (shop.url, shop.token.text) == ("https://staging.example.dk", "canary-token")
    assert (shop.state, shop.auth, shop.daily_calls) == ("state/staging.json", "bearer", 10_000)
    used = "categories: {a: {name: '${var.host}'}, b: {name: 'b ${var.host}'}}"
    assert refused(tmp_path, {"shopform.yaml": TWO, "c.yaml": used}, shop="production") == [
        "shopform.yaml:9:12 environment-missing",
        "shopform.yaml:10:23 environment-missing",
    ]


def test_a_variable_that_is_not_used_is_not_read(tmp_path: Path) -> None:
    reported = refused(tmp_path, {"shopform.yaml": TWO}, shop="production")
    assert reported == ["shopform.yaml:9:12 environment-missing"]


def test_a_variable_is_not_made_from_variables(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        compiled(
            tmp_path,
            {
                "shopform.yaml": SHOP + "variables: {a: {default: '${var.b}'}, b: {default: x}}",
                "c.yaml": "suppliers: {s: {name: '${var.a}'}}",
            },
        )
    assert [str(each.span) for each in caught.value.diagnostics] == ["shopform.yaml:2:26"]


def test_a_shop_is_compiled_without_its_token_and_its_resources(tmp_path: Path) -> None:
    files = {"shopform.yaml": TWO, "c.yaml": "suppliers: [", "d.yaml": "categories: {a: {}}"}
    shop = compile_shop(
        load_project(write(tmp_path, files), STANDARD), "production", environment={}
    )
    assert (shop.url, shop.token) == ("https://www.example.dk", Secret("", ""))
    broken = load_project(write(tmp_path / "broken", {"shopform.yaml": "shops: ["}), STANDARD)
    with pytest.raises(ConfigError) as caught:
        compile_shop(broken, None, environment={})
    assert [each.code for each in caught.value.diagnostics] == ["yaml-syntax"]


@pytest.mark.parametrize("token", ["abc", "x${env:T}", "${env:T}${env:T}", "${var.t}", "$${env:T}"])
def test_a_token_is_wholly_a_placeholder(tmp_path: Path, token: str) -> None:
    text = f"shops: {{a: {{url: 'https://a.dk', token: '{token}'}}}}"
    assert refused(tmp_path, {"shopform.yaml": text}) == ["shopform.yaml:1:41 literal-token"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://shop.example.dk", "insecure-url"),
        ("http://127.0.0.1.example.dk", "insecure-url"),
        ("https://user:pass@shop.dk", "login-in-url"),
        ("https://shop.dk/?a=b", "invalid-url"),
        ("https://shop.dk/#a", "invalid-url"),
        ("ftp://shop.dk", "invalid-url"),
        ("shop.dk", "invalid-url"),
        ("https://[", "invalid-url"),
        ("https://shop.dk:99999", "invalid-url"),
    ],
)
def test_an_address_that_would_leak_the_key_is_refused(tmp_path: Path, url: str, code: str) -> None:
    text = f"shops: {{a: {{url: '{url}', token: '${{env:TOKEN}}'}}}}"
    assert refused(tmp_path, {"shopform.yaml": text}) == [f"shopform.yaml:1:18 {code}"]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://shop.dk", "https://shop.dk"),
        ("https://shop.dk/REST", "https://shop.dk"),
        ("https://shop.dk/REST//", "https://shop.dk"),
        ("http://127.0.0.1:8484/", "http://127.0.0.1:8484"),
        ("http://[::1]:8484", "http://[::1]:8484"),
        ("http://localhost/REST", "http://localhost"),
        ("https://${env:HOST}/REST", "https://from.env"),
    ],
)
def test_an_address_may_end_in_rest(tmp_path: Path, url: str, base: str) -> None:
    text = f"shops: {{a: {{url: '{url}', token: '${{env:TOKEN}}'}}}}"
    shop, _, _ = compiled(tmp_path, {"shopform.yaml": text}, environment={"HOST": "from.env"})
    assert shop.url == base


def test_policy_and_wire_names_reach_the_shop(tmp_path: Path) -> None:
    text = """
shops:
  a:
    url: https://a.dk
    token: ${env:TOKEN}
    auth: shoporama
    state: s3://bucket/key
    daily_calls: 1000
    wire: {redirect: {endpoint: redir, fields: {source: from_url}}}
policy: {deletes: {share: 0.5, total: 3}, url_changes: require_redirect}
"""
    shop, _, _ = compiled(tmp_path, {"shopform.yaml": text})
    assert (shop.auth, shop.state, shop.daily_calls) == ("shoporama", "s3://bucket/key", 1000)
    assert shop.wire == {"redirect": WireNames(endpoint="redir", fields={"source": "from_url"})}
    assert (shop.rules.deletes.share, shop.rules.deletes.floor) == (0.5, 10)
    assert (shop.rules.deletes.total, shop.rules.url_changes) == (3, "require_redirect")


def test_two_shops_cannot_share_a_state(tmp_path: Path) -> None:
    text = (
        "shops:\n  a: {url: 'https://a.dk', token: '${env:TOKEN}', state: s.json}\n"
        "  b: {url: 'https://b.dk', token: '${env:TOKEN}', state: s.json}\n"
    )
    assert refused(tmp_path, {"shopform.yaml": text}, shop="a") == [
        "shopform.yaml:3:58 state-shared"
    ]


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket/key",
        "https://gitlab.example.dk/api/v4/projects/7/terraform/state/production",
        "http://127.0.0.1:8080/states/production",
    ],
)
def test_a_state_may_be_at_an_address(tmp_path: Path, address: str) -> None:
    text = f"shops: {{a: {{url: 'https://a.dk', token: '${{env:TOKEN}}', state: '{address}'}}}}"
    shop, _, _ = compiled(tmp_path, {"shopform.yaml": text})
    assert shop.state == address


@pytest.mark.parametrize(
    "address",
    [
        "ftp://files.example.dk/state",
        "s3://bucket",
        "https://gitlab.example.dk",
        "https://ana:secret@gitlab.example.dk/state",
        "https://gitlab.example.dk/state?version=3",
        "https://gitlab.example.dk:https/state",
        "http://gitlab.example.dk/state",
    ],
)
def test_an_address_that_no_state_can_have_is_refused(tmp_path: Path, address: str) -> None:
    text = f"shops: {{a: {{url: 'https://a.dk', token: '${{env:TOKEN}}', state: '{address}'}}}}"
    assert refused(tmp_path, {"shopform.yaml": text}, shop="a") == ["shopform.yaml:1:64 state-name"]


def test_the_only_shop_needs_no_name_and_several_do(tmp_path: Path) -> None:
    one = load_project(write(tmp_path / "one", {"shopform.yaml": SHOP}), STANDARD)
    two = load_project(write(tmp_path / "two", {"shopform.yaml": TWO}), STANDARD)
    none = load_project(write(tmp_path / "none", {"shopform.yaml": ""}), STANDARD)
    assert select_shop(one) == "only"
    assert shop_names(two) == ("staging", "production")
    with pytest.raises(UsageError) as several:
        select_shop(two)
    assert "`staging`, `production`" in several.value.diagnostics[0].hint
    with pytest.raises(UsageError) as unknown:
        select_shop(two, "stagin")
    assert unknown.value.diagnostics[0].hint == "did you mean `staging`?"
    with pytest.raises(ConfigError):
        select_shop(none)


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("{label: {endpoint: brand}}", ["shopform.yaml:1:82 endpoint-taken"]),
        ("{label: {endpoint: Brand}}", ["shopform.yaml:1:82 endpoint-taken"]),
        ("{label: {endpoint: order}}", ["shopform.yaml:1:82 endpoint-runtime"]),
        ("{label: {endpoint: Customer/x}}", ["shopform.yaml:1:82 endpoint-runtime"]),
        ("{label: {endpoint: ../brand}}", ["shopform.yaml:1:82 wrong-text"]),
        ("{label: {endpoint: 'brand?x=1'}}", ["shopform.yaml:1:82 wrong-text"]),
        ("{label: {endpoint: x}, page: {endpoint: x}}", ["shopform.yaml:1:103 endpoint-taken"]),
        ("{label: {endpoint: brand}, brand: {endpoint: label}}", []),
    ],
)
def test_two_kinds_have_no_endpoint_in_common(
    tmp_path: Path, wire: str, expected: list[str]
) -> None:
    """Each would manage, and delete, the objects of the other."""
    text = f"shops: {{a: {{url: 'https://a.dk', token: '${{env:TOKEN}}', wire: {wire}}}}}"
    assert refused(tmp_path, {"shopform.yaml": text}) == expected
