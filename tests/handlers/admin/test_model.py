"""The model shows itself: as text to copy, as a picture, a noun at a time, and what is amiss."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.manifest import SCOPES, manifest
from bot.sandbox.client import SlackDriver
from bot.sandbox.inputs import interactive
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.custom.custom_field import CustomField
from models.core.model.sample import NEWEST, sample_of
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, told

ADA = "U_ADA"


def added(works: UnitOfWorkFactory, name: str, kind: str = "text", **more: str) -> CustomField:
    return given(works, CustomField, by=ADA, about="deal", name=name, kind=kind, **more)


def deal(works: UnitOfWorkFactory, at: int = 1, **texts: str) -> Opportunity:
    return given(works, Opportunity, name=f"Deal {at}", customer="CU-1", **texts)


def files(slack: SlackDriver) -> dict[str, bytes]:
    """The files that came last, by their names."""
    return {each["name"]: each["bytes"] for each in slack.slack.files.values()}


def tap(slack: SlackDriver, line: str) -> None:
    """Press the button of the last answer that says this line."""
    raw: Any = slack.last.raw
    pressed = [
        each["action_id"] for _, each in interactive(raw.blocks) if each.get("value") == line
    ]
    slack.click(pressed[0], user=ADA)


def test_the_diagram_has_the_fields_of_the_workspace(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    added(works, "Partner", "relation", to="account")
    slack.command("/crm model")
    assert "Deal: Partner (Reference)" in told(slack)
    assert "Opportunity }o--o| Account : x_partner" in slack.last.words
    assert 'entity "Deal" as Opportunity {' in slack.last.words
    sent = files(slack)
    assert sent.keys() == {"model.png", "model.mmd", "model.puml"}
    assert sent["model.png"].startswith(b"\x89PNG")
    assert 'Reference x_partner "Partner, added"' in sent["model.mmd"].decode()
    assert "Partner : Reference <<added>>" in sent["model.puml"].decode()


def test_one_noun_says_whom_it_names_and_what_names_it(slack: SlackDriver) -> None:
    slack.command("/crm model deal")
    assert "A deal names a customer in Customer." in told(slack)
    assert "A deal is named by a task in Deal." in told(slack)
    assert "* Name · Text" in told(slack)
    assert "opportunity.png" in files(slack)


def test_a_menu_leads_to_one_noun_and_a_button_to_what_is_amiss(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm model", user=ADA)
    slack.pick("crm.model", "Deal", user=ADA)
    assert "A deal names a customer in Customer." in told(slack)
    slack.command("/crm model", user=ADA)
    slack.click("crm.model#2", user=ADA)
    assert "Nothing is amiss with the model." in told(slack)
    slack.command("/crm model")
    assert "What is amiss" not in slack.last.buttons


def test_without_the_scope_the_answer_stands_and_says_why_no_files_came(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = manifest(Catalogue(ROUTERS))
    granted = [scope for scope in SCOPES if scope != "files:write"]
    asked["oauth_config"] = {"scopes": {"bot": granted}}
    monkeypatch.setattr(slack.slack, "manifest", asked)
    slack.command("/crm model deal")
    assert "A deal names a customer in Customer." in told(slack)
    why = "The files were not sent: Slack says “missing_scope”."
    assert any(why in message.text for message in slack.slack.timeline)


def test_what_is_hidden_from_who_reads_is_in_no_diagram(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    added(works, "Margin", "percent")
    slack.command('/crm role hide "senior rep" deal margin account', user=ADA)
    slack.command("/crm model deal")
    assert "Margin" not in slack.last.words
    assert "names a account" not in told(slack)
    assert all(
        b"margin" not in content.lower()
        for name, content in files(slack).items()
        if not name.endswith("png")
    )
    slack.command("/crm model deal", user=ADA)
    assert "Margin" in slack.last.words


def test_texts_of_people_are_inert_in_a_diagram(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    added(works, 'a"} : <b> & {c')
    slack.command("/crm model deal")
    assert "opportunity.png" in files(slack)
    assert '"a b & c, added"' in files(slack)["opportunity.mmd"].decode()


def test_words_that_name_no_noun_are_said(slack: SlackDriver) -> None:
    slack.command("/crm model boat")
    assert "Say the noun first" in told(slack)
    slack.command("/crm model deal amount")
    assert "“amount” is too much" in told(slack)


def test_only_who_may_mend_reads_what_is_amiss(slack: SlackDriver) -> None:
    slack.command("/crm model audit")
    assert "does not allow “field edit”" in told(slack)


def test_what_is_amiss_is_told_and_mended_with_one_tap(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm model audit", user=ADA)
    assert "Nothing is amiss with the model." in told(slack)
    added(works, "Seats", "number")
    added(works, "Next steps")
    added(works, "Old", retired="yes")
    added(works, "Margin", "percent")
    deal(works, x_next_steps="Call", x_margin="40")
    slack.command('/crm role hide "senior rep" deal margin', user=ADA)
    slack.command("/crm field delete FD-4 --yes", user=ADA)
    slack.command("/crm model audit", user=ADA)
    assert "Nobody filled Seats of a deal, in the only deal." in told(slack)
    assert "Next step and Next steps of a deal may mean the same" in told(slack)
    assert "No form asks for Old of a deal: 0 hold it still." in told(slack)
    assert "The role senior rep hides margin of a deal, which is no more." in told(slack)
    tap(slack, "field edit FD-1 retired=yes")
    assert "Retired: no → yes" in told(slack)


@SQLITE
def test_only_the_newest_records_are_counted_and_the_answer_says_so(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "Seats", "number")
    first = deal(works, x_seats="12")
    table: Any = Opportunity.__table__
    with works.engine.begin() as there:
        row = dict(there.execute(select(table).where(table.c.id == first.id)).mappings().one())
        row |= {"custom": {}, "external_id": None}
        del row["id"]
        there.execute(table.insert(), [row | {"number": 1 + at} for at in range(1, NEWEST + 1)])
    slack.command("/crm model audit", user=ADA)
    assert "Nobody filled Seats of a deal, in the newest 5,000 deals." in told(slack)
    assert "Counted in the newest 5,000 records of each noun at most." in told(slack)


def test_another_workspace_counts_nothing_of_this_one(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works)
    with works("T1", writes=False) as work:
        assert sample_of(work, Opportunity).total == 1
    with works("T2", writes=False) as work:
        assert sample_of(work, Opportunity).total == 0


def test_references_to_what_was_deleted_and_same_values_are_found(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    added(works, "Account man", "relation", to="customer")
    added(works, "Mood", "text")
    given(works, Customer, first_name="Bo")
    for at in range(21):
        deal(works, at, next_step=f"Step {at}", x_mood=f"Step {at}", x_account_man="CU-2")
    slack.command("/crm delete CU-2 --yes", user=ADA)
    slack.command("/crm model audit", user=ADA)
    assert "21 deals name a deleted customer in Account man." in told(slack)
    assert "Next step and Mood of a deal may mean the same: 21 of 21 values" in told(slack)
    unused = next(line for line in told(slack).splitlines() if "of a deal, in all 21" in line)
    assert unused.startswith("Nobody filled Account, Amount,")
    assert "Competitor" in unused


def test_what_nobody_filled_for_half_a_year_is_unused(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, clock: Any
) -> None:
    added(works, "Seats", "number")
    deal(works, x_seats="12")
    clock.forward(timedelta(days=181))
    slack.command("/crm model audit", user=ADA)
    assert "Nobody filled Seats of a deal for 180 days, in the only deal." in told(slack)
