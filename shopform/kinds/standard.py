"""The kinds that shopform comes with. Adding one is a file here and a line in STANDARD."""

from shopform.kinds.attribute import ATTRIBUTE
from shopform.kinds.brand import BRAND
from shopform.kinds.catalogue import Catalogue
from shopform.kinds.category import CATEGORY
from shopform.kinds.label import LABEL
from shopform.kinds.lookups import LOOKUPS
from shopform.kinds.manufacturer import MANUFACTURER
from shopform.kinds.menu import MENU
from shopform.kinds.page import PAGE
from shopform.kinds.product import PRODUCT
from shopform.kinds.profile import PROFILE
from shopform.kinds.redirect import REDIRECT
from shopform.kinds.supplier import SUPPLIER
from shopform.kinds.value import VALUE
from shopform.kinds.webhook import WEBHOOK

STANDARD = Catalogue(
    (
        SUPPLIER,
        BRAND,
        MANUFACTURER,
        LABEL,
        PROFILE,
        ATTRIBUTE,
        VALUE,
        CATEGORY,
        PRODUCT,
        PAGE,
        MENU,
        REDIRECT,
        WEBHOOK,
    ),
    LOOKUPS,
)
