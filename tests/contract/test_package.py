"""What is published works where nothing of this checkout is, and can be tested again."""

import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from pathlib import Path

import pytest
from support import EXAMPLES, ROOT, copy_project, environment_of
from uv import find_uv_bin

from shopform import __version__
from shopform.sandbox import Sandbox


def run(*arguments: str | Path, within: Path) -> str:
    done = subprocess.run(
        list(map(str, arguments)),
        cwd=within,
        env=environment_of(PYTHONPATH=""),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.wide
def test_the_source_is_whole_and_its_wheel_runs_in_an_empty_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, within=ROOT)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / f"shopform-{__version__}"
    if (ROOT / ".git").exists():
        tracked = run("git", "ls-files", within=ROOT).splitlines()
        present = [name for name in tracked if (ROOT / name).exists()]
        assert [name for name in present if not (source / name).exists()] == []
    some = "tests/apply/test_secret_delivery.py"
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", some, within=source)

    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, within=source)
    place = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", place, within=tmp_path)
    python, wheel = place / "bin" / "python", next(tmp_path.glob("*.whl"))
    only = ("--offline", "--no-cache", "--no-deps", "--python", python)
    run(find_uv_bin(), "pip", "install", "--quiet", *only, wheel, within=tmp_path)
    # Its dependencies are this environment's; the package must be the wheel's all the same.
    found = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", within=place
    )
    packages = Path(found.strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import shopform; print(shopform.__file__)", within=tmp_path)
    assert Path(where.strip()).is_relative_to(place)

    shopform = place / "bin" / "shopform"
    with Sandbox() as shop:
        project = copy_project(EXAMPLES / "minimal", tmp_path / "project", shop)
        assert run(shopform, "version", within=project) == f"shopform {__version__}\n"
        assert "13 added" in run(shopform, "apply", "--auto-approve", within=project)
        assert "No changes" in run(shopform, "plan", within=project)
        page = run(shopform, "plan", "--format", "html", within=project)
        assert "default-src &#39;none&#39;" in page, "templates, style and script are in the wheel"


def test_lower_bounds_exclude_what_has_known_vulnerabilities() -> None:
    """The first versions without: deepdiff CVE-2025-58367, h11 CVE-2025-43859, and so on."""
    fixed = {"deepdiff": "8.6.1", "h11": "0.16", "certifi": "2024.7.4", "idna": "3.7"}
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    bounds = dict(each.partition(";")[0].split(">=") for each in listed)
    locked = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    for name, version in fixed.items():
        first = numbers(version)
        assert numbers(bounds[name].strip()) >= first, name
        (line,) = (line for line in locked if line.startswith(f"{name}=="))
        assert numbers(line.split()[0].partition("==")[2]) >= first, name


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
