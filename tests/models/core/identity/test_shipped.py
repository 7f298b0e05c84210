"""What a role says otherwise than its preset, and that the steps take over just that."""

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as some

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core.custom.custom_record import CustomRecord
from models.core.entity.base import ENTITIES
from models.core.identity import rights
from models.core.identity.rights import PRESETS, VERBS, Preset, Rights, Scope, verbs_of
from models.core.identity.shipped import Difference, differences
from models.customers.account import Account
from tests.models.marks import tried
from tests.tables import table

REP = "everything: look, new, change own\nlead: look own, hide score"


def told(now: str, shipped: str = REP) -> list[tuple[str, list[str]]]:
    found = differences(rights.read(now), rights.read(shipped))
    return [(str(each), [" ".join(step) for step in each.steps]) for each in found]


@table(
    ("now", "sentence", "steps"),
    [
        (
            "everything: look, new, change own",
            "Leads: no line, so what is said about everything holds. Shipped: “look own, hide score”.",
            ["allow lead look own", "refuse lead change", "refuse lead new", "hide lead score"],
        ),
        (
            "everything: look, new, change own\nlead: look team, delete, hide score source",
            "Leads: “look team, delete, hide score and source”. Shipped: “look own, hide score”.",
            ["allow lead look own", "refuse lead delete", "reveal lead source"],
        ),
        (
            f"{REP}\naccount: look, new, change own, delete",
            "Accounts: “look, new, change own, delete”. "
            "Shipped: no line, so what is said about everything holds.",
            ["allow account delete own"],
        ),
        (
            "everything: look, new\nlead: look own, hide score",
            "Everything: “look, new”. Shipped: “look, new, change own”.",
            ["allow everything change own"],
        ),
        (
            f"{REP}\ncrm: report",
            "Crm: “report”. Shipped: no line, so what is said about everything holds.",
            ["refuse crm report"],
        ),
    ],
)
def test_a_difference_is_told_with_the_lines_that_take_it_over(
    now: str, sentence: str, steps: list[str]
) -> None:
    assert told(now) == [(sentence, steps)]


@table(
    "now",
    [
        REP,
        "lead: hide score, look own\neverything: change own, new, look",
        f"{REP}\naccount: look, new, change own",
        f"{REP}\naudit: none",
        f"{REP}\naccount: look, new all, change own, edit own",
    ],
)
def test_what_only_reads_otherwise_is_no_difference(now: str) -> None:
    assert told(now) == []


def test_the_shortest_word_is_used() -> None:
    assert told("everything: look", "everything: look\ncase: everything") == [
        (
            "Cases: no line, so what is said about everything holds. Shipped: “everything”.",
            ["allow case change"],
        )
    ]
    assert told("lead: look", "lead: look\ncase: everything")[0][1] == ["allow case everything"]
    assert told("everything: everything", "everything: look")[0][1] == [
        "refuse everything everything",
        "allow everything look",
    ]


def after(now: Rights, steps: list[tuple[str, str]]) -> Rights:
    """The rights once somebody has typed all of these."""
    for verb, typed in steps:
        about, words = rights.begun(typed.split())
        hidden = now.hidden.get(about, frozenset())
        if verb in ("hide", "reveal"):
            names = rights.fields(about, words)
            now = now.hiding(about, hidden | names if verb == "hide" else hidden - names)
        else:
            ((right, scope),) = rights.grant(about, words).items()
            now = now.but(about, right, Scope.NONE if verb == "refuse" else scope)
    return now


def effective(found: Rights, *abouts: str) -> dict[tuple[str, str], Scope]:
    return {
        (about, verb): found.scope(about, verb)
        for about in abouts or (*ENTITIES, *(VERBS.keys() - {CustomRecord.slug()}))
        for verb in verbs_of(about)
    }


SCOPES = some.sampled_from(list(Scope))
WORDS = some.sampled_from(["look", "change", "everything", "new", "edit", "history", "export"])
ABOUT = some.sampled_from(["everything", "lead", "account", "role", "case", "crm"])
HIDDEN = some.sets(some.sampled_from(["notes", "industry", "country"]))


@some.composite
def written(draw: some.DrawFn) -> Rights:
    scopes = draw(some.dictionaries(ABOUT, some.dictionaries(WORDS, SCOPES, max_size=4)))
    hidden = {"account": frozenset(draw(HIDDEN))} if "account" in scopes else {}
    return rights.stored(str(Rights(scopes, hidden)))


@tried(800)
@supposing(now=written(), shipped=written())
def test_who_takes_every_step_has_what_is_shipped(now: Rights, shipped: Rights) -> None:
    found: list[Difference] = differences(now, shipped)
    taken = after(now, [step for each in found for step in each.steps])
    assert effective(taken) == effective(shipped)
    assert taken.hidden.get("account", frozenset()) == shipped.hidden.get("account", frozenset())
    assert differences(taken, shipped) == []
    for each in found:
        alone = after(now, list(each.steps))
        if each.about != "everything":
            assert effective(alone, each.about) == effective(shipped, each.about) or (
                each.about not in shipped.scopes
            )


@pytest.mark.parametrize("catalogue", [False, True])
@table("preset", Preset)
def test_a_preset_differs_from_itself_in_nothing_and_from_others_in_what_they_say(
    monkeypatch: pytest.MonkeyPatch, catalogue: bool, preset: Preset
) -> None:
    monkeypatch.setattr(Account, "catalogue", catalogue)
    there = {name: rights.stored(text) for name, text in PRESETS.items()}
    there = {name: Rights(found.scopes, found.hidden) for name, found in there.items()}
    shipped = there[preset]
    assert differences(Rights(shipped.scopes, shipped.hidden), shipped) == []
    for other, now in there.items():
        found = differences(now, shipped)
        taken = after(now, [step for each in found for step in each.steps])
        assert effective(taken) == effective(shipped)
        assert bool(found) is (other != preset)
