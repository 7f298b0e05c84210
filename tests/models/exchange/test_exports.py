"""Exports of other systems are stored right, each beside the others of its system: names, moves,
links and texts.
"""

from typing import Any

import pytest
from sqlalchemy import select

from models.core import records
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict
from models.core.fields import Reference, Tags
from models.core.history import undo_many
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.contact import Contact
from models.sales.lead import Lead
from tests.files.exports import FOLDER, HUBSPOT, OTHERS, PIPEDRIVE, SALESFORCE, Export
from tests.models.exchange.steps import everything, imported
from tests.models.marks import SQLITE

SYSTEMS = {"Salesforce": SALESFORCE, "HubSpot": HUBSPOT, "Pipedrive": PIPEDRIVE, "others": OTHERS}


def stored(
    works: UnitOfWorkFactory, entity: type[Entity], after: int, fields: list[str]
) -> list[dict[str, Any]]:
    """The records that came after others, with these fields as a reader would compare them."""
    with works("T1", writes=False) as work:
        records = work.session.scalars(
            select(entity).where(entity.id > after).order_by(entity.number)
        ).all()
        return [{name: plain(work, record, name) for name in fields} for record in records]


def plain(work: Any, record: Entity, name: str) -> Any:
    kind, value = record.fields().get(name), getattr(record, name)
    if isinstance(kind, Reference):
        return work.name(kind.to, value) if value else ""
    if isinstance(kind, Tags):
        return ", ".join(value)
    return value if value is None and name not in ("done_at", "close_date", "since") else str(value)


def differences(works: UnitOfWorkFactory, export: Export) -> dict[str, Any]:
    """What of an import is not as it should be."""
    entity = ENTITIES[export.entity]
    after = max((record.id for record in everything(works, entity)), default=0)
    outcome = imported(works, entity, (FOLDER / export.name).read_bytes(), **export.answers)
    fields = list(export.stored[0])
    seen = stored(works, entity, after, fields)[: len(export.stored)]
    told = "\n".join(outcome.notes)
    wrong = {
        "rows": [
            (is_now, right)
            for is_now, right in zip(seen, export.stored, strict=True)
            if is_now != right
        ],
        "told": [part for part in export.told if part not in told] and told,
        "rejected": outcome.rejected - export.lost and outcome.reasons,
    }
    return {name: what for name, what in wrong.items() if what}


@SQLITE
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_exports_of_a_system_are_stored_right(works: UnitOfWorkFactory, system: str) -> None:
    wrong = {
        export.name: found for export in SYSTEMS[system] if (found := differences(works, export))
    }
    assert wrong == {}


@SQLITE
def test_the_same_exports_again_change_nothing(works: UnitOfWorkFactory) -> None:
    again = []
    for export in (*SALESFORCE, *HUBSPOT, *PIPEDRIVE):
        content = (FOLDER / export.name).read_bytes()
        for _ in range(2):
            outcome = imported(works, ENTITIES[export.entity], content, **export.answers)
        again.append(
            (export.name, outcome.updated, outcome.created, outcome.joined, outcome.reached)
        )
    assert [each for each in again if any(each[1:])] == []


WAYS = (
    "Id,Last name,Email,E-mail 2 - Value,Phone,Mobile,Country,LinkedIn,Middle name\n"
    "1,King,a@x.example; b@x.example,A@x.example,01 23 45 67 89,06 12 34 56 78,FR,linkedin.com/in/ada,Augusta\n"
    "2,Byron,,c@x.example,nobody knows,,,,\n"
)


@SQLITE
def test_further_ways_to_reach_somebody_are_contacts_and_read_as_the_row_reads_them(
    works: UnitOfWorkFactory,
) -> None:
    customer = ENTITIES["customer"]
    for _ in range(2):
        outcome = imported(works, customer, WAYS)
    assert outcome.unchanged == 2
    king, byron = everything(works, customer)
    assert (king.email, king.phone, byron.email) == ("a@x.example", "33123456789", "c@x.example")
    ways = [(each.customer, each.type, each.value) for each in everything(works, Contact)]
    assert sorted(ways) == [
        (king.id, "email", "b@x.example"),
        (king.id, "linkedin", "https://linkedin.com/in/ada"),
        (king.id, "mobile", "33612345678"),
    ]
    assert byron.notes == "Not read from the file:\nPhone: nobody knows"


@SQLITE
def test_what_no_field_takes_is_kept_where_that_is_asked_for(works: UnitOfWorkFactory) -> None:
    file = "Name,Colour,Shape,Industry\nLark,red,,Birds\nWren,,round,\n"
    assert imported(works, ENTITIES["account"], file, rest=True).created == 2
    assert [each.notes for each in everything(works, ENTITIES["account"])] == [
        "Colour: red",
        "Shape: round",
    ]


@SQLITE
def test_a_name_that_several_have_is_settled_by_the_address_beside_it(
    works: UnitOfWorkFactory,
) -> None:
    customers = "Name,Email\nJo Smith,jo@x.example\nJo Smith,smith@x.example\n"
    imported(works, ENTITIES["customer"], customers)
    file = "Id,Subject,Requester,Requester email\n1,Help,Jo Smith,smith@x.example\n"
    imported(works, ENTITIES["case"], file)
    (case,) = everything(works, ENTITIES["case"])
    assert everything(works, ENTITIES["customer"])[1].id == case.customer


@SQLITE
def test_nouns_without_notes_take_a_row_with_an_odd_cell_unless_that_is_refused(
    works: UnitOfWorkFactory,
) -> None:
    imported(works, ENTITIES["customer"], "Id,Last name\n1,King\n")
    file = "Id,Customer,Type,Value,Verified\n7,1,email,a@x.example,perhaps\n"
    assert imported(works, Contact, file, strict=True).rejected == 1
    outcome = imported(works, Contact, file)
    assert (outcome.created, everything(works, Contact)[0].verified) == (1, False)
    assert "Verified 1 × (such as “perhaps”)" in "\n".join(outcome.notes)


@SQLITE
def test_a_column_of_addresses_called_state_is_no_status(works: UnitOfWorkFactory) -> None:
    lead = ENTITIES["lead"]
    columns = imported(
        works, lead, "Last name,City,State\nKing,Austin,TX\nByron,Tampa,FL\n"
    ).mapping
    assert columns.left_out["State"] == "none of its words is a status"
    assert (
        imported(works, lead, "Last name,State\nTern,Contacted\n").mapping.fields["State"]
        == "status"
    )


@SQLITE
def test_an_undo_takes_the_contacts_and_what_was_made_from_names_back_too(
    works: UnitOfWorkFactory,
) -> None:
    file = "Id,Last name,Phone,Mobile,Company\n1,King,+33 1 23 45 67 89,+33 6 12 34 56 78,Lark\n"
    dry = imported(works, ENTITIES["customer"], file, make=("account",), dry=True)
    assert (dry.reached, dry.joined, everything(works, Contact)) == (1, 1, [])
    outcome = imported(works, ENTITIES["customer"], file, make=("account",))
    assert (outcome.reached, outcome.joined) == (1, 1)
    undo_many.take_back(works, "T1", "U_ADA", outcome.unit)
    left = [
        everything(works, ENTITIES[slug])
        for slug in ("customer", "contact", "account", "membership")
    ]
    assert left == [[], [], [], []]


@SQLITE
def test_what_is_made_of_a_name_has_the_address_and_the_domain_that_stand_in_it(
    works: UnitOfWorkFactory,
) -> None:
    customer, account, case = (ENTITIES[slug] for slug in ("customer", "account", "case"))
    imported(
        works, case, "Id,Subject,Requester\n1,Help,Ada King <ada@x.example>\n", make=("customer",)
    )
    names = ("lark.example", "Wren A/S", "https://tern.example/about")
    rows = "".join(f"{name},{name}\n" for name in names)
    imported(works, customer, f"Last name,Company\n{rows}", make=("account",))
    ada = everything(works, customer)[0]
    assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "King", "ada@x.example")
    assert [(each.name, each.domain) for each in everything(works, account)] == [
        ("lark.example", "lark.example"),
        ("Wren A/S", None),
    ]


@SQLITE
def test_a_lead_converted_elsewhere_can_be_converted_here_and_by_hand_is_not_made_so(
    works: UnitOfWorkFactory,
) -> None:
    imported(works, Lead, "Id,Last name,Status\n1,King,Closed - Converted\n2,Byron,New\n")
    king, byron = everything(works, Lead)
    assert (king.status, byron.status) == ("converted", "new")
    with pytest.raises(Conflict, match="lead convert"), works("T1", "U_ADA") as work:
        records.update(work, work.get(Lead, byron.id), {"status": "converted"})
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Lead, king.id), {"notes": "Known for long"})
        assert work.get(Lead, king.id).convert(work).customer.last_name == "King"
    assert imported(works, Lead, "Id,Last name,Status\n1,King,New\n").rejected == 1
