"""Say how like two words are.

The library behind it is loaded with the first question: an idle bot saves 4 MB.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import permutations


def slips_between(one: str, other: str) -> int:
    """Return how many slips of the finger lie between two words.

    A slip is a letter wrong, missing or too many, or two letters swapped. Optimal string alignment,
    see Boytsov, *Indexing methods for approximate dictionary searching* (2011).
    """
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other)


def holds_joined(texts: Sequence[str], word: str, slips: int = 0) -> bool:
    """Return whether two or three words side by side, in any order, form the joined word.

    The words may go on after it.
    """
    runs = (texts[at : at + length] for length in (2, 3) for at in range(len(texts) - length + 1))
    together = ("".join(order) for run in runs for order in permutations(run))
    if not slips:
        return any(name.startswith(word) for name in together)
    return any(
        abs(len(name) - len(word)) <= slips and slips_between(name, word) <= slips
        for name in together
    )


def likeness(one: str, other: str) -> float:
    """Return how like two texts are, from 0 to 100 for the same."""
    return ratio()(one, other)


@cache
def ratio() -> Callable[[str, str], float]:
    """Return the ratio function, loaded once.

    A search asks hundreds of times; to import it each time took as long as to answer.
    """
    from rapidfuzz import fuzz

    return fuzz.ratio


def nearest(word: str, known: Collection[str], limit: int, least: float) -> list[str]:
    """Return up to `limit` of the known words, the likest first.

    Args:
        word: the word to compare.
        known: the words to choose from.
        limit: the most words to return.
        least: from 0 to 100, how like they must be.
    """
    from rapidfuzz import process

    return [found for found, *_ in process.extract(word, known, limit=limit, score_cutoff=least)]
