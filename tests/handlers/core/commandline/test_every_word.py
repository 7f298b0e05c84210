"""Of random lines, none loses a word: each is in a value the answer shows, in a form, or named as
not understood.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import create_dispatcher
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.responses import Form, Home, Message, Response
from models.activities.activity import Activity
from models.core.audit.entries import AuditEntry
from models.core.errors import Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given as stored
from tests.handlers.kit import SQLITE, begin_with

pytestmark = SQLITE

HEADS = [
    "deal new",
    "new deal",
    "deal edit OP-1",
    "OP-1 edit",
    "deal won OP-1",
    "won OP-1",
    "OP-1 won",
    "deal lost OP-1",
    "deal stage OP-1",
    "deal assign OP-1",
    "assign",
    "deal delete OP-1",
    "show OP-1",
    "case reply CS-1",
    "reply CS-1",
    "CS-1 reply",
    "case note CS-1",
    "case resolve CS-1",
    "case claim CS-1",
    "case new",
    "task new",
    "task done AT-1",
    "task snooze AT-1",
    "log call CU-1",
    "log note",
    "log meeting OP-2",
    "lead new",
    "lead convert LD-1",
    "lead claim",
    "customer new",
    "customer edit CU-1",
    "account new",
    "account edit AC-1",
    "report",
    "home",
    "deal list",
    "deal find",
    "find",
    "note CU-1",
    "call CU-1",
    "move OP-1 to",
    "escalate CS-1",
    "create lead",
    "hours",
    "history OP-1",
    "OP-1",
    "set OP-1",
    "CS-1",
    "OP-1 to",
    "task",
    "deal",
    "task new call CU-2",
    "deal list open",
    "case list older than",
    "forecast",
]
NONCES = [
    "zebu",
    "quark",
    "Fjord",
    "gnu",
    "kelp",
    "yurt",
    "Ömer",
    "李",
    "O'Brien's",
    "x-ray",
    "b42",
    "x3",
]
PIECES = {
    "12k": ["12k", "12,000"],
    "€1.2m": ["€1.2m", "1,200,000"],
    "12 000 EUR": ["12 000 EUR", "12,000"],
    "fri": ["fri", "2026-03-13", "1773388800"],
    "amount=5k": ["5k", "5,000"],
    "amount=12 000 EUR": ["12 000 EUR", "12,000"],
    "stage=proposal": ["proposal"],
    "priority=high": ["high"],
    "due=fri": ["fri", "1773388800"],
    "close=fri": ["fri", "2026-03-13"],
    "name=Zebra crossing": ["zebra crossing"],
    "next=Call Yann with tea": ["call yann with tea"],
    'name="Old Gold"': ["old gold"],
    "description=Wool socks": ["wool socks"],
    "owner=me": ["me", "ada abel"],
    "owner=<@U_RAVI|ravi>": ["ravi"],
    "company=Plum AG": ["plum ag"],
    "email=<mailto:k@x.example|k@x.example>": ["k@x.example"],
    "<@U_RAVI|ravi>": ["ravi"],
    "<@U_MONA|mona>": ["mona"],
    "<#C_SALES|sales>": ["sales"],
    "OP-2": ["OP-2"],
    "CU-2": ["CU-2"],
    "LD-1": ["LD-1", "Lena"],
    "AC-1": ["AC-1", "Corp"],
    "“Big Red”": ["big red"],
    '"Old Hat"': ["old hat"],
    "this": ["this", "AT-1", "CS-1", "OP-2"],
    "<mailto:z@x.example|z@x.example>": ["z@x.example"],
    "--nope": ["nope"],
    "--csv": ["csv"],
    "R&amp;D": ["r&d", "r&amp;d"],
    "amount 20k": ["20k", "20,000"],
    "stage proposal": ["proposal"],
    "close friday": ["friday", "2026-03-13", "fri 13 mar"],
    "next step: Brew tea": ["brew tea"],
    "half past nine tomorrow": ["half past nine tomorrow", "wed 11 mar", "1773217", "2026-03-11"],
    "before christmas": ["before christmas", "thu 24 dec", "1798099", "2026-12-24"],
    "over 10k": ["10k", "10,000"],
    "priority high": ["high"],
    "for Anna": ["anna"],
    "owner Ravi": ["ravi"],
}
"""What people type → how an answer may show it."""
CASES = [
    "case reply CS-1 This zebu works kelp",
    'case reply CS-1 "Reset" the quark',
    "case reply CS-1 “We see it too”",
    "case reply CS-1 <@U_RAVI|ravi> will gnu",
    "case reply CS-1 <mailto:z@x.example|z@x.example> is yurt",
    "case resolve CS-1 “Big Red”",
    "deal new Quark renewal 12 000 EUR CU-2",
    "deal new Yurt note -500 EUR CU-2",
    "deal new Coffee yurt 12 cup CU-2",
    "deal new Upgrade phase 2 all CU-2",
    "deal new HDMI kelp 5m CU-2",
    "deal edit OP-1 name=Big new zebu",
    "deal edit OP-1 next=Call Fjord on friday",
    "deal edit OP-1 amount=12 000 EUR",
    "deal won OP-1 at 12k",
    "report last zebu",
    "deal assign OP-2 OP-1 <@U_RAVI|ravi>",
    "task new Pay yurt from kelp CU-2",
    "customer new Kelp Fjord <mailto:z@x.example|z@x.example>",
    "move OP-1 to discovery",
    "escalate CS-1 zebu",
    "call CU-2 talked yurt",
    "note CU-2 gnu kelp",
    "deal list zebu",
    "lead new Zebu\nFjord",
    "log call CU-2 zebu minutes=20 gnu",
    "case note CS-1 see priority=high --csv zebu",
    "deal edit OP-1 next=Call CU-2 amount=5k zebu",
    "hours 8 zebu",
    "OP-1 amount 20k zebu",
    "OP-1 stage proposal kelp",
    "OP-1 next step: Brew tea",
    "CS-1 priority high",
    "deal new Yurt 12k for Anna",
    "task new Kelp half past nine tomorrow CU-2",
    "task new Kelp before christmas CU-2",
    "deal list open over 10k zebu",
    "case list older than 3 days gnu",
    "deal new Kelp amount 20k CU-2",
    "OP-1 to yurt",
    "task CU-2 Brew kelp",
    "log call Anna talked zebu",
]
LINES = int(os.environ.get("TYPED", "1")) * 150
"""Lines that are made up: the same on each run, and more of them with TYPED=14."""
GLUE = {"and", "to", "please", "at", "the", "is", "it", "on", "from"}
NOTHING_DONE = ("asks", "refused")
NAMED = re.compile(r"I didn't understand “.*”\. Nothing was done yet", re.DOTALL)
"""The answer that names the words of which nothing was made."""


@dataclass
class Heard:
    """What the bot answered."""

    kinds: list[str] = field(default_factory=list)
    text: str = ""

    def reply(self, reply: Response) -> None:
        if isinstance(reply, Message):
            buttons = [
                each
                for block in reply.blocks
                for each in block.get("elements", [])
                if "value" in each
            ]
            left = NAMED.match(reply.text)
            self.take(
                "asks" if reply.asks else "said",
                f"{reply.text} {buttons[0]['value']}" if left else reply.text,
            )
        elif isinstance(reply, Form | Home):
            self.take("form", json.dumps(reply.view, ensure_ascii=False))

    def invalid(self, error: Invalid) -> None:
        self.take("refused", str(error))

    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        self.take("refused", sentence)

    def profile(self, person: str) -> Mapping[str, Any] | None:
        return None

    def take(self, kind: str, text: str) -> None:
        self.kinds.append(kind)
        self.text += text


def fill(works: UnitOfWorkFactory) -> None:
    ada, bob = (stored(works, Customer, by="U_ADA", first_name=name) for name in ("Anna", "Boris"))
    stored(works, Account, by="U_ADA", name="Corp")
    stored(works, Lead, by="U_ADA", first_name="Lena", company="Lab")
    for name in ("Sails", "Oars"):
        stored(works, Opportunity, by="U_RITA", name=name, customer=ada.ref)
    stored(works, Case, by="U_SAM", subject="Mast", customer=bob.ref)
    stored(works, Activity, by="U_ADA", description="Phone", customer=ada.ref)


def changes(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count(AuditEntry.id))) or 0


def words(text: str) -> Counter[str]:
    """The words of a text as they are compared, whatever case and signs are around them."""
    return Counter(re.findall(r"[\w'’@.-]*\w", text.casefold()))


def missing(pieces: list[str], heard: Heard) -> list[str]:
    """The pieces of a line that the answer does not hold as often as they were typed."""
    said, found = (
        heard.text.casefold().replace("\\n", " ").replace('\\"', '"'),
        words(heard.text.replace("\\n", " ")),
    )
    lost = []
    for piece, typed in Counter(pieces).items():
        if piece.casefold() in GLUE:
            continue
        times = (
            1 if re.fullmatch(r"[A-Z]{2}-\d", piece) else typed
        )  # named twice it is the same record
        if piece in PIECES:
            lost += [] if any(each.casefold() in said for each in PIECES[piece]) else [piece]
        elif piece == "EUR" and "€" in said:
            continue
        else:
            lost += [
                word
                for word, count in words(piece).items()
                if found[word] < count * times and word not in GLUE
            ]
    return lost


def check(works: UnitOfWorkFactory, dispatcher: Dispatcher, head: str, pieces: list[str]) -> None:
    begin_with(works, "accounting", lambda: fill(works))
    before, heard = changes(works), Heard()
    line = " ".join([head, *pieces])
    dispatcher.handle(Interaction("command", "T1", "U_ADA", line, key="1.1", trigger="1.1"), heard)
    assert heard.kinds, line
    assert "Something went wrong" not in heard.text, line
    if heard.kinds[-1] in NOTHING_DONE:
        assert changes(works) == before, f"{line!r} was refused and done"
    if heard.kinds[-1] in NOTHING_DONE and not NAMED.match(heard.text):
        return  # the answer says what is wrong, and everything is still in the line
    lost = missing(pieces, heard)
    assert not lost, f"{line!r} lost {lost}: {heard.text}"


def line_of(number: int) -> tuple[str, list[str]]:
    """The head and the pieces of a made-up line, the same for the same number."""
    chance = Random(number)
    pieces = [*NONCES, *PIECES]
    if number % 2:
        return chance.choice(HEADS), chance.choices(pieces, k=chance.randint(0, 5))
    line = chance.choice(CASES)
    head, rest = line.split(" ")[:2], tokens(line)
    for _ in range(chance.randint(0, 2)):
        mutate(rest, chance, pieces)
    return " ".join(head), rest


def mutate(rest: list[str], chance: Random, pieces: list[str]) -> None:
    """A piece more, a piece less, a piece twice, or the pieces in another order."""
    at = chance.randint(0, len(rest))
    match chance.choice(["more", "less", "twice", "order"]):
        case "more":
            rest.insert(at, chance.choice(pieces))
        case "less":
            del rest[at : at + 1]
        case "twice":
            rest[at:at] = rest[at : at + 1]
        case "order":
            chance.shuffle(rest)


def tokens(line: str) -> list[str]:
    """The words of a line after its first two, quotations and known pieces in one."""
    rest = " ".join(line.split(" ")[2:])
    known = "|".join(re.escape(each) for each in sorted(PIECES, key=len, reverse=True))
    return re.findall(rf"{known}|“[^”]*”|\"[^\"]*\"|[^\s]+", rest)


KNOWN = [
    ("deal won OP-1", ["at", "12k"]),
    ("deal edit OP-1", ["amount=5k", "name=Zebra crossing", "amount=12 000 EUR"]),
    ("case reply CS-1", ["“Big Red”", "amount=5k", "this"]),
    ("customer edit CU-1", ["owner=me"]),
    ("deal edit", ["CU-2", "OP-1", "name=Big", "new", "zebu"]),
    ("deal edit OP-1", ["OP-2", "CU-2"]),
    ("assign", ["this"]),
]
"""Lines of which a word was lost once."""


def test_no_word_of_a_line_is_lost(works: UnitOfWorkFactory) -> None:
    dispatcher = create_dispatcher(works)
    for line in (*KNOWN, *map(line_of, range(LINES))):
        check(works, dispatcher, *line)


@pytest.mark.parametrize("line", CASES)
def test_no_word_of_the_cases_is_lost(works: UnitOfWorkFactory, line: str) -> None:
    check(works, create_dispatcher(works), " ".join(line.split(" ")[:2]), tokens(line))
