"""Whatever is typed, ten times as much of it does not take a hundred times as long: no reader of
texts explodes.

By default each reader gets every third piece, the next reader others; `HOSTILE=all` gives each of
them all.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC

from bot.logging_config import scrubbed
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.parsing import texts, values
from models.core.search import filter_parser, query, trigrams
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import START
from tests.models.marks import SQLITE, THOROUGH

FEW, MANY = 1500, 15_000
MOST = 30
"""Times as long that ten times as much may take; what is square takes a hundred, what is
exponential never ends.
"""
NEGLIGIBLE = 0.05
"""Seconds below which nothing is compared: they measure the machine."""
CATALOGUE = Catalogue(ROUTERS)

PIECES = (
    "x",
    "<",
    "<@",
    "<!channel> ",
    "<https://",
    '"',
    '"a',
    "“",
    "=",
    "a=",
    "a=b ",
    "(",
    "((a+)+",
    "-",
    "a-",
    "--a ",
    "--page=",
    "--reason a ",
    "LD-1 ",
    "NOT ",
    "a AND ",
    ",",
    "#a ",
    "a@",
    "a.",
    "a@b.",
    "&lt",
    "1",
    "1,",
    "12:",
    "+49 ",
    "\u200d",
    "\u200da",
    "\u0301",
    " \t",
    "\n",
    "http://a-",
    "fri ",
    "|",
    "😀",
    "ﷺ",
)
READERS: dict[str, Callable[[str], object]] = {
    "line": CATALOGUE.read,
    "clean": texts.clean,
    "fold": texts.fold,
    "from Slack": texts.from_slack,
    "smart": texts.unquote_smart,
    "sentence": lambda text: str(texts.wrong(text, "is wrong", "this")),
    "filter": filter_parser.parse,
    "search": trigrams.ways_of,
    "slips": lambda text: [list(trigrams.slips(word)) for word in trigrams.words_of(text)],
    "amount": lambda text: values.read_amount(text, "EUR"),
    "number": values.read_number,
    "day": lambda text: values.read_day(text, START.date()),
    "moment": lambda text: values.read_moment(text, START, UTC),
    "phone": lambda text: values.read_phone(text, "DE"),
    "e-mail": values.read_email,
    "link": values.read_link,
    "tags": values.read_tags,
    "zone": values.read_zone,
    "country": values.read_country,
    "flag": values.read_flag,
    "log": scrubbed,
}


def seconds(read: Callable[[str], object], text: str) -> float:
    """Of the processor, for reading it once."""
    began = time.process_time()
    with suppress(ValueError):
        read(text)
    return time.process_time() - began


def explodes(read: Callable[[str], object], piece: str, times: int = 1) -> bool:
    """Whether much of something takes far longer than a tenth of it, twice: once may be the
    machine's doing.

    times: so many times as much of both.
    """
    for _ in range(2):
        few, many = (
            seconds(read, (piece * times * size)[: times * size] + "!") for size in (FEW, MANY)
        )
        if many <= max(NEGLIGIBLE, MOST * few):
            return False
    return True


def test_no_reader_of_texts_explodes() -> None:
    for place, (name, read) in enumerate(READERS.items()):
        pieces = PIECES if THOROUGH else PIECES[place % 3 :: 3]
        assert [piece for piece in pieces if explodes(read, piece)] == [], name


@SQLITE
def test_no_search_explodes(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA", writes=False) as work:

        def find(text: str) -> object:
            return query.find_everywhere(work, text), query.find_records(work, Lead, text)

        assert [piece for piece in PIECES[::8] if explodes(find, piece)] == []


def square(text: str) -> None:
    """Reads a text once for each letter in it."""
    for at in range(len(text)):
        text.count("x", 0, at)


def test_what_explodes_is_noticed() -> None:
    """On a fast machine, too: where much of it is read in no time, more of it is taken."""
    times = 1
    while seconds(square, "x" * MANY * times) <= 2 * NEGLIGIBLE:
        times *= 2
    assert explodes(square, "x", times)
