"""A field of every kind that admins can add, and what a person types into it."""

from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.custom.kinds import CustomKind
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

NEEDED = {
    "choice": {"options": "Annual, Monthly, Pre-paid"},
    "several": {"options": "CRM, Billing, Data lake"},
    "relation": {"to": "account"},
    "relations": {"to": "account"},
}
"""What fields of some kinds need besides their name."""
TYPED = {
    "text": ("Fine & <good>", "Other"),
    "long_text": ("Two\nlines", "Three\nmore\nlines"),
    "number": ("12", "7"),
    "decimal": ("12.5", "3.25"),
    "money": ("1234.50", "99"),
    "percent": ("40", "15"),
    "day": ("2027-04-01", "2027-05-02"),
    "moment": ("2027-04-01T09:30:00+02:00", "2027-05-02T10:00:00+02:00"),
    "yes_no": ("yes", "no"),
    "choice": ("pre_paid", "monthly"),
    "several": ("crm, data_lake", "billing"),
    "email": ("sample@example.org", "other@example.org"),
    "phone": ("+49 30 1234567", "+49 30 7654321"),
    "link": ("https://example.org/a", "https://example.org/b"),
    "person": ("U_RAVI", "U_RITA"),
    "relation": ("AC-1", "AC-2"),
    "relations": ("AC-1, AC-2", "AC-2"),
}
"""Two texts for each kind, of which the first one comes first."""


WORKED_OUT = {"formula": ("24", "14"), "rollup": ("0", "0")}
"""What the fields that nobody fills hold, where the others hold the first or the second text."""


def label(kind: str) -> str:
    return f"Own {kind.replace('_', ' ')}"


def slot(kind: str) -> str:
    return f"x_own_{kind}"


def texts(at: int = 0) -> dict[str, str]:
    """A text for the field of each kind."""
    return {slot(kind): both[at] for kind, both in TYPED.items()}


def formula(entity: type[Entity], kind: str) -> dict[str, str]:
    """What a field that is worked out says: of a number, and of leads that name the record."""
    said = {"formula": "own_number * 2", "rollup": f"count(leads by own_{entity.slug()})"}
    return {"formula": said[kind]} if kind in said else {}


def add_every_kind(works: UnitOfWorkFactory, entity: type[Entity]) -> None:
    """Give a noun a field of every kind."""
    with works("T1", "U_ADA") as work:
        add_fields(work, entity)


def add_fields(work: UnitOfWork, entity: type[Entity]) -> None:
    """Give a noun a field of every kind, in a unit of work."""
    assert {*TYPED, *WORKED_OUT} == set(CustomKind)
    back = {"about": "lead", "name": f"Own {entity.slug()}", "kind": "relation"}
    records.create(work, CustomField, {**back, "to": entity.slug()})
    for kind in CustomKind:
        said = {"about": entity.slug(), "name": label(kind), "kind": kind, "searched": "yes"}
        more = {**NEEDED.get(kind, {}), **formula(entity, kind)}
        records.create(work, CustomField, {**said, **more})
