"""What was typed in a form that is closed is offered when the form opens again, for a day."""

from datetime import timedelta

from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from bot.scheduler.jobs import sweep
from models.core.drafts import Draft
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE, count, found


def drafts(works: UnitOfWorkFactory) -> list[Draft]:
    with works("T1", writes=False) as work:
        return list(work.session.scalars(select(Draft)))


def left(slack: SlackDriver) -> None:
    """Rita begins a new customer and closes the form."""
    slack.command("/crm customer new")
    slack.pick("name", "Ada")
    slack.pick("job_title", "Countess")
    slack.close()


def test_a_closed_form_offers_what_was_typed(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    left(slack)
    assert count(works, Customer) == 0
    slack.command("/crm customer new")
    assert slack.modal
    assert "You closed this form without saving it" in slack.modal.words
    assert not slack.modal.values["name"]
    slack.click("form.draft")
    slack.submit(name="Ada King")
    assert slack.modal is None
    ada = found(works, Customer)
    assert (ada.first_name, ada.last_name, ada.job_title) == ("Ada", "King", "Countess")
    assert drafts(works) == []


@SQLITE
def test_a_form_in_which_nothing_was_typed_is_forgotten(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Ada", source="Fair")
    for line in ("customer new", "lead edit LD-1", "deal new"):
        slack.command(f"/crm {line}")
        slack.close()
    assert drafts(works) == []


@SQLITE
def test_what_was_typed_before_more_fields_is_kept(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm customer new")
    slack.pick("name", "Ada")
    slack.click("form.more")
    slack.close()
    (draft,) = drafts(works)
    assert draft.texts["name"] == "Ada"


@SQLITE
def test_a_draft_is_discarded(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    left(slack)
    slack.command("/crm customer new")
    slack.click("form.discard")
    assert slack.modal
    assert "You closed this form" not in slack.modal.words
    assert drafts(works) == []


@SQLITE
def test_a_draft_is_of_its_person_and_its_form(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    left(slack)
    for line, person in (("customer new", "U_RAVI"), ("lead new", "U_RITA")):
        slack.command(f"/crm {line}", user=person)
        assert slack.modal
        assert "You closed this form" not in slack.modal.words
        slack.close(user=person)


@SQLITE
def test_a_draft_is_kept_for_a_day_and_goes_with_its_person(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    left(slack)
    works.welcome("T1", "U_RITA", left=True)
    with works("T1") as work:
        sweep(work)
    assert drafts(works) == []
    works.welcome("T1", "U_RITA", left=False)
    left(slack)
    clock.forward(timedelta(hours=25))
    slack.command("/crm customer new")
    assert slack.modal
    assert "You closed this form" not in slack.modal.words
    with works("T1") as work:
        sweep(work)
    assert drafts(works) == []
