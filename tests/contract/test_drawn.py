"""What the gate draws is the same in every run, whichever tests ran before in the process."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st


def drawn() -> list[object]:
    found: list[object] = []

    @settings(derandomize=True, database=None, max_examples=50, phases=[Phase.generate])
    @given(st.text(), st.integers())
    def draw(text: str, number: int) -> None:
        found.append((text, number))

    draw()
    return found


def test_what_is_drawn_does_not_depend_on_loaded_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    file = tmp_path / "loaded.py"
    file.write_text(f"found = {[f'of a module {n}' for n in range(500)]}", "utf-8")
    module = ModuleType("loaded")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "loaded", module)
    assert drawn() == before
