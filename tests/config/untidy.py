"""Files of the project's shape, written in every way that people write them."""

from dataclasses import dataclass, field
from random import Random

KEYS = ("men", "shoes", "a-1", "x")
WORDS = ("Sko", "yes", "0123", "null", "12:30", "a: b", "a #b", "Sko til mænd", "", "1e3", "~", "-")
FIELDS = ("name", "parent", "rewrite_url", "tag", "in_menu", "description_a", "meta_title", "weird")


@dataclass(slots=True)
class Untidy:
    """Writes one file. `above` and `beside` map each such comment to the key it is about."""

    random: Random
    lines: list[str] = field(default_factory=list)
    above: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        """Not, for what Hypothesis calls the simplest."""
        return self.random.random() > 1 - share

    def some(self, words: tuple[str, ...], least: int, most: int) -> list[str]:
        return self.random.sample(words, self.random.randint(least, most))

    def comment(self) -> str:
        self.loose.append(f"# c{len(self.loose) + len(self.above) + len(self.beside)}.")
        return self.loose[-1]

    def about(self, key: str, where: dict[str, str]) -> str:
        text = f"# c{len(self.loose) + len(self.above) + len(self.beside)}."
        where[text] = key
        return text

    def file(self) -> str:
        if self.chance(0.3):
            self.lines.append("# yaml-language-server: $schema=x.json")
        self.noise(0)
        if self.chance(0.1):
            self.lines.append("---")
        sections = ("webhooks", "categories", "profiles", "policy", "include", "moved")
        for name in self.some(sections, 0, 4):
            self.section(name)
        self.noise(self.random.randint(0, 6))
        end = "" if self.lines and self.chance(0.2) and not self.lines[-1].isspace() else "\n"
        text = "\n".join(self.lines) + end
        return text.replace("\n", "\r\n") if self.chance(0.1) else text

    def noise(self, column: int) -> None:
        """Blank lines and comments that are about nothing."""
        while self.chance(0.25):
            blank = self.random.choice(("", "", "  "))
            self.lines.append(blank if self.chance(0.6) else " " * column + self.comment())

    def key(self, column: int, key: str, inline: bool = False) -> str:
        """The beginning of a line, with the lines above it; inline, it follows a dash."""
        if not inline:
            self.noise(self.random.choice((0, column, column, column + 3)))
            if self.chance(0.2):
                self.lines.append(" " * column + self.about(key, self.above))
        written = f'"{key}"' if self.chance(0.1) else key
        return ("" if inline else " " * column) + written + " " * (self.chance(0.1)) + ":"

    def behind(self, key: str) -> str:
        return " " * self.random.randint(1, 3) + self.about(key, self.beside)

    def section(self, name: str) -> None:
        step = self.random.randint(1, 4)
        head = self.key(0, name)
        if name in ("include", "moved"):
            self.lines.append(head + (self.behind(name) if self.chance(0.2) else ""))
            self.list(step if self.chance(0.7) else 0, name == "moved")
            return
        if self.chance(0.1):
            self.lines.append(head)
            return
        if self.chance(0.15):
            self.lines.append(f"{head} {self.flow(name)}")
            return
        self.lines.append(head + (self.behind(name) if self.chance(0.2) else ""))
        for key in self.some(KEYS, 1, 3):
            self.resource(key, step)

    def resource(self, key: str, column: int) -> None:
        head = self.key(column, key)
        if self.chance(0.3):
            self.lines.append(f"{head} {self.flow(key)}")
            return
        self.lines.append(head + (self.behind(key) if self.chance(0.2) else ""))
        inner = column + self.random.randint(1, 4)
        for name in self.some(FIELDS, 1, 5):
            self.field(name, inner)
        if self.chance(0.2):
            self.lines.append(self.key(inner, "lifecycle"))
            self.lines.append(" " * (inner + 2) + "shops: [a]")
            self.field("protect", inner + 2)
        if self.chance(0.3):
            self.lines.append(self.key(inner, "images"))
            self.list(inner + self.random.choice((0, 1, 2, 4)), True)

    def list(self, column: int, mappings: bool) -> None:
        for number in range(self.random.randint(1, 3)):
            self.noise(column)
            dash = " " * column + "-"
            if mappings and self.chance(0.7):
                gap = self.random.randint(1, 3)
                first, *more = self.some(("file", "weight", "description"), 1, 3)
                head = self.key(0, first, inline=True)
                if self.chance(0.2):
                    self.lines.append(f"{dash} {self.comment()}")
                    self.noise(column + 1 + gap)
                    self.lines.append(" " * (column + 1 + gap) + f"{head} 1")
                else:
                    self.lines.append(f"{dash}{' ' * gap}{head} {self.scalar()}")
                for name in more:
                    self.field(name, column + 1 + gap)
            else:
                flow = self.chance(0.3)
                self.lines.append(f"{dash} {self.flow(str(number)) if flow else self.scalar()}")

    def field(self, name: str, column: int) -> None:
        head = self.key(column, name)
        sort = self.random.randint(0, 9)
        if sort == 0:
            self.folded(head, column)
        elif sort == 1:
            self.lines.append(f"{head} {self.flow(name)}")
        elif sort == 2:
            self.lines.append(head + (self.behind(name) if self.chance(0.5) else ""))
            self.noise(column + 2)
            self.lines.append(" " * (column + 2) + self.scalar())
        elif sort == 3:
            self.lines.append(head + (self.behind(name) if self.chance(0.5) else ""))
        elif sort == 4:
            quote = self.random.choice(("", '"', "'"))
            self.lines.append(f"{head} {quote}one text")
            self.lines += [""] * self.chance(0.3)
            self.lines.append(" " * (column + self.random.randint(1, 4)) + f"of two lines{quote}")
        elif sort == 5 and self.anchors and self.chance(0.7):
            self.lines.append(f"{head} *{self.random.choice(self.anchors)}")
        else:
            after = self.behind(name) if self.chance(0.2) else " " * self.chance(0.1)
            self.lines.append(f"{head} {self.scalar()}{after}")

    def folded(self, head: str, column: int) -> None:
        mark = self.random.choice("|>") + self.random.choice(("", "-", "+"))
        inner = column + self.random.randint(1, 4)
        deep = self.chance(0.2)
        if deep:
            mark = f"{mark[0]}{inner - column}{mark[1:]}"
        self.lines.append(f"{head} {mark}" + (f" {self.comment()}" if self.chance(0.2) else ""))
        self.lines += [""] * self.chance(0.1)
        self.lines.append(" " * (inner + 2 * deep) + "<p># a text</p>")
        self.lines += [" " * (inner + 3) + "deeper", ""] * self.chance(0.3)
        self.lines.append(" " * inner + "its end")
        self.lines += [""] * self.random.choice((0, 0, 1, 2))

    def scalar(self) -> str:
        anchor = ""
        if self.chance(0.05):
            self.anchors.append(f"n{len(self.anchors)}")
            anchor = f"&{self.anchors[-1]} "
        word = self.random.choice((*WORDS, "long " * self.random.randint(15, 30) + "text"))
        plain = word not in ("a: b", "a #b", "", "-")
        quote = self.random.choice(("", '"', "'") if plain else ('"', "'"))
        return f"{anchor}{quote}{word}{quote}"

    def flow(self, key: str) -> str:
        """A mapping or list between brackets, in one line or more, with or without comments."""
        lists = self.chance(0.4)
        count = self.random.choice((0, 1, 2, 3, 12))
        names = [f"k{n}" for n in range(count)] if count > 4 else self.some(FIELDS, count, count)
        parts = [
            ("" if lists else f"{name}: ") + self.random.choice(("1", '"0123"', "Sko", "'a b'"))
            for name in names
        ]
        many = count > 1 and self.chance(0.2)
        between = f",\n{' ' * 12}" if many else self.random.choice((", ", ",", ",  "))
        if many and self.chance(0.3):
            first, second, *more = parts
            parts = [f"{first}, {self.comment()}\n{' ' * 12}{second}", *more]
            between = ", "
        inner = between.join(parts)
        pad = " " * self.chance(0.2)
        return f"[{pad}{inner}{pad}]" if lists else "{" + pad + inner + pad + "}"
