"""The menus above a list: whose records, which of them, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from models.core.entity.base import Entity
from models.core.fields import Choice
from models.core.identity.user import with_names
from models.core.permissions import visibility
from models.core.search import list_order
from models.core.search.filter_parser import And, Node, Or, Term, Word, write
from models.core.search.filter_sql import SHORTCUTS, shortcuts
from models.core.search.list_order import AGE, Order, is_ranked
from models.core.search.list_words import Listing

MINE, UNASSIGNED = Word("mine"), Word("unassigned")
WHOSE: Mapping[str, tuple[Node, ...]] = {
    "Everybody’s": (),
    "Mine": (MINE,),
    "Unassigned": (UNASSIGNED,),
}
STATES = {"open": "All open", "closed": "All closed", "overdue": "Overdue"}
"""The words for states of any record, and how a menu shows them."""
NEWEST = Order(AGE, AGE, None, True)
"""The order of a list that says none."""


@dataclass(frozen=True)
class ListMenu:
    """A menu above a list.

    Attributes:
        label: What it chooses.
        options: What is shown → the words of the list that it leads to.
        chosen: The option that the list is now.
    """

    label: str
    options: Mapping[str, str]
    chosen: str


@dataclass(frozen=True)
class Parts:
    """The conditions of a list, apart, and its order."""

    whose: tuple[Node, ...]
    which: tuple[Node, ...]
    others: tuple[Node, ...]
    order: Order

    @property
    def words(self) -> str:
        """Return the words that are read as this list."""
        conditions = write(And((*self.others, *self.which, *self.whose)))
        order = self.order.text if self.order != NEWEST or not conditions else ""
        return f"{conditions} {order}".strip()


def offered(reader: Listing, node: Node, order: Order | None) -> list[ListMenu]:
    """Return the menus of a list; none for records that nobody owns and that have no state.

    Args:
        reader: What read the words of the list.
        node: The conditions that it read.
        order: The order that was asked for.
    """
    entity, kinds = reader.entity, reader.kinds
    owned = entity.owned if entity.owned in kinds else ""
    choices = (name for name in entity.line if isinstance(kinds.get(name), Choice))
    state = next((name for name in choices if not is_ranked(kinds[name])), "")
    if not owned and not state:
        return []
    now = apart(node, reader, owned, state, order)
    found = []
    if owned:
        ways = {shown: replace(now, whose=nodes) for shown, nodes in WHOSE.items()}
        found.append(menu("Whose", ways, now, said(reader, owned, now.whose)))
    if state:
        ways = {shown: replace(now, which=nodes) for shown, nodes in states(reader, state).items()}
        found.append(menu("Which", ways, now, said(reader, state, now.which)))
    orders = list_order.offered(entity, reader.work)
    ways = {each.told.capitalize(): replace(now, order=each) for each in orders}
    return [*found, menu("Order", ways, now, now.order.told.capitalize())]


def menu(label: str, ways: Mapping[str, Parts], now: Parts, shown: str) -> ListMenu:
    """Return a menu of lists; the list that it is now is one of its options.

    Args:
        label: What it chooses.
        ways: What is shown → the list that it leads to.
        now: The list as it is.
        shown: How that is shown where it is none of them.
    """
    chosen = next((text for text, way in ways.items() if way == now), "")
    if not chosen:
        chosen, ways = shown, {**ways, shown: now}
    return ListMenu(label, {text: way.words for text, way in ways.items()}, chosen)


def states(reader: Listing, state: str) -> dict[str, tuple[Node, ...]]:
    """Return the states by which a list can be narrowed: what is shown → the condition."""
    entity, work = reader.entity, reader.work
    every = ways_to_narrow(entity, state)
    if not visibility.hides_some(work):
        return every
    secret = [
        STATES[word]
        for word in shortcuts(entity)
        if word in STATES and visibility.hidden(work, SHORTCUTS[word](entity, work))
    ]
    return {shown: nodes for shown, nodes in every.items() if shown not in secret}


@cache
def ways_to_narrow(entity: type[Entity], state: str) -> dict[str, tuple[Node, ...]]:
    """Return the states by which a list can be narrowed where nothing is hidden."""
    kind = entity.fields()[state]
    assert isinstance(kind, Choice)
    words = [word for word in shortcuts(entity) if word in STATES]
    return {
        f"All {entity.plural()}": (),
        **{STATES[word]: (Word(word),) for word in words},
        **{kind.name(each): (Term(state, "=", each.value),) for each in kind.options},
    }


def apart(node: Node, reader: Listing, owned: str, state: str, order: Order | None) -> Parts:
    """Return the conditions of a list by what they are about."""
    whose, which, others = [], [], []
    for part in node.parts if isinstance(node, And) else (node,):
        about = subject(part, reader)
        if about and about == owned:
            whose.append(UNASSIGNED if part == Term(owned, "=", "empty") else part)
        elif about and about in (state, *STATES):
            which.append(part)
        else:
            others.append(part)
    return Parts(tuple(whose), tuple(which), tuple(others), order or NEWEST)


def subject(part: Node, reader: Listing) -> str:
    """Return the field that a condition is about, or its word; "" for any other condition."""
    match part:
        case Term(field):
            return reader.entity.field_names().get(field, "")
        case Word(text):
            return reader.entity.owned if part == MINE else text
        case Or(parts):
            about = {subject(each, reader) for each in parts}
            return about.pop() if len(about) == 1 else ""
    return ""


def said(reader: Listing, name: str, parts: Sequence[Node]) -> str:
    """Return how conditions of a field are shown: as the list was read, else as it was typed."""
    label = f"{reader.kinds[name].label}: "
    told = [each.removeprefix(label) for each in reader.told if each.startswith(label)]
    return ", ".join(told) or with_names(reader.work, write(And(tuple(parts))))
