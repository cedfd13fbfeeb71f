"""The types of fields, one file each, with all behaviour that depends on the type."""

from typing import Final

from shopform.kinds.field_types.base import Change, Fault, FieldType, Load, Operations, Unreadable
from shopform.kinds.field_types.decimal import Decimal
from shopform.kinds.field_types.flag import Flag
from shopform.kinds.field_types.html import Html
from shopform.kinds.field_types.images import Images
from shopform.kinds.field_types.number import Number
from shopform.kinds.field_types.path import Path
from shopform.kinds.field_types.raw import Raw
from shopform.kinds.field_types.reference import Reference, References
from shopform.kinds.field_types.seed import Seed
from shopform.kinds.field_types.set import Set
from shopform.kinds.field_types.text import Choice, Code, Text
from shopform.kinds.field_types.tree import ItemNames, Target, Tree

PATH: Final = Path()
RAW: Final = Raw()
TEXT: Final = Text()

__all__ = [
    "PATH",
    "RAW",
    "TEXT",
    "Change",
    "Choice",
    "Code",
    "Decimal",
    "Fault",
    "FieldType",
    "Flag",
    "Html",
    "Images",
    "ItemNames",
    "Load",
    "Number",
    "Operations",
    "Path",
    "Raw",
    "Reference",
    "References",
    "Seed",
    "Set",
    "Target",
    "Text",
    "Tree",
    "Unreadable",
]
