"""Open questions about the API as switches; the most likely value comes first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """An open question.

    `words` are the allowed values, the default first; `source` is the section of the dossier. If it
    is `free`, other words of the same form, such as names of keys, are allowed too.
    """

    name: str
    words: tuple[str, ...]
    about: str
    source: str
    free: bool = False

    @property
    def default(self) -> str:
        return self.words[0]


BARE = ("bare", "envelope")
ENVELOPE = ("envelope", "bare")
LISTS = {
    "supplier": (BARE, "2.2: M indexes the body"),
    "profile": (BARE, "2.2: UNKNOWN, as its generation"),
    "profile-attribute": (BARE, "2.2: UNKNOWN, as its generation"),
    "profile-attribute-value": (BARE, "2.2: UNKNOWN, as its generation"),
    "category": (BARE, "2.2: K-cap and M; R expects an envelope"),
    "redirect": (ENVELOPE, "2.2: UNKNOWN, as its generation"),
    "webhook": (ENVELOPE, "2.2: UNKNOWN, as its generation"),
    "brand": (ENVELOPE, "2.2: UNKNOWN, as its generation"),
    "product": (ENVELOPE, "2.2: K-cap, D1"),
    "menu": (ENVELOPE, "2.2: K read `menus`, weak"),
    "page": (BARE, "2.2: K's first commit read an array, weak"),
    "shipping": (BARE, "2.2: K read an array, weak"),
    "voucher": (ENVELOPE, "2.2: K read `vouchers`, weak"),
    "landing-page": (ENVELOPE, "2.2: K read `landing_pages`, weak"),
}
# Newer endpoints are likely to use envelopes.
NEWER = (ENVELOPE, "2.2: UNKNOWN, as its generation")
IDENTITY = ("keep", "fold", "lower", "decode", "encode", "cut", "sign")
REDIRECT_NAMES = (
    "source,target,status",
    "from_url,to_url,code",
    "old_url,new_url,type",
    "path,destination",
)

ALL_ENDPOINTS = (
    Switch("empty_text", ("as_is", "null", "blank"), "how empty strings are returned", "2.4, 7"),
    Switch("post", ("object", "id_only", "empty", "wrapped"), "body of a create", "3.1, 7"),
    Switch(
        "put",
        ("object200", "empty204", "empty200"),
        "status and body of an update",
        "3.1: L, R and M count on 200, L and R on the object; A3 has 204",
    ),
    Switch(
        "delete",
        ("empty200", "empty204", "object200"),
        "status and body of a delete",
        "3.1: M counts on 200; A3 has 204",
    ),
    Switch("errors", ("plain", "json"), "body of an error", "3.4, 7"),
    Switch("denied", ("403", "401"), "status when a right is missing", "3.3, 7"),
    Switch("order", ("observed", "name", "id", "newest"), "order of lists", "2.2"),
    Switch("total", ("int", "string", "none"), "paging.total", "2.2"),
    Switch("paging_count", ("page", "total", "none"), "what paging.count counts", "2.2"),
    Switch("page_max", ("100", "50"), "largest page", "2.3", free=True),
    Switch("limit_over", ("clamp", "refuse"), "a limit above the largest page", "2.3, 7"),
    Switch("bare_limit", ("ignore", "honour"), "limit and offset on bare lists", "2.3, 7"),
    Switch("missing_filter", ("refuse", "all", "empty"), "a list without its parent", "4.3, 7"),
    Switch("parent_key", ("show", "hide"), "the parent's id in items of lists", "7"),
    Switch("removed", ("hide", "show"), "removed objects in lists", "3.2"),
    Switch("read_removed", ("410", "404", "show"), "reading a removed object", "3.2: L saw 410"),
    Switch("unknown_columns", ("keep", "drop"), "columns that are not documented", "4.5: UNKNOWN"),
    Switch(
        "delete_parent", ("refuse", "orphan", "cascade"), "deleting an object with children", "7"
    ),
    Switch("unique_names", ("free", "refuse"), "a name that another object has", "7"),
    Switch("attribute_type", ("both", "type", "data_type"), "key of the type", "4.3"),
    Switch(
        "value_id",
        ("attribute_value_id", "profile_attribute_value_id"),
        "key of the id",
        "4.4",
        free=True,
    ),
    Switch("profile_embeds", ("no", "yes"), "attributes in a profile's response", "4.2, 7"),
    Switch("identity", IDENTITY, "rewriting of names", "4.5, 5.1: UNKNOWN"),
    Switch("html", ("crlf", "keep", "clean"), "rewriting of rich text", "4.5: CRLF in strings"),
    Switch("slugs", ("suffix", "refuse"), "a rewrite_url that is taken", "4.5, 7"),
    Switch("slug_missing", ("generate", "empty"), "a create without rewrite_url", "4.5, 7"),
    Switch("slug_removed", ("free", "reserved"), "the rewrite_url of a removed object", "3.2"),
    Switch("redirect_names", REDIRECT_NAMES, "keys of a redirect", "4.7: UNKNOWN", free=True),
    Switch("redirect_path", ("strip", "keep", "slash"), "host and leading slash", "4.7, 7"),
    Switch("redirect_id", ("redirect_id", "id"), "key of the id", "4.7: UNKNOWN", free=True),
    Switch("webhook_id", ("webhook_id", "id"), "key of the id", "4.8: UNKNOWN", free=True),
    Switch("webhook_secret", ("once", "always"), "whether reads show the secret", "4.8, 7"),
    Switch("webhook_events", ("array", "comma"), "form of the events in responses", "4.8, 7"),
    Switch("webhook_unknown_event", ("refuse", "accept"), "undocumented events", "4.8, 7"),
)
