"""The examples that the product gives of itself are understood by it."""

import re

import pytest

from bot.manifest import manifest
from bot.sandbox.client import SlackDriver
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.activities.activity import Activity
from models.core.search.filter_parser import EXAMPLE
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.docs.generated import documents
from tests.ground import given
from tests.handlers.conftest import client, clients, courier, slack, world  # noqa: F401
from tests.handlers.kit import SQLITE, told

pytestmark = SQLITE

CODE = re.compile(r"`([^`]+)`")
PUZZLED = (
    "I didn't understand",
    "There is no “",
    "Which ",
    "It is not clear",
    "A filter ",
    "Nobody here",
    "Something went",
)
CATALOGUE = Catalogue(ROUTERS)


def examples() -> list[str]:
    """What the help, the manifest and the README say that one may type."""
    helps = [verb.help for router in ROUTERS for verb in router.verbs.values() if not verb.hidden]
    found = [code for text in helps for code in CODE.findall(text)]
    for command in manifest(CATALOGUE)["features"]["slash_commands"]:
        noun = command["command"].removeprefix(CATALOGUE.root).removeprefix("-")
        found += [f"{noun} {hint}".strip() for hint in command["usage_hint"].split(" | ")]
    readme = next(path for path in documents() if path.name == "README.md").read_text(
        encoding="utf-8"
    )
    found += [
        line.removeprefix("/crm ") for line in CODE.findall(readme) if line.startswith("/crm ")
    ]
    found += [EXAMPLE]
    return sorted(
        {
            line
            for line in found
            if "field=" not in line and "…" not in line and "shows it" not in line
        }
    )


def typed(example: str) -> str:
    """An example as a line about what is there; a filter alone is what may follow a list."""
    line = re.sub(r"\b([A-Z]{2})-\d+", r"\1-1", example)
    line = line.replace("2026-06-30", "today").replace(
        "friday", "today"
    )  # what is there came today
    return f"deal list {line}" if re.match(r"\w+ ?[=<>]", line) else line


@pytest.mark.parametrize("example", examples())
def test_an_example_is_understood(
    slack: SlackDriver,  # noqa: F811
    works: UnitOfWorkFactory,
    example: str,
) -> None:
    ada = given(works, Customer, "U_ADA", first_name="Ada", email="ada@example.org")
    given(works, Account, "U_ADA", name="Acme")
    given(works, Lead, "U_ADA", first_name="Grace")
    given(works, Opportunity, "U_ADA", name="Acme renewal", customer=ada.ref)
    given(works, Case, "U_ADA", subject="Leak", customer=ada.ref)
    given(works, Activity, "U_ADA", description="Call", customer=ada.ref, due_date="fri")
    slack.command(f"/crm {typed(example)}", user="U_ADA")
    assert slack.modal is None or not slack.modal.words.count(":warning:"), example
    answer = told(slack) if slack.modal is None else ""
    assert not answer.startswith(PUZZLED), (typed(example), answer)
