"""Previews of a change: rendered HTML and images."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shopform.kinds import Kind
from shopform.kinds.field_types.images import Image
from shopform.model.plan import Change

# The most bytes of one image and of all images in a page; others have only name and size.
LARGEST_IMAGE, ALL_IMAGES = 300_000, 3_000_000
# Longer HTML is not rendered beside its source, since the page would contain it twice.
_LONGEST = 50_000
_ELEMENT = re.compile(r"<[a-z][^<>]*>", re.IGNORECASE)
# Every `<` that begins none of these tags is escaped. What remains can only format: `link`, for
# one, would cause a DNS lookup despite the page's policy.
_FORMATTING = re.compile(
    r"<(?!/?(?:p|h[1-6]|ul|ol|li|dl|dt|dd|b|i|u|em|strong|small|sub|sup|span|div|br|hr|a|img"
    r"|blockquote|pre|code|table|thead|tbody|tfoot|tr|td|th|caption|figure|figcaption)[\s/>])",
    re.IGNORECASE,
)
_TYPES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image file: its size in bytes, and its content if the page has room for it."""

    size: int
    content: bytes = b""

    @property
    def uri(self) -> str:
        """The content as a `data:` URL; "" without content or for an unknown format."""
        found = (name for start, name in _TYPES.items() if self.content.startswith(start))
        name = next(found, "image/webp" if self.content[8:12] == b"WEBP" else "")
        return f"data:{name};base64,{b64encode(self.content).decode()}" if name else ""


def image_files(changes: Iterable[Change]) -> dict[str, str]:
    """Return the files of all images in the changes, by SHA-256."""
    fields = (field for change in changes for field in change.fields)
    lists = [side for field in fields for side in (field.before, field.after)]
    lists += [value for change in changes for value in change.values.values()]
    return {sha256: file for side in lists for file, sha256 in _named(side)}


def _named(side: object) -> Iterator[tuple[str, str]]:
    for item in side if isinstance(side, list | tuple) else ():
        if isinstance(item, Image):
            yield item.file, item.sha256
        elif isinstance(item, Mapping) and isinstance(item.get("file"), str):
            yield item["file"], str(item.get("sha256"))


def is_previewed(kind: Kind, name: str, *sides: object) -> bool:
    """Return whether a field is HTML with elements, short enough to be rendered."""
    strings = [side for side in sides if isinstance(side, str)]
    html = kind.type(name).rich and any(map(_ELEMENT.search, strings))
    return html and all(len(text) <= _LONGEST for text in strings)


def preview_source(html: str, style: str) -> str:
    """Return a document for a sandboxed frame, in which the shop's HTML can only format."""
    return f"<!doctype html><style>{style}</style>{_FORMATTING.sub('&lt;', html)}"
