"""The menus above a list: whose records, which of them, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.core.entity.base import Entity
from models.core.fields import Choice
from models.core.fields.shape import by_shape
from models.core.identity.user import with_names
from models.core.permissions import visibility
from models.core.search import list_order
from models.core.search.filter_fields import SHORTCUTS, shortcuts
from models.core.search.filter_nodes import And, Node, Or, Term, Word
from models.core.search.filter_parser import write
from models.core.search.list_order import AGE, Order, is_ranked
from models.core.search.list_words import Listing

MINE, UNASSIGNED = Word("mine"), Word("unassigned")
WHOSE = {"Everybody’s": "", "Mine": write(MINE), "Unassigned": write(UNASSIGNED)}
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
    """The words of a list, apart: whose records, which of them, what else is asked, the order."""

    whose: str
    which: str
    others: str
    order: str

    def but(self, **other: str) -> str:
        """Return the words of the same list with another part in the place of one."""
        parts = {**vars(self), **other}
        conditions = " ".join(filter(None, (parts["others"], parts["which"], parts["whose"])))
        order = parts["order"] if parts["order"] != NEWEST.text or not conditions else ""
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
    order = order or NEWEST
    now = apart(node, reader, owned, state, order)
    found = []
    if owned:
        found.append(menu("Whose", "whose", WHOSE, now, said(reader, owned, now.whose)))
    if state:
        which = states(reader, state)
        found.append(menu("Which", "which", which, now, said(reader, state, now.which)))
    orders = list_order.offered(entity, reader.work)
    ways = {each.told.capitalize(): each.text for each in orders}
    return [*found, menu("Order", "order", ways, now, order.told.capitalize())]


def menu(label: str, part: str, ways: Mapping[str, str], now: Parts, shown: str) -> ListMenu:
    """Return a menu of lists; the list that it is now is one of its options.

    Args:
        label: What it chooses.
        part: The part of a list that it changes.
        ways: What is shown → the words in place of that part.
        now: The list as it is.
        shown: How that is shown where it is none of them.
    """
    words = getattr(now, part)
    chosen = next((text for text, way in ways.items() if way == words), "")
    if not chosen:
        chosen, ways = shown, {**ways, shown: words}
    options = {text: now.but(**{part: way}) for text, way in ways.items()}
    return ListMenu(label, options, chosen)


def states(reader: Listing, state: str) -> dict[str, str]:
    """Return the states by which a list can be narrowed: what is shown → the words for it."""
    entity, work = reader.entity, reader.work
    every = ways_to_narrow(entity, state)
    if not visibility.hides_some(work):
        return every
    secret = [
        STATES[word]
        for word in shortcuts(entity)
        if word in STATES and visibility.hidden(work, SHORTCUTS[word](entity, work))
    ]
    return {shown: words for shown, words in every.items() if shown not in secret}


@by_shape
def ways_to_narrow(entity: type[Entity], state: str) -> dict[str, str]:
    """Return the states by which a list can be narrowed where nothing is hidden."""
    kind = entity.fields()[state]
    assert isinstance(kind, Choice)
    return {
        f"All {entity.plural()}": "",
        **{STATES[word]: word for word in shortcuts(entity) if word in STATES},
        **{kind.name(each): write(Term(state, "=", each.value)) for each in kind.options},
    }


def apart(node: Node, reader: Listing, owned: str, state: str, order: Order) -> Parts:
    """Return the words of a list by what they are about."""
    whose: list[Node] = []
    which: list[Node] = []
    others: list[Node] = []
    for part in node.parts if isinstance(node, And) else (node,):
        about = subject(part, reader)
        if about and about == owned:
            whose.append(UNASSIGNED if part == Term(owned, "=", "empty") else part)
        elif about and about in (state, *STATES):
            which.append(part)
        else:
            others.append(part)
    first, second, third = (write(And(tuple(each))) for each in (whose, which, others))
    return Parts(first, second, third, order.text)


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


def said(reader: Listing, name: str, words: str) -> str:
    """Return how conditions of a field are shown: as the list was read, else as it was typed."""
    label = f"{reader.kinds[name].label}: "
    told = [each.removeprefix(label) for each in reader.told if each.startswith(label)]
    return ", ".join(told) or with_names(reader.work, words)
