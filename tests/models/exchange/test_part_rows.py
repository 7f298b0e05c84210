"""Parts in files: as a column with a line for each, and as a file of their own."""

import io

from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.exchange import export, load
from models.sales.purchase import Purchase
from models.sales.purchase_line import PurchaseLine
from tests.ground import given
from tests.models.exchange.steps import everything, exported, imported, rejected
from tests.models.exchange.test_exporter import csv_of, rows_of

THREE = "3 × Widget @ 90\n1 × Setup @ 500\n2 × Cable @ 5"


def held(works: UnitOfWorkFactory, workspace: str = "T1") -> list[tuple[str, int, str, int]]:
    parts = everything(works, PurchaseLine, workspace)
    return [(each.ref, each.purchase, each.name, int(each.quantity)) for each in parts]


def test_a_column_of_lines_makes_the_parts_of_new_records(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme")
    file = (
        'Id,Account,Lines\ns1,Acme,"3 × Widget @ 90; Setup @ 1.200,50"\n'
        's2,Acme,"2 x Cable @ 5\n1 x Box @ 7"\ns3,Acme,\n'
    )
    outcome = imported(works, Purchase, file)
    assert (outcome.created, outcome.rejected) == (3, 0)
    assert [(each[1], each[2], each[3]) for each in held(works)] == [
        (1, "Widget", 3),
        (1, "Setup", 1),
        (2, "Cable", 2),
        (2, "Box", 1),
    ]
    assert str(everything(works, PurchaseLine)[1].price) == "1200.50"
    assert imported(works, Purchase, file).unchanged == 3


def test_a_row_with_a_line_that_is_not_understood_is_rejected_whole(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Account, name="Acme")
    file = (
        'Id,Account,Lines\ns1,Acme,"3 × Widget @ 90; 2 × Setup @ cheap"\n'
        "s2,Acme,0 × Cable @ 5\ns3,Acme,1 × Box @ 5\n"
    )
    first, second = rejected(works, Purchase, file)
    assert first.startswith("Lines: Line 2, “2 × Setup @ cheap”: ")
    assert second == "Lines: Line 1, “0 × Cable @ 5”: Quantity must be more than 0."
    assert [each[2] for each in held(works)] == ["Box"]
    assert len(everything(works, Purchase)) == 1


def test_an_export_has_the_lines_and_changes_only_those_that_differ(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Account, name="Acme")
    given(works, Purchase, account="Acme", lines=THREE)
    (row,) = rows_of(exported(works, Purchase))
    assert row["lines"] == THREE
    row["lines"] = "3 × Widget @ 90; 4 × Cable @ 5"
    outcome = imported(works, Purchase, csv_of([row]))
    assert (outcome.updated, outcome.unchanged) == (1, 0)
    assert [each[0] + each[2] + str(each[3]) for each in held(works)] == [
        "PL-1Widget3",
        "PL-3Cable4",
    ]


def test_wholes_and_parts_come_into_another_workspace_from_two_files(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Account, name="Acme")
    given(works, Purchase, account="Acme", lines="1 × Box @ 2")
    given(works, Purchase, account="Acme", lines=THREE)
    for entity in (Account, Purchase, PurchaseLine):
        file = io.StringIO(newline="")
        with works("T1", "U_ADA", writes=False) as work:
            export(work, entity, file, with_lines=False)
        outcome = load(works, "T2", "U_OTTO", entity, io.BytesIO(file.getvalue().encode()))
        assert outcome.rejected == 0
    ours, theirs = held(works), held(works, "T2")
    assert [each[2:] for each in theirs] == [each[2:] for each in ours]
    wholes = [each.id for each in everything(works, Purchase, "T2")]
    assert [wholes.index(each[1]) for each in theirs] == [0, 1, 1, 1]


def test_who_may_not_see_prices_exports_no_lines(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme")
    given(works, Purchase, account="Acme", lines=THREE)
    with works("T1", "U_ADA", "command") as work:
        role = work.session.query(Role).filter(Role.key == "senior rep").one()
        role.rights = "everything: look, export\npurchase_line: look, export, hide price"
    file = io.StringIO(newline="")
    with works("T1", "U_RITA", writes=False) as work:
        export(work, Purchase, file)
    (row,) = rows_of(file.getvalue())
    assert "lines" not in row
