"""Lists in a sentence."""

from shopform.kit.text import join_first


def test_a_list_ends_with_how_many_more_there_are() -> None:
    assert join_first(["a", "b"], 2) == "a, b"
    assert join_first(["a", "b", "c"], 2) == "a, b and 1 more"
    assert join_first(["a", *"b" * 1_001], 1, "\n") == "a\nand 1,001 more"
