"""The built-in model keeps what the reference model asks: everything it names is there, as it is
named there; all else is an addition.
"""

from models.core.custom.custom_field import CustomField
from models.core.entity.base import Base, Entity
from models.core.fields import LongText, Phone, Reference
from models.core.unit_of_work import UnitOfWorkFactory
from models.registry import ENTITIES
from tests.ground import given
from tests.tables import table

KNOWN = {entity.__name__: entity for entity in ENTITIES}
COLUMNS = {
    "Customer": {"first_name": 255, "last_name": 255, "email": 255, "phone": 15},
    "Contact": {"type": 50, "value": 255},
    "Account": {"name": 255, "industry": 255},
    "Lead": {"source": 255, "status": 50},
    "Opportunity": {"name": 255, "stage": 50, "close_date": None},
    "Case": {"subject": 255, "status": 50, "priority": 50},
    "Activity": {"type": 50, "description": None, "due_date": None},
}
"""The columns that the reference model names, with their lengths."""
NAMED = {
    ("Contact", "customer"): ("customer", True),
    ("Opportunity", "customer"): ("customer", False),
    ("Case", "customer"): ("customer", True),
    ("Case", "account"): ("account", False),
    ("Activity", "customer"): ("customer", False),
}
"""Who names whom there, and whether no record is without it."""
ADDED = {
    "Customer": "job_title language time_zone street city region postal_code country tags owner "
    "lifecycle notes",
    "Contact": "primary verified opted_out",
    "Account": "domain employees annual_revenue parent owner country tags",
    "Membership": "customer account role primary since until",
    "Lead": "first_name last_name email phone company job_title score owner team tags utm_source "
    "utm_medium utm_campaign converted_customer converted_account converted_opportunity",
    "Opportunity": "account amount currency probability forecast next_step next_touch_on owner "
    "lost_reason competitor",
    "Case": "description origin type assignee team respond_by resolve_by responded_at resolved_at "
    "escalation csat merged_into",
    "Activity": "lead account opportunity case owner done_at outcome minutes",
    "Product": "sku name price category",
    "Purchase": "customer account opportunity sold_on currency total",
    "PurchaseLine": "product quantity price",
}
"""What we add to it; this much stays as well."""
ASKED = [
    (entity, name, length) for entity, each in COLUMNS.items() for name, length in each.items()
]


@table(("entity", "name", "length"), ASKED)
def test_each_column_has_its_name_and_its_length(
    entity: str, name: str, length: int | None
) -> None:
    column = KNOWN[entity].__table__.columns[name]
    assert getattr(column.type, "length", None) == length
    assert name in KNOWN[entity].built_in()


@table(("field", "told"), list(NAMED.items()))
def test_each_reference_names_what_it_named(field: tuple[str, str], told: tuple[str, bool]) -> None:
    kind = KNOWN[field[0]].built_in()[field[1]]
    assert isinstance(kind, Reference)
    assert (kind.to, kind.required) == told


@table(("entity", "names"), list(ADDED.items()))
def test_what_was_added_stays(entity: str, names: str) -> None:
    assert set(names.split()) <= KNOWN[entity].built_in().keys()


def test_an_activity_says_as_much_as_one_likes() -> None:
    assert isinstance(KNOWN["Activity"].built_in()["description"], LongText)
    assert isinstance(KNOWN["Customer"].built_in()["phone"], Phone)


def test_a_lead_with_a_source_and_a_status_is_valid(works: UnitOfWorkFactory) -> None:
    lead = given(works, KNOWN["Lead"], source="Fair", status="new")
    assert isinstance(lead, Entity)
    assert lead.ref == "LD-1"


def test_moves_between_stages_have_a_table_of_their_own() -> None:
    table = Base.metadata.tables["stage_change"]
    assert len(table.columns) > 3


def test_fields_that_admins_add_change_nothing_of_it(works: UnitOfWorkFactory) -> None:
    before = {entity: entity.built_in().keys() for entity in ENTITIES}
    for about in ("lead", "deal", "case"):
        given(works, CustomField, by="U_ADA", about=about, name="Colour")
    with works("T1", writes=False):
        assert {entity: entity.built_in().keys() for entity in ENTITIES} == before
        assert all(entity.built_in().keys() <= entity.fields().keys() for entity in ENTITIES)
