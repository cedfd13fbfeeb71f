"""Words and lengths of texts."""


def shorten(text: str, size: int) -> str:
    """A text of `size` characters at most, an ellipsis in place of what is cut off."""
    return text if len(text) <= size else text[: size - 1] + "…"
