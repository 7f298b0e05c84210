"""What people type as days, amounts and names, from the line to the receipt."""

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.entity.base import ENTITIES
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


@pytest.fixture
def call(works: UnitOfWorkFactory, ada: Customer) -> Activity:
    return given(works, Activity, description="Call", customer=ada.ref)


@SQLITE
@pytest.mark.parametrize(
    ("line", "name", "amount"),
    [
        ("deal new Acme renewal 12 000 EUR CU-1", "Acme renewal", "12000.00 EUR"),
        ("deal new Acme 2 lakh CU-1", "Acme", "200000.00 EUR"),
        ("deal new Acme ~12k CU-1", "Acme", "12000.00 EUR"),
        ("deal new Acme Fr. 500 CU-1", "Acme", "500.00 CHF"),
        ("deal new Coffee machines 12 cup CU-1", "Coffee machines 12 cup", ""),
        ("deal new Upgrade phase 2 all CU-1", "Upgrade phase 2 all", ""),
        ("deal new HDMI cable 5m CU-1", "HDMI cable 5m", ""),
    ],
)
def test_an_amount_is_read_and_a_name_is_left_whole(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, line: str, name: str, amount: str
) -> None:
    with works("T1") as work:
        work.workspace.currency = "EUR"
    slack.command(f"/crm {line}")
    deal = found(works, Opportunity)
    assert (deal.name, f"{deal.amount} {deal.currency}" if deal.amount else "") == (name, amount)


@SQLITE
def test_an_amount_below_zero_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm deal new Credit note -500 EUR CU-1")
    assert slack.modal
    assert "“-500 EUR” is below zero. Try 1200, 12k or €1.2m." in slack.modal.words
    assert slack.modal.values["name"] == "Credit note"
    assert count(works, Opportunity) == 0


@SQLITE
def test_a_day_that_can_be_two_is_asked_about_and_a_button_answers(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Call CU-1 12/05")
    assert told(slack).startswith("“12/05” could be Tue 12 May 2026 or Sat 5 Dec 2026.")
    assert slack.last.buttons == [
        "2026-05-12 Tue 12 May 2026",
        "2026-12-05 Sat 5 Dec 2026",
        '"12/05" is no day',
    ]
    assert count(works, Activity) == 0
    slack.click("crm.run")
    task = found(works, Activity)
    assert (task.description, f"{task.due_date:%Y-%m-%d}") == ("Call", "2026-05-12")


@SQLITE
def test_what_is_no_day_is_kept_as_it_is(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Order 1/2 CU-1")
    slack.click("crm.run#3")
    task = found(works, Activity)
    assert (task.description, task.due_date) == ('Order "1/2"', None)


@SQLITE
@pytest.mark.parametrize(
    ("words", "echo"),
    [
        ("tomorrow", "Wed 11 Mar (tomorrow) 09:00"),
        ("eod", "Tue 10 Mar (today) 18:00"),
        ("by friday", "Fri 13 Mar 09:00"),
        ("in two weeks", "Tue 24 Mar 09:00"),
        ("am 15.", "Sun 15 Mar 09:00"),
    ],
)
def test_the_receipt_of_a_task_says_when_it_is_due(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, words: str, echo: str
) -> None:
    slack.command(f"/crm task new Call Ada CU-1 {words}")
    assert f"Due: {echo}" in told(slack).splitlines()


@SQLITE
def test_a_lead_of_a_company_with_other_signs_becomes_no_second_account(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name="L'Oréal")
    given(works, Lead, first_name="Ada", company="L’Oréal")
    slack.command("/crm lead convert LD-1")
    assert count(works, Account) == 1


@SQLITE
def test_a_weekday_that_does_not_fit_is_asked_about(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity
) -> None:
    slack.command('/crm task edit AT-1 due="fri 13 mar 2027"')
    assert told(slack).startswith("“fri 13 mar 2027” could be Fri 12 Mar 2027 or Sat 13 Mar 2027.")
    assert found(works, Activity).due_date is None


@SQLITE
@pytest.mark.parametrize(
    ("typed", "echo"),
    [
        ("tomorrow", "Wed 11 Mar (tomorrow) 09:00"),
        ("übermorgen", "Thu 12 Mar 09:00"),
        ('"in two weeks"', "Tue 24 Mar 09:00"),
        ('"14:30 Uhr"', "Tue 10 Mar (today) 14:30"),
        ('"vendredi à 9h"', "Fri 13 Mar 09:00"),
        ('"el 15"', "Sun 15 Mar 09:00"),
    ],
)
def test_a_day_is_echoed_with_its_weekday(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity, typed: str, echo: str
) -> None:
    slack.command(f"/crm task edit AT-1 due={typed}")
    assert told(slack) == f"Changed AT-1 Call\nDue: empty → {echo}"


@SQLITE
@pytest.mark.parametrize(
    ("words", "text", "due"),
    [
        ("Pay invoice from 2026-02-01", "Pay invoice from 2026-02-01", ""),
        ("Call Ada by friday", "Call Ada", "2026-03-13"),
        ("Ada anrufen bis Freitag", "Ada anrufen", "2026-03-13"),
        ("Call April", "Call April", ""),
    ],
)
def test_a_task_is_due_when_it_says_so(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, words: str, text: str, due: str
) -> None:
    slack.command(f"/crm task new {words} CU-1")
    task = found(works, Activity)
    assert (task.description, f"{task.due_date:%Y-%m-%d}" if task.due_date else "") == (text, due)


@SQLITE
@pytest.mark.parametrize("line", ["CU-1 on friday", "friday CU-1", "CU-1 by fri 9:00"])
def test_of_a_task_that_is_only_a_day_the_form_asks_what_it_is(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, line: str
) -> None:
    slack.command(f"/crm task new {line}")
    assert slack.modal
    slack.submit({"description": "Call her"})
    task = found(works, Activity)
    assert (task.description, f"{task.due_date:%Y-%m-%d %H}") == ("Call her", "2026-03-13 08")


@SQLITE
def test_a_day_in_no_calendar_is_told(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Call 30 feb CU-1")
    assert slack.modal
    assert "“30 feb” is not in the calendar. Try fri, +3d or 2026-12-01." in slack.modal.words
    assert count(works, Activity) == 0


@SQLITE
@pytest.mark.parametrize(
    ("line", "first", "last", "email"),
    [
        ("Ada Lovelace <ada@x.example>", "Ada", "Lovelace", "ada@x.example"),
        ("Byron, Ada ada@x.example", "Ada", "Byron", "ada@x.example"),
        ("van der Berg, Jan", "Jan", "van der Berg", None),
        ("Ada King Lovelace", "Ada", "King Lovelace", None),
        ("O’Brien Kate k@x.example", "O’Brien", "Kate", "k@x.example"),
    ],
)
def test_a_person_is_named_as_people_write_names(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    line: str,
    first: str,
    last: str,
    email: str | None,
) -> None:
    slack.command(f"/crm customer new {line}")
    ada = found(works, Customer)
    assert (ada.first_name, ada.last_name, ada.email) == (first, last, email)


@SQLITE
def test_a_title_goes_to_the_notes(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm customer new Dr. Ada Byron")
    ada = found(works, Customer)
    assert (ada.first_name, ada.last_name, ada.notes) == ("Ada", "Byron", "Title: Dr.")


@SQLITE
def test_two_addresses_are_not_one(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm customer new Ada a@x.example b@x.example")
    assert slack.modal is None or "is not an e-mail address" in str(slack.modal.words)


@pytest.mark.parametrize(
    "name", ["O’Brien Kate", "O'Brien Kate", "O`Brien Kate", "L’Oréal Paris", "Meyer – Sons"]
)
def test_a_name_is_found_with_whatever_signs_it_is_typed(
    slack: SlackDriver, works: UnitOfWorkFactory, name: str
) -> None:
    given(works, Customer, first_name=name)
    for signs in ("’'", "'’", "–-", "-–"):
        typed = name.replace(signs[0], signs[1])
        slack.command(f"/crm customer show {typed}")
        assert "CU-1" in told(slack), typed


@pytest.mark.parametrize(
    "line",
    [
        'Karl Kaiser karl@kaiser.example company="Kaiser GmbH"',
        "Karl Kaiser karl@kaiser.example at Kaiser GmbH",
        'Karl Kaiser karl@kaiser.example account="Kaiser GmbH"',
        "Karl Kaiser, Kaiser GmbH karl@kaiser.example",
    ],
)
def test_a_new_customer_is_joined_to_the_company_which_is_made(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    slack.command(f"/crm customer new {line}")
    assert told(slack).splitlines()[0] == "Created CU-1 Karl Kaiser"
    assert "Created AC-1 Kaiser GmbH" in told(slack)
    assert "Works at Kaiser GmbH (AC-1)" in told(slack)
    karl, kaiser, place = found(works, Customer), found(works, Account), found(works, Membership)
    assert karl.email == "karl@kaiser.example"
    assert kaiser.owner == karl.owner is not None
    assert (place.customer, place.account, place.primary) == (karl.id, kaiser.id, True)
    slack.click("crm.undo")
    assert [count(works, entity) for entity in (Customer, Account, Membership)] == [0, 0, 0]


@SQLITE
@pytest.mark.parametrize(
    "company",
    [
        'company="Kaiser GmbH"',
        'company="kaiser gmbh"',
        "company=AC-1",
        "AC-1",
        "at Kaiser GmbH",
        "at AC-1",
    ],
)
def test_a_company_that_is_known_is_found(
    slack: SlackDriver, works: UnitOfWorkFactory, company: str
) -> None:
    given(works, Account, name="Kaiser GmbH")
    slack.command(f"/crm customer new Karl Kaiser {company}")
    assert found(works, Customer).last_name == "Kaiser"
    assert count(works, Account) == 1
    assert found(works, Membership).account == found(works, Account).id


@SQLITE
def test_of_two_companies_of_one_name_one_is_asked_for(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for _ in range(2):
        given(works, Account, name="Kaiser GmbH")
    slack.command('/crm customer new Karl Kaiser company="Kaiser GmbH"')
    assert "could be AC-1 Kaiser GmbH, AC-2 Kaiser GmbH" in told(slack)
    assert count(works, Customer) == 0
    slack.click("crm.run")
    assert found(works, Membership).account == 1


@SQLITE
def test_a_company_with_a_number_that_is_not_there_is_not_made(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm customer new Karl Kaiser company=AC-7")
    assert slack.modal
    assert "There is no AC-7." in slack.modal.words
    assert (count(works, Customer), count(works, Account)) == (0, 0)


@SQLITE
def test_the_form_of_a_new_customer_asks_for_the_company(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm customer new")
    assert slack.modal
    assert "Company" in slack.modal.words
    slack.submit(name="Karl", account="Kaiser GmbH")
    assert found(works, Membership).account == found(works, Account).id


@SQLITE
def test_a_lead_has_its_company_as_a_text(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm lead new Karl Kaiser at Kaiser GmbH")
    lead = found(works, Lead)
    assert (lead.first_name, lead.last_name, lead.company) == ("Karl", "Kaiser", "Kaiser GmbH")


@SQLITE
@pytest.mark.parametrize("missing", ["account", "membership"])
def test_who_may_not_make_the_company_or_the_place_in_it_makes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, missing: str
) -> None:
    given(
        works,
        Role,
        by="U_ADA",
        name="clerk",
        rights=f"everything: look, new, change own\n{missing}: look",
    )
    with works("T1", "U_ADA") as work:
        work.session.query(User).filter(User.slack_id == "U_RITA").one().role = "clerk"
    slack.command('/crm customer new Karl company="Kaiser GmbH"')
    assert f"does not allow “{ENTITIES[missing].noun()} new”" in told(slack)
    assert [count(works, entity) for entity in (Customer, Account, Membership)] == [0, 0, 0]
