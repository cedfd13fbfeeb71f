"""What a plan knows from a snapshot."""

from dataclasses import dataclass

from shopform.kit.documents import Count, Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a plan knows from a snapshot, and not from the shop.

    `taken` is when the oldest list that was not read again had been read (empty: there is none),
    `age` its age in seconds; `never` is the number of lists that were not read yet. Of `objects`,
    `checked` were read when the plan was made. An `offline` plan read nothing from the shop, and is
    never applied.
    """

    taken: str = ""
    age: Count = 0
    never: Count = 0
    checked: Count = 0
    objects: Count = 0
    offline: Flag = False
