import builtins
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

import pytest

from shopform.render.text.progress import progress


def test_disabled_progress_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with progress(False, "applying") as bar:
        bar.total(3)
        bar.advance("[a]")
    assert capfd.readouterr() == ("", "")


def test_progress_goes_to_standard_error_and_takes_any_text(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress(True, "applying [/b]") as bar:
        bar.total(2)
        bar.advance("a.b {x} [/c]")
    out, err = capfd.readouterr()
    assert out == ""
    assert "applying [/b]" in err


def test_blocks_at_the_same_time_have_a_bar_each(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress(True, "reading one") as one:
        with progress(True, "reading two") as two:
            two.advance("category")
        one.advance("redirect")
    with progress(True, "reading three"):
        pass
    err = capfd.readouterr().err
    assert all(f"reading {each}" in err for each in ("one", "two", "three"))


def test_progress_does_without_rich(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if name.startswith("rich"):
            raise ModuleNotFoundError(name)
        return real(name, globals, locals, fromlist or (), level)

    monkeypatch.setattr(builtins, "__import__", missing)
    with progress(True, "applying") as bar:
        bar.advance()
    assert capfd.readouterr() == ("", "")


def test_without_a_bar_a_line_at_intervals_says_how_far_it_is() -> None:
    for enabled, total in ((False, 400), (False, 0)):
        told: list[str] = []
        seconds = iter(range(1_000)).__next__
        with progress(enabled, "applying to demo", told.append, seconds) as bar:
            assert not bar.moves
            if total:
                bar.total(total)
            for _ in range(35):
                bar.advance("category.a")
        of = f" of {total}" if total else ""
        assert told == [f"applying to demo: {number}{of}" for number in (10, 20, 30)]


def test_the_bar_says_how_long_it_will_take() -> None:
    from rich.progress import TimeRemainingColumn

    from shopform.render.text.progress import _display

    display = _display()
    display.stop()
    assert any(isinstance(column, TimeRemainingColumn) for column in display.columns)


def test_an_error_inside_the_block_is_not_swallowed() -> None:
    with pytest.raises(ModuleNotFoundError), progress(False, "x"):
        raise ModuleNotFoundError(sys.platform)
