"""A text for each kind of field: what a person could type into any form of the product."""

from collections.abc import Iterable

from models.automation.rule import RuleLine
from models.core import fields
from models.core.custom.custom_field import Coming, FormulaText, OptionList
from models.core.custom.field_names import FieldNames
from models.core.custom.option_fields import FieldList, Home, Place
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.fields.base import Field
from models.core.fields.relations import Relations
from models.core.fields.repeats import Repeats
from models.core.fields.several import Several
from models.core.history.point_in_time import Past
from models.core.identity.channel import Room
from models.core.identity.role import Table
from models.core.identity.team import Group
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import given

TEXTS: dict[type[Field], str] = {
    fields.Text: "Sample",
    fields.Lines: "2 × Sample thing @ 90",
    fields.LongText: "A sample of several\nlines & <marks>",
    fields.Email: "sample@example.org",
    fields.Phone: "+49 30 1234567",
    fields.Link: "https://example.org/a",
    fields.Domain: "example.org",
    fields.Number: "12",
    fields.Decimal: "1.5",
    fields.Percent: "40",
    fields.Money: "1234.50",
    fields.Currency: "EUR",
    fields.Country: "DE",
    fields.Zone: "Europe/Berlin",
    fields.Clock: "08:00",
    fields.Day: "2026-04-01",
    fields.Moment: "2026-04-01T09:30:00+02:00",
    fields.Flag: "yes",
    Repeats: "every 2 weeks on Wednesday",
    Coming: "yes",
    fields.Tags: "vip, fair",
    Room: "C_SALES",
    fields.Person: "U_RAVI",
    fields.Match: "new",
    Past: "v1",
    Named: "sales",
    Group: "<!subteam^S0SAMPLE|@sample>",
    Table: "lead: look own, new, hide score",
    OptionList: "Annual, Monthly",
    RuleLine: "when lead is created then dm me",
    FormulaText: "amount * 2",
    FieldNames: "owner",
    Place: "proposal",
    Home: "standard",
    FieldList: "amount",
}
OWN = {
    "user": {"starts_at": "08:00", "ends_at": "16:00", "role": "manager"},
    "team": {"role": "support lead"},
    "custom_field": {"about": "lead", "kind": "text", "is_unique": "no", "required": "no"},
    "field_layout": {"about": "lead", "card": "owner, notes", "form": "notes, owner"},
    "custom_object": {"name": "Sea voyage", "plural_name": "Sea voyages", "starts": "SV"},
    "noun_word": {"about": "lead", "one": "Enquiry", "many": "Enquiries"},
    "option": {"about": "opportunity", "choice": "stage", "like": "proposal"},
    "saved_filter": {"about": "deals", "typed": "open amount > 10k", "shared": "everyone"},
    "rule": {"paused": "no", "role": "manager"},
}
"""Texts for fields whose entity asks more of them than their kind."""
APART = {"activity": ("lead",), "custom_field": ("formula",)}
"""Fields that cannot be filled together with the others: an activity is about a customer or a lead,
and what people fill has no formula.
"""


def text_for(kind: Field) -> str:
    """A text that fits this field."""
    if isinstance(kind, fields.Choice):
        return list(kind.options)[-1].value
    if isinstance(kind, Several):
        return ", ".join(map(str, list(kind.options)[:2]))
    if isinstance(kind, fields.Reference | Relations) and not isinstance(kind, fields.Person):
        return f"{ENTITIES[kind.to].prefix}-1"
    return TEXTS[type(kind)]


def texts_for(entity: type[Entity]) -> dict[str, str]:
    """A text for every field of the entity's form, and for its lines."""
    texts = {name: begins_as(entity, name) for name in filled(entity)}
    lines = {name: text_for(kind) for name, kind in entity.line_fields().items()}
    return texts | lines | OWN.get(entity.slug(), {})


def filled(entity: type[Entity]) -> list[str]:
    """The fields of the form that are filled together."""
    apart = APART.get(entity.slug(), ())
    kinds = entity.fields().items()
    return [name for name, kind in kinds if kind.form and name not in apart]


def begins_as(entity: type[Entity], name: str) -> str:
    """A text for a field of a new record: where there is a choice to begin with, that one."""
    kind, default = entity.fields()[name], entity.defaults().get(name)
    begun = isinstance(kind, fields.Choice) and default is not None
    return str(default) if begun else text_for(kind)


def given_sample(works: UnitOfWorkFactory, entity: type[Entity]) -> Entity:
    """A record with every field of its form filled, and the records it points at."""
    given_references(works, entity)
    return given(works, entity, by="U_ADA", **texts_for(entity))


def given_references(works: UnitOfWorkFactory, entity: type[Entity]) -> None:
    """The records that `texts_for` this entity names, each the first of its kind."""
    for to in pointed(entity, filled(entity)):
        given_first(works, to)


def given_first(
    works: UnitOfWorkFactory, entity: type[Entity], under: tuple[type[Entity], ...] = ()
) -> None:
    """The first record of an entity, unless there is one, after those it cannot be without.

    under: the entities for whose sake it is made.
    """
    texts = needed(entity)
    if stands(works, entity):
        return
    for to in pointed(entity, texts):
        if to in (*under, entity):
            told = " → ".join(each.slug() for each in (*under, entity, to))
            raise LookupError(f"Each of these cannot be without the next: {told}")
        given_first(works, to, (*under, entity))
    given(works, entity, by="U_ADA", **texts)


def pointed(entity: type[Entity], texts: Iterable[str]) -> list[type[Entity]]:
    """The entities that these fields name records of, each once."""
    kinds = (entity.fields().get(name) for name in texts)
    named = (kind.to for kind in kinds if isinstance(kind, fields.Reference | Relations))
    return [ENTITIES[to] for to in dict.fromkeys(named)]


def stands(works: UnitOfWorkFactory, entity: type[Entity]) -> bool:
    with works("T1", writes=False) as work:
        return work.session.query(entity).count() > 0


def needed(entity: type[Entity]) -> dict[str, str]:
    """The least a record of this entity is made of, and what it belongs to."""
    kinds = entity.fields()
    required = (name for name, kind in kinds.items() if kind.required)
    wanted = {*entity.named, *entity.whose[:1], *required}
    texts = {
        name: begins_as(entity, name)
        for name, kind in kinds.items()
        if kind.form and name in wanted
    }
    own = OWN.get(entity.slug(), {}) if entity is not User else {}
    return texts | {name: text for name, text in own.items() if name in texts}
