"""What a file is known to hold before a row of it is stored, and what must be answered first."""

import pytest

from models.activities.activity import Activity
from models.core.entity.base import Entity
from models.core.errors import CRMError, Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.exchange import Outcome, Unanswered
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.models.exchange.steps import count, everything, imported
from tests.models.marks import SQLITE

pytestmark = SQLITE


def notes(works: UnitOfWorkFactory, entity: type[Entity], text: str, **said: object) -> str:
    return "\n".join(imported(works, entity, text, dry=True, **said).notes)


def asked(works: UnitOfWorkFactory, entity: type[Entity], text: str, **said: object) -> str:
    """What is asked instead of storing a file."""
    with pytest.raises(Unanswered) as error:
        imported(works, entity, text, **said)
    assert count(works, entity) == 0
    return str(error.value)


@pytest.mark.parametrize(
    "word",
    [
        "000000000000000AAA",
        "NULL",
        "null",
        "N/A",
        "-",
        "None",
        "nan",
        "NaN",
        "#N/A",
        "(blank)",
        "\\N",
        " NULL ",
    ],
)
def test_words_for_nothing_are_empty_cells_and_counted(works: UnitOfWorkFactory, word: str) -> None:
    rows = f"1,Lark,{word},{word}\n2,Wren,{word},Ships\n"
    outcome = imported(works, Account, f"Id,Name,Parent Account ID,Industry\n{rows}")
    assert outcome.created == 2
    assert [account.industry for account in everything(works, Account)] == [None, "Ships"]
    assert f"Parent Account ID: “{word.strip()}” (2) read as empty." in outcome.notes


@pytest.mark.parametrize("name", ["Null", "Nan", "Na", "NA"])
def test_names_that_look_like_nothing_stay(works: UnitOfWorkFactory, name: str) -> None:
    imported(works, Customer, f"First name,Last name\nJennifer,{name}\n")
    assert everything(works, Customer)[0].last_name == name


def test_namibia_stays(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "Name,Country\nLark,NA\n")
    assert everything(works, Account)[0].country == "NA"


@pytest.mark.parametrize("word", ["0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "NA", "?"])
def test_no_day_is_an_empty_cell(works: UnitOfWorkFactory, word: str) -> None:
    imported(works, Opportunity, f"Deal Name,Close Date\nSails,{word}\n")
    assert everything(works, Opportunity)[0].close_date is None


def days(works: UnitOfWorkFactory) -> list[str]:
    return [deal.close_date.isoformat() for deal in everything(works, Opportunity)]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ("13/01/2026 05/06/2026 07/08/2026", "2026-01-13 2026-06-05 2026-08-07"),
        ("01/13/2026 05/06/2026", "2026-01-13 2026-05-06"),
        ("13-01-26 05-06-26", "2026-01-13 2026-06-05"),
        ("05.06.2026 07.08.26", "2026-06-05 2026-08-07"),
        ("1/2/99 12/31/49", "1999-01-02 2049-12-31"),
        ("46035 46036", "2026-01-13 2026-01-14"),
        ("20260113 20260605", "2026-01-13 2026-06-05"),
        ("2026-01-13 2026-06-05", "2026-01-13 2026-06-05"),
    ],
)
def test_the_order_of_day_and_month_is_decided_by_the_column(
    works: UnitOfWorkFactory, cells: str, read: str
) -> None:
    rows = "\n".join(f"{n},Deal {n},{cell}" for n, cell in enumerate(cells.split()))
    imported(works, Opportunity, f"Id,Name,Close Date\n{rows}\n")
    assert days(works) == read.split()


def test_a_column_that_leaves_it_open_goes_by_the_others(works: UnitOfWorkFactory) -> None:
    imported(
        works,
        Opportunity,
        "Name,Created,Close Date\nA,13/01/2025,05/06/2026\nB,01/02/2025,07/08/2026\n",
    )
    assert days(works) == ["2026-06-05", "2026-08-07"]


def test_where_nothing_tells_day_from_month_it_is_asked(works: UnitOfWorkFactory) -> None:
    file = "Name,Close Date\nA,05/06/2026\nB,07/08/2026\n"
    assert "in 05/06/2026 either the day or the month is first" in asked(works, Opportunity, file)
    imported(works, Opportunity, file, dates="mdy")
    assert days(works) == ["2026-05-06", "2026-07-08"]


def test_a_day_that_does_not_fit_what_was_said_is_not_turned_round(
    works: UnitOfWorkFactory,
) -> None:
    outcome = imported(
        works, Opportunity, "Name,Close Date\nA,13/01/2026\nB,05/28/2026\n", dates="dmy"
    )
    assert [
        deal.close_date and deal.close_date.isoformat() for deal in everything(works, Opportunity)
    ] == [
        "2026-01-13",
        None,
    ]
    assert "05/28/2026" in "\n".join(outcome.notes)


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        ('"1.200,50" "3.000"', [1200.5, 3000]),
        ('"1,200.50" "3,000"', [1200.5, 3000]),
        ('"2,5" "1.200"', [2.5, 1200]),
        ('"1\'200.50" "12k"', [1200.5, 12000]),
        ('"1.234.567" "7,25"', [1234567, 7.25]),
        ('"12.3456" "7.125"', [12.35, 7.12]),
        ('"3,000" "4,500"', [3000, 4500]),
        ('"6.0E7" "1e3"', [60_000_000, 1000]),
    ],
)
def test_the_sign_before_decimals_is_decided_by_the_column(
    works: UnitOfWorkFactory, cells: str, amounts: list[float]
) -> None:
    rows = "\n".join(f"{n},Deal {n},{cell}" for n, cell in enumerate(cells.split()))
    imported(works, Opportunity, f"Id,Name,Amount\n{rows}\n")
    assert [float(deal.amount) for deal in everything(works, Opportunity)] == amounts


def test_where_nothing_tells_thousands_from_decimals_it_is_asked(works: UnitOfWorkFactory) -> None:
    file = "Name,Amount\nA,1.200\nB,3.000\n"
    assert "--decimal" in asked(works, Opportunity, file)
    imported(works, Opportunity, file, decimal=",")
    assert [deal.amount for deal in everything(works, Opportunity)] == [1200, 3000]


@pytest.mark.parametrize(("share", "asks"), [('"0,2"', False), ('"0.2"', True)])
def test_another_column_only_tells_what_stands_between_thousands(
    works: UnitOfWorkFactory, share: str, asks: bool
) -> None:
    outcome = imported(works, Opportunity, f"Name,Amount,Probability\nA,1.200,{share}\n", dry=True)
    assert bool(outcome.questions) is asks


def test_whole_numbers_have_no_decimals(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "Name,Employees\nLark,1.200\n")
    assert everything(works, Account)[0].employees == 1200


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ("0.2 0.4 1", [20, 40, 100]),
        ("20 40 1", [20, 40, 1]),
        ("1% 50%", [1, 50]),
        ("0,2 0,4", [20, 40]),
    ],
)
def test_percentages_are_parts_of_one_where_the_whole_column_is(
    works: UnitOfWorkFactory, cells: str, read: list[int]
) -> None:
    rows = "\n".join(f"{n};Deal {n};{cell}" for n, cell in enumerate(cells.split()))
    imported(works, Opportunity, f"Id;Name;Probability (%)\n{rows}\n")
    assert [deal.probability for deal in everything(works, Opportunity)] == read


def test_the_currency_of_a_header_is_that_of_its_amounts(works: UnitOfWorkFactory) -> None:
    imported(works, Opportunity, "Name,Amount (GBP)\nA,1200\n")
    assert everything(works, Opportunity)[0].currency == "GBP"
    assert "Amount: in " in notes(works, Opportunity, "Name,Amount\nB,1200\n")


@pytest.mark.parametrize(
    ("entity", "header", "word", "value"),
    [
        (Lead, "Lead Status", "Open - Not Contacted", "new"),
        (Lead, "Lead Status", "Working - Contacted", "working"),
        (Lead, "Lead Status", "Closed - Not Converted", "unqualified"),
        (Lead, "Status", "IN_PROGRESS", "working"),
        (Case, "Ticket Status", "Solved", "resolved"),
        (Case, "Status", "Pending", "waiting"),
        (Case, "Status", "Escalated", "open"),
        (Case, "Status", "on-hold", "waiting"),
        (Case, "Priority", "Medium", "normal"),
        (Case, "Priority", "1 - Critical", "urgent"),
        (Opportunity, "Stage", "Closed-Won", "won"),
        (Opportunity, "Stage", "closedwon", "won"),
        (Opportunity, "Deal Stage", "Demo", "discovery"),
        (Opportunity, "StageName", "Negotiation/Review", "negotiation"),
        (Opportunity, "Stage", "04. Proposal/Price Quote", "proposal"),
        (Activity, "Type", "Lunch", "meeting"),
    ],
)
def test_words_of_the_big_systems_are_known(
    works: UnitOfWorkFactory, entity: type[Entity], header: str, word: str, value: str
) -> None:
    given(works, Customer, first_name="Ada", email="ada@example.org")
    file = f"Subject,Name,Last name,Customer,{header}\nOne,One,One,ada@example.org,{word}\n"
    outcome = imported(works, entity, file, dry=True)
    assert not outcome.questions
    assert outcome.created == 1
    assert f": {value.capitalize()}" in outcome.preview[0]


STAGES = "Name,Stage\nA,Engaging\nB,Engaging\nC,Won\nD,Simmering\n"


def test_words_nobody_knows_are_listed_with_counts_before_anything_is_stored(
    works: UnitOfWorkFactory,
) -> None:
    said = asked(works, Opportunity, STAGES)
    assert (
        "Stage: “Engaging” (2), “Simmering” (1) are none of ours (Qualification, Discovery" in said
    )
    assert '--map "Stage:Engaging=qualification"' in said


def test_words_that_are_answered_are_taken(works: UnitOfWorkFactory) -> None:
    words = {("stage", "engaging"): "qualification", ("Stage", "Simmering"): "Discovery"}
    assert imported(works, Opportunity, STAGES, words=words).created == 4
    stages = [deal.stage for deal in everything(works, Opportunity)]
    assert stages == ["qualification", "qualification", "won", "discovery"]


def test_an_answer_that_is_no_option_is_refused(works: UnitOfWorkFactory) -> None:
    with pytest.raises(CRMError, match="Stage cannot be “warm”"):
        imported(works, Opportunity, STAGES, words={("Stage", "Engaging"): "warm"})


def test_an_answer_about_a_column_that_is_not_there_is_refused(works: UnitOfWorkFactory) -> None:
    with pytest.raises(
        Invalid, match="No column of options is called “Stge”. Those of the file are: Stage."
    ):
        imported(works, Opportunity, STAGES, words={("Stge", "Engaging"): "won"})


def test_who_goes_on_anyway_leaves_those_rows_out(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Opportunity, STAGES, anyway=True)
    assert (outcome.created, outcome.rejected) == (1, 3)


def test_optional_words_nobody_knows_keep_nothing_back(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", email="ada@example.org")
    outcome = imported(
        works, Case, "Subject,Customer,Case Origin\nHelp,ada@example.org,Carrier pigeon\n"
    )
    assert outcome.created == 1
    assert "Case Origin: “Carrier pigeon” (1) is none of ours" in "\n".join(outcome.notes)


OWNERS = "Id,Name,Owner\n1,Lark,Jane Doe\n2,Wren,Jane Doe\n3,Tern,Rita Reyes\n"


def test_owners_who_are_not_here_are_listed_and_their_records_taken(
    works: UnitOfWorkFactory,
) -> None:
    outcome = imported(works, Account, OWNERS)
    assert outcome.created == 3
    assert "have no owner: “Jane Doe” (2)." in "\n".join(outcome.notes)
    assert '--people "Jane Doe=@somebody"' in "\n".join(outcome.notes)
    owners = [account.owner for account in everything(works, Account)]
    assert [bool(owner) for owner in owners] == [False, False, True]


@pytest.mark.parametrize("person", ["@Mona Meyer", "U_MONA", "mona"])
def test_they_become_owners_when_they_are_mapped_later(
    works: UnitOfWorkFactory, person: str
) -> None:
    imported(works, Account, OWNERS)
    outcome = imported(works, Account, OWNERS, people={"jane doe": person})
    assert outcome.updated == 2
    with works("T1", writes=False) as work:
        assert work.name("user", everything(works, Account)[0].owner) == "Mona Meyer"


def test_a_person_who_is_not_here_either_is_refused(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Invalid, match="Jane Doe: There is no user “nobody”"):
        imported(works, Account, OWNERS, people={"Jane Doe": "@nobody"})


def test_ids_of_15_characters_are_those_of_18(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "Id,Name\n0015000000Gv7qJAAR,Lark\n")
    imported(works, Opportunity, "Id,Name,AccountId\n0065000000OiTqX,Sails,0015000000Gv7qJ\n")
    deal = everything(works, Opportunity)[0]
    assert (deal.account, deal.external_id) == (
        everything(works, Account)[0].id,
        "0065000000OiTqXAAV",
    )


def test_ids_that_are_not_used_are_told(works: UnitOfWorkFactory) -> None:
    told = notes(works, Account, "Name,Billing System ID\nLark,77\n")
    assert (
        'Ids that are not used: Billing System ID. To use one: --map "Billing System ID=external_id"'
        in told
    )


@pytest.mark.parametrize(
    "columns", ["Requester,Requester email,Requester id", "Requester id,Requester email,Requester"]
)
def test_of_columns_that_name_one_record_that_counts_whose_names_are_known(
    works: UnitOfWorkFactory, columns: str
) -> None:
    given(works, Customer, first_name="Ada", email="ada@example.org")
    row = {"Requester": "A. King", "Requester email": "ada@example.org", "Requester id": "77"}
    cells = ",".join(row[header] for header in columns.split(","))
    outcome = imported(works, Case, f"Subject,{columns}\nHelp,{cells}\n")
    assert outcome.created == 1
    assert outcome.mapping.fields["Requester email"] == "customer"


def test_a_field_that_no_column_fills_is_asked_for(works: UnitOfWorkFactory) -> None:
    file = "Id,Product,Amount\n1,Sails,12\n"
    said = asked(works, Opportunity, file)
    assert "No column fills Name, without which there is no deal." in said
    assert '--map "Product=name"' in said
    assert imported(works, Opportunity, file, columns={"Product": "name"}).created == 1


def test_rows_of_records_that_are_here_need_not_say_everything(works: UnitOfWorkFactory) -> None:
    imported(works, Opportunity, "Id,Name\n1,Sails\n2,Ropes\n")
    assert imported(works, Opportunity, "Id,Amount\n1,12\n2,13\n").updated == 2


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("ada@x.org ::: a@x.org", "ada@x.org"),
        ('"ada@x.org; a@x.org"', "ada@x.org"),
        ('"ada@x.org, a@x.org"', "ada@x.org"),
    ],
)
def test_of_several_addresses_in_a_cell_the_others_are_contacts(
    works: UnitOfWorkFactory, cell: str, email: str
) -> None:
    outcome = imported(
        works, Customer, f"Last name,E-mail 1 - Value,Phone 1 - Value\nKing,{cell},+49 30 1234567\n"
    )
    assert everything(works, Customer)[0].email == email
    assert [each.value for each in everything(works, Contact)] == ["a@x.org"]
    told = "E-mail 1 - Value: in 1 row there are several values; the first is its e-mail, the others are its contacts."
    assert told in outcome.notes


def test_a_file_with_headers_alone_is_told(works: UnitOfWorkFactory) -> None:
    with pytest.raises(CRMError, match="The file has no rows below its headers: Name, Country."):
        imported(works, Account, "Name,Country\n")


def test_our_own_word_is_not_doubted(works: UnitOfWorkFactory) -> None:
    columns = imported(works, Opportunity, "Deal Name,Close date\nSails,today\n", dry=True).mapping
    assert columns.fields["Close date"] == "close_date"


def test_a_moment_that_is_only_a_yes_is_a_status(works: UnitOfWorkFactory) -> None:
    columns = imported(works, Activity, "Subject,Done,Account\nCall,Yes,Lark\n", dry=True).mapping
    assert columns.fields["Done"] == "status"
    columns = imported(
        works, Activity, "Subject,Done,Account\nCall,2026-01-13,Lark\n", dry=True
    ).mapping
    assert columns.fields["Done"] == "done_at"


def previewed(outcome: Outcome) -> list[str]:
    return [row.partition(",")[0] for row in outcome.preview]


def test_a_dry_run_shows_three_rows_as_they_would_be_stored(works: UnitOfWorkFactory) -> None:
    rows = "".join(f"Deal {n},€ {n}k\n" for n in range(1, 9))
    outcome = imported(works, Opportunity, f"Name,Amount\n{rows}", dry=True)
    assert outcome.preview[0] == "Name: Deal 1, Amount: €1,000"
    assert previewed(outcome) == ["Name: Deal 1", "Name: Deal 2", "Name: Deal 3"]


def test_a_dry_run_asks_and_still_shows_the_rest(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Opportunity, STAGES, dry=True)
    assert "“Engaging” (2)" in outcome.questions[0]
    assert "Stage: “Engaging”" in outcome.preview[0]
    assert (outcome.created, outcome.rejected) == (1, 3)
