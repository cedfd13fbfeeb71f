"""Few combinations of words in which every two words of two questions meet."""

import random
from collections.abc import Mapping, Sequence
from itertools import combinations

Words = Mapping[str, Sequence[str]]
Pair = frozenset[tuple[str, str]]


def pairs_of(row: Mapping[str, str]) -> set[Pair]:
    return {frozenset(pair) for pair in combinations(row.items(), 2)}


def all_pairs(words: Words) -> set[Pair]:
    return {
        frozenset([(one, left), (other, right)])
        for one, other in combinations(words, 2)
        for left in words[one]
        for right in words[other]
    }


def covering(
    words: Words, excluded: frozenset[Pair] = frozenset(), seed: int = 0
) -> list[dict[str, str]]:
    """Rows that hold every pair but the excluded ones, each built greedily around a missing pair.

    The same seed gives the same rows.
    """
    chance = random.Random(seed)
    missing = all_pairs(words) - excluded
    rows = []
    while missing:
        row = dict(min(missing, key=sorted))
        for name in chance.sample(sorted(words), len(words)):
            if name in row:
                continue
            fitting = [
                word
                for word in words[name]
                if not any(frozenset([(name, word), each]) in excluded for each in row.items())
            ]
            row[name] = max(
                chance.sample(fitting, len(fitting)),
                key=lambda word: sum(
                    frozenset([(name, word), each]) in missing for each in row.items()
                ),
            )
        missing -= pairs_of(row)
        rows.append(row)
    return rows
