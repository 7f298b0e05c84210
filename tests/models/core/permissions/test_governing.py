"""What says who may see what is said once: such a change is known everywhere at once and seen on
the cards.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

import models.registry  # noqa: F401  all nouns are known
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.field_layout import FieldLayout
from models.core.custom.noun_word import NounWord
from models.core.custom.option import Option
from models.core.entity.base import ENTITIES, Entity
from models.core.identity.channel import Channel
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.packs.pack import Pack
from tests.ground import START, given, spoil
from tests.models.marks import SQLITE

LATER = START + timedelta(hours=1)
CHANGES: dict[type[Entity], dict[str, Any]] = {
    User: {
        "slack_id": "U_JULIA",
        "name": "Julia",
        "email": "julia@example.org",
        "role": "marketing",
        "team": "north",
        "zone": "Asia/Tokyo",
        "starts_at": "08:00",
        "ends_at": "20:00",
        "works_on": ("sat",),
        "anytime": True,
        "notices": ("due",),
        "seldom": ("digest",),
        "told_in": "off",
        "guest": True,
        "left": True,
        "deleted_at": LATER,
    },
    Role: {
        "name": "promotion",
        "description": "Who promotes",
        "rights": "lead: look",
        "deleted_at": LATER,
    },
    Team: {
        "name": "silent",
        "lead": 1,
        "parent": 1,
        "group": "S0QUIET|quiet",
        "role": "rep",
        "deleted_at": LATER,
    },
    Channel: {
        "name": "silent",
        "slack_id": "C_SILENT",
        "posts": ("cards",),
        "deleted_at": LATER,
    },
    CustomField: {
        "about": "case",
        "name": "Loud",
        "kind": "number",
        "options": "a, b",
        "to": "account",
        "back": "Loud ones",
        "formula": "price * 3",
        "required": True,
        "default": "1",
        "hint": "Say it",
        "searched": True,
        "personal": True,
        "on_card": False,
        "is_unique": True,
        "filterable": True,
        "position": 3,
        "retired": True,
        "slot": "x_loud",
        "deleted_at": LATER,
    },
    CustomObject: {
        "name": "Loud noun",
        "plural_name": "Loud nouns",
        "starts": "LN",
        "emoji": ":loudspeaker:",
        "room": "#loud",
        "about": "What is loud",
        "slot": "loud",
        "deleted_at": LATER,
    },
    Option: {
        "about": "case",
        "choice": "status",
        "name": "Loud",
        "like": "won",
        "home": "standard",
        "after": "first",
        "position": Decimal("0.5"),
        "probability": 10,
        "forecast": "best",
        "conditions": "amount",
        "retired": True,
        "slot": "loud",
        "deleted_at": LATER,
    },
    NounWord: {
        "about": "case",
        "name": "Silent",
        "one": "Loud word",
        "many": "Loud words",
        "deleted_at": LATER,
    },
    FieldLayout: {
        "about": "case",
        "name": "Silent",
        "card": ("price",),
        "form": ("name",),
        "deleted_at": LATER,
    },
    Pack: {
        "name": "Loud",
        "slot": "loud",
        "edition": 7,
        "brought": "[ ]",
        "deleted_at": LATER,
    },
}
"""Something else for each field of whatever says who may see what."""
NOBODYS = {
    User: "jule jansen",
    Role: "marketing",
    Team: "quiet",
    Channel: "quiet",
    CustomField: "quiet",
    CustomObject: "quiet noun",
    Option: "quiet",
    NounWord: "words for products",
    FieldLayout: "layout of products",
    Pack: "quiet",
}
"""The keys of what nobody has, is in, or fills."""
COMPUTED = {(CustomField, "formula"): "quiet figure"}
"""The keys of what alone has something in a field."""
FIXED = {
    (CustomField, "about"),
    (CustomField, "kind"),
    (NounWord, "about"),
    (Option, "about"),
    (Option, "choice"),
    (Option, "like"),
    (Option, "home"),
    (Option, "slot"),
    (CustomObject, "slot"),
}
"""What stays as it was made, by a rule of its own."""
CASES = [
    (entity, name)
    for entity, changes in CHANGES.items()
    for name in changes
    if (entity, name) not in FIXED
]


@pytest.fixture
def quiet(works: UnitOfWorkFactory) -> None:
    given(works, Team, by="U_ADA", name="quiet")
    given(works, Channel, by="U_ADA", name="quiet")
    given(works, CustomField, by="U_ADA", about="product", name="quiet")
    figure = {"name": "quiet figure", "kind": "formula", "formula": "price * 2"}
    given(works, CustomField, by="U_ADA", about="product", **figure)
    given(works, CustomObject, by="U_ADA", name="Quiet noun")
    given(works, Option, by="U_ADA", about="deal", choice="stage", name="quiet", like="proposal")
    given(works, FieldLayout, by="U_ADA", about="product", card="name")
    given(works, NounWord, by="U_ADA", about="product", one="Quiet word")
    given(works, Pack, by="U_ADA", name="quiet")


def found(work: UnitOfWork, entity: type[Any], name: str = "") -> Any:
    """What nobody has; of it, what may hold something in this field."""
    key = COMPUTED.get((entity, name), NOBODYS[entity])
    return work.session.scalars(select(entity).where(entity.key == key)).one()


def roster(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.workspace.roster


def asked(works: UnitOfWorkFactory) -> int:
    """How often cards were asked to be drawn anew wherever they stand."""
    with works("T1", writes=False) as work:
        wanted = select(Delivery.about).where(Delivery.kind == "audience")
        return list(work.session.scalars(wanted)).count({"channel": ""})


def test_every_field_of_what_governs_has_something_else_here() -> None:
    assert {entity for entity in ENTITIES.values() if entity.governing} == CHANGES.keys()
    assert {entity: entity.fields().keys() for entity in CHANGES} == {
        entity: changes.keys() for entity, changes in CHANGES.items()
    }
    assert all(entity.governing <= changes.keys() for entity, changes in CHANGES.items())


@pytest.mark.parametrize(
    ("entity", "name"), CASES, ids=[f"{entity.slug()}.{name}" for entity, name in CASES]
)
def test_a_governing_field_counts_everywhere_and_on_the_cards_and_no_other_does(
    works: UnitOfWorkFactory, quiet: None, entity: type[Entity], name: str
) -> None:
    before = roster(works)
    with works("T1", "U_ADA") as work:
        setattr(found(work, entity, name), name, CHANGES[entity][name])
    governs = int(name in entity.governing)
    assert (roster(works) - before, asked(works)) == (governs, governs)


@SQLITE
def test_who_is_new_is_known_everywhere_and_no_card_is_drawn_for_that(
    works: UnitOfWorkFactory,
) -> None:
    before = roster(works)
    works.welcome("T1", "U_NEW", name="Nia")
    given(works, Role, by="U_ADA", name="tester", rights="lead: look")
    given(works, Team, by="U_ADA", name="quiet", lead="U_MONA")
    assert (roster(works) - before, asked(works)) == (3, 0)


@SQLITE
def test_many_people_who_change_at_once_are_one_change(works: UnitOfWorkFactory) -> None:
    before = roster(works)
    with works("T1", "U_ADA") as work:
        for person in work.session.scalars(select(User).where(User.team == "sales")):
            person.team = "north"
    assert (roster(works) - before, asked(works)) == (1, 1)


@SQLITE
def test_a_change_that_is_given_up_was_none(works: UnitOfWorkFactory) -> None:
    before = roster(works)

    def narrow(work: UnitOfWork) -> None:
        found(work, Role).rights = "lead: look"
        work.session.flush()

    with pytest.raises(ZeroDivisionError):
        spoil(works, narrow, by="U_ADA")
    assert (roster(works), asked(works)) == (before, 0)
