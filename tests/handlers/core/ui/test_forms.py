"""Forms: what they hold, what they refuse, how two people edit at once."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, count, deliver, found, sent, told


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, first_name="Ada", source="Fair")


def change(works: UnitOfWorkFactory, **texts: str) -> None:
    """Ravi changes the lead, too."""
    with works("T1", "U_RAVI") as work:
        records.update(work, work.find(Lead, 1), texts)


# ── two people edit ───────────────────────────────────────────────────────────────────────────────


def test_changes_of_different_fields_both_stand(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm edit LD-1")
    change(works, company="Engines")
    slack.submit(source="Web")
    assert told(slack) == "Changed LD-1 Ada\nSource: Fair → Web"
    lead = found(works, Lead)
    assert (lead.company, lead.source) == ("Engines", "Web")


def test_a_change_of_the_same_field_comes_back_and_saving_again_wins(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm edit LD-1")
    change(works, source="Radio")
    slack.submit(source="Web", company="Engines")
    assert slack.modal
    assert (
        "While you were editing LD-1, Ravi Rao changed Source from Fair to Radio. Save again to keep yours."
        in slack.modal.words
    )
    assert (slack.modal.values["source"], slack.modal.values["company"]) == ("Web", "Engines")
    assert (found(works, Lead).source, found(works, Lead).company) == ("Radio", None)
    slack.submit()
    assert told(slack) == "Changed LD-1 Ada\nCompany: empty → Engines\nSource: Radio → Web"


@SQLITE
def test_the_same_change_by_both_is_no_conflict(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm edit LD-1")
    change(works, source="Web")
    slack.submit(source="Web")
    assert slack.modal is None
    assert told(slack) == "LD-1 Ada: nothing changed"


@SQLITE
def test_a_form_of_a_record_that_was_deleted_meanwhile_is_refused_and_stays_open(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm edit LD-1")
    with works("T1", "U_RAVI") as work:
        records.delete(work, work.find(Lead, 1))
    slack.submit(source="Web")
    assert list(slack.errors.values()) == ["LD-1 Ada was deleted. Bring it back with: restore LD-1"]
    assert slack.modal
    assert slack.modal.values["source"] == "Web"


# ── once ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_identical_submission_saves_nothing_twice(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new")
    slack.submit(name="Ada")
    assert slack.again().acknowledged
    assert count(works, Lead) == 1


def test_a_submission_after_errors_is_a_new_one(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new")
    slack.submit(name="Ada", phone="call me")
    assert set(slack.errors) == {"phone"}
    slack.submit(phone="")
    assert count(works, Lead) == 1


# ── what they hold ────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_what_is_longer_than_a_form_stays_as_it_is(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    ada = given(works, Customer, first_name="Ada")
    long = "word " * 1000
    given(works, Case, subject="Leak", customer=ada.ref, description=long)
    slack.command("/crm edit CS-1")
    assert slack.modal
    assert "Description is too long for a form and stays as it is." in slack.modal.words
    assert "description" not in slack.modal.values
    slack.submit(subject="A leak")
    case = found(works, Case)
    assert (case.subject, case.description) == ("A leak", long.strip())


@SQLITE
def test_a_name_that_is_too_long_stands_in_the_form_to_be_shortened(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command(f"/crm account new {'x' * 2900}")
    assert slack.modal
    assert slack.modal.values["name"] == "x" * 2900
    assert "Name holds at most 255 characters; this has 2900." in slack.modal.words
    slack.submit()
    assert slack.errors == {"name": "Name holds at most 255 characters; this has 2900."}
    slack.submit(name="x" * 255)
    assert told(slack).startswith("Created AC-1 xxx")


@SQLITE
def test_a_picker_offers_while_one_types_and_takes_references(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for first, last in (("Ada", "Lovelace"), ("Adele", "Goldberg"), ("Bob", "Jones")):
        given(works, Customer, first_name=first, last_name=last)
    slack.command("/crm deal new")
    assert set(slack.options("pick.customer.customer", "ad")) == {
        "CU-1 Ada Lovelace",
        "CU-2 Adele Goldberg",
    }
    assert slack.options("pick.customer.customer", "cu-3") == ["CU-3 Bob Jones"]
    assert slack.options("pick.customer.customer", "nobody at all") == []
    slack.submit(name="Sails", customer="cu-3")
    assert found(works, Opportunity).customer == found(works, Customer, 3).id


@SQLITE
def test_names_longer_than_an_option_are_cut(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="A" * 255)
    slack.command("/crm deal new")
    [offered] = slack.options("pick.customer.customer", "cu-1")
    assert len(offered) == 75
    slack.submit(name="Sails", customer="cu-1")
    slack.command("/crm edit OP-1")
    assert slack.modal
    assert slack.modal.values["customer"]["value"] == "CU-1"


@SQLITE
@pytest.mark.parametrize(
    "tampered", ["not json", "[]", '{"r": "LD-99"}', '{"r": ["x"]}', '{"v": "x"}', "{}"]
)
def test_a_tampered_memory_of_a_form_is_answered_in_words(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead, tampered: str
) -> None:
    slack.command("/crm edit LD-1")
    slack.submit(source="Web")
    view = {**sent(slack)["view"], "private_metadata": tampered, "id": "V999"}
    answer = deliver(slack, "interactive", sent(slack, view=view))
    assert answer.acknowledged
    assert answer.body["response_action"] == "errors"
    assert all(sentence for sentence in answer.body["errors"].values())


@SQLITE
@pytest.mark.parametrize("callback", ["nonsense", "lead.nonsense", "crm.answer", "user.edit"])
def test_a_tampered_form_changes_nothing(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead, callback: str
) -> None:
    slack.command("/crm edit LD-1")
    slack.submit()
    view = {**sent(slack)["view"], "callback_id": callback, "id": "V999"}
    assert deliver(slack, "interactive", sent(slack, view=view)).acknowledged
    assert found(works, Lead).version == ada.version


# ── more fields ───────────────────────────────────────────────────────────────────────────────────

FIRST = ["name", "email", "phone", "account", "job_title"]


def inputs(slack: SlackDriver) -> list[str]:
    assert slack.modal
    return [block["block_id"] for block in slack.modal.blocks if block["type"] == "input"]


@SQLITE
def test_a_form_asks_for_what_is_used_most_and_for_the_rest_on_request(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm customer new")
    assert inputs(slack) == FIRST
    assert slack.modal
    assert "Name or e-mail is enough. Owner: you." in slack.modal.words
    slack.pick("job_title", "Buyer")
    slack.click("form.more")
    assert inputs(slack)[:5] == FIRST
    assert {"owner", "tags", "notes", "city"} < set(inputs(slack))
    assert "form.more" not in slack.modal.actions
    slack.submit(name="Ada", city="Berlin")
    assert (found(works, Customer).job_title, found(works, Customer).city) == ("Buyer", "Berlin")


@SQLITE
def test_what_was_typed_in_a_line_is_in_its_form(slack: SlackDriver) -> None:
    slack.command("/crm customer new Ada tags=vip --form")
    assert inputs(slack) == [*FIRST, "tags"]


@SQLITE
def test_more_fields_keeps_what_the_others_changed_meanwhile(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm edit LD-1")
    change(works, source="Radio", tags="vip")
    slack.click("form.more")
    slack.submit(source="Web")
    assert slack.modal
    assert "Ravi Rao changed Source from Fair to Radio" in slack.modal.words
    slack.submit()
    assert (found(works, Lead).source, found(works, Lead).tags) == ("Web", ("vip",))


@SQLITE
def test_the_title_of_a_form_names_its_record(slack: SlackDriver, ada: Lead) -> None:
    slack.command("/crm edit LD-1")
    assert slack.modal
    assert slack.modal.raw.content["title"]["text"] == "Edit Ada"  # type: ignore[union-attr]


def test_a_form_says_what_is_needed_unless_something_brings_it_along(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Opportunity, name="Sails", customer=given(works, Customer, first_name="Eva").ref)
    slack.command("/crm log new --form")
    assert slack.modal
    assert "Customer or lead is needed." in slack.modal.words
    slack.close()
    slack.command("/crm OP-1")
    slack.click("log.new")
    assert slack.modal
    assert "Owner: you." in slack.modal.words
    assert "is needed" not in slack.modal.words, "the deal brings its customer along"
