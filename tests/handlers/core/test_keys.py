"""Records that are known by a key of theirs, and keys that are taken, at every door in Slack."""
# ruff: noqa: F811 — the fixture keeps its name here

from typing import Any

import pytest

from bot.sandbox.client import SlackDriver
from models.core.search.lookup import lookup
from models.core.search.query import suggestions
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told
from tests.made_up import stored  # noqa: F401

TAKEN = "There is already PZ-1 Widget with SKU “{}”."


@pytest.fixture
def part(stored: tuple[Any, ...], works: UnitOfWorkFactory) -> Any:
    given(works, stored[0], "U_RITA", name="Widget", sku="AB-1")
    return stored[0]


def test_a_taken_key_is_said_below_its_input(
    part: Any, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm part new")
    slack.submit({"name": "Other", "sku": "ab-1"})
    assert slack.errors == {"sku": TAKEN.format("ab-1")}
    assert count(works, part) == 1
    slack.submit({"name": "Other", "sku": "ab-2"})
    assert told(slack).startswith("Created PZ-")
    made = told(slack).split()[1]  # on PostgreSQL an attempt that failed leaves a gap
    slack.command(f"/crm edit {made}")
    slack.submit({"sku": "Ab-1"})
    assert slack.errors == {"sku": TAKEN.format("Ab-1")}
    assert found(works, part, int(made[3:])).sku == "ab-2"


def test_a_taken_key_in_a_line_opens_the_form_with_what_was_typed(
    part: Any, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm part new Other sku=ab-1")
    assert slack.modal
    assert TAKEN.format("ab-1") in slack.modal.words
    assert slack.modal.values["sku"] == "ab-1"
    assert count(works, part) == 1
    other = given(works, part, "U_RITA", name="Other", sku="AB-2")
    slack.command(f"/crm part set {other.ref} sku=ab-1")
    assert TAKEN.format("ab-1") in slack.modal.words
    assert found(works, part, other.number).sku == "AB-2"


def test_restore_and_undo_say_who_has_the_key_now(
    part: Any, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm delete PZ-1 --yes", user="U_ADA")
    slack.command("/crm part new Newer sku=ab-1")
    said = "There is already PZ-2 Newer with SKU “AB-1”."
    slack.command("/crm restore PZ-1", user="U_ADA")
    assert told(slack) == said
    slack.command("/crm undo", user="U_ADA")
    assert told(slack) == said
    assert count(works, part) == 1


@SQLITE
def test_a_record_is_found_by_its_key_wherever_one_is_asked_for(
    part: Any, slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for line in ("part AB-1", "part show ab-1", "part find ab-1"):
        slack.command(f"/crm {line}")
        assert "PZ-1 Widget" in told(slack), line
    slack.command("/crm stock new Shelf part=ab-1")
    assert "Part: PZ-1 Widget" in told(slack)
    slack.command("/crm part set ab-1 name=Better")
    assert "Name: Widget → Better" in told(slack)


def test_a_picker_offers_the_record_with_the_key_first(part: Any, works: UnitOfWorkFactory) -> None:
    given(works, part, name="AB-1 spare", sku="X-1")
    given(works, part, name="ab-1", sku="X-2")
    with works("T1", "U_RITA", writes=False) as work:
        assert suggestions(work, part, "ab-1")[0].name == "Widget"
        assert lookup(work, part, "ab-1") == work.find(part, 1).id
        assert lookup(work, part, "x-2") == work.find(part, 3).id


def test_a_reference_counts_before_a_key_that_looks_like_one(
    part: Any, works: UnitOfWorkFactory
) -> None:
    given(works, part, name="Odd", sku="PZ-1")
    with works("T1", "U_RITA", writes=False) as work:
        assert lookup(work, part, "PZ-1") == work.find(part, 1).id
        assert lookup(work, part, "Odd") == work.find(part, 2).id
