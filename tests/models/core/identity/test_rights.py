"""Rights as text and as a table: what is allowed, what is refused, and what is no right at all."""

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as some

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core.entity.base import ENTITIES
from models.core.identity import rights
from models.core.identity.rights import PRESETS, VERBS, Preset, Rights, Scope
from tests.tables import table

REP = rights.read("lead: look own, new, claim, change team\neverything: look, change own")


@table(
    ("about", "verb", "scope"),
    [
        ("lead", "show", Scope.OWN),
        ("lead", "find", Scope.OWN),
        ("lead", "new", Scope.ALL),
        ("lead", "claim", Scope.ALL),
        ("lead", "delete", Scope.OWN),
        ("account", "list", Scope.ALL),
        ("account", "edit", Scope.OWN),
        ("user", "show", Scope.ALL),
        ("user", "edit", Scope.NONE),
        ("role", "allow", Scope.NONE),
        ("deliveries", "list", Scope.NONE),
        ("crm", "status", Scope.NONE),
    ],
)
def test_the_more_special_word_counts(about: str, verb: str, scope: Scope) -> None:
    assert REP.scope(about, verb) == scope


def test_only_a_verb_that_is_named_reaches_what_one_does_not_see() -> None:
    """Who takes a lead may learn that somebody was faster; whoever changes all of them must see all
    of them.
    """
    found = rights.read("lead: look own, change all, claim\ndeal: everything, show own")
    assert found.scope("lead", "edit") == Scope.OWN
    assert found.scope("lead", "claim") == Scope.ALL
    assert found.scope("opportunity", "history") == Scope.OWN


def test_of_a_stored_text_what_is_no_more_is_left_out_and_the_rest_holds() -> None:
    told = "everything: look\ncustomer: look, fly own, hide shoes notes, edit own\nunicorn: look\nlead: ride"
    kept = rights.stored(told)
    assert str(kept) == "everything: look\ncustomer: look, edit own, hide notes\nlead: none"


def test_everything_is_really_everything() -> None:
    admin = rights.read(PRESETS[Preset.ADMIN])
    assert {admin.scope(about, verb) for about, verbs in VERBS.items() for verb in verbs} == {
        Scope.ALL
    }


def test_who_has_no_role_may_do_nothing() -> None:
    nothing = rights.stored("")
    assert {nothing.scope(about, verb) for about, verbs in VERBS.items() for verb in verbs} == {
        Scope.NONE
    }


@table("preset", Preset)
def test_a_preset_says_only_what_there_is_and_reads_as_it_is_written(preset: Preset) -> None:
    found = rights.read(PRESETS[preset])
    assert rights.read(str(found)) == found == rights.stored(str(found))


def test_people_roles_and_teams_are_changed_by_admins_alone() -> None:
    for about in (slug for slug, entity in ENTITIES.items() if entity.governing):
        changing = VERBS[about] - rights.LOOKS
        roles = {preset: rights.read(text) for preset, text in PRESETS.items()}
        may = {
            preset
            for preset, role in roles.items()
            if any(role.scope(about, verb) != "none" for verb in changing)
        }
        assert may == {Preset.ADMIN}, about


@table(
    ("text", "complaint"),
    [
        ("lead look", "needs a colon"),
        ("leed: look", "There is nothing called “leed”"),
        ("lead: lock", "Nobody can lock a lead. The verbs are as, assign, claim,"),
        ("lead: look mine", "should be a verb and own, team, all or none"),
        ("lead: own", "should be a verb"),
        ("lead: look\nleads: new", "There are two lines about lead."),
        ("lead: hide budget", "A lead has no field “budget”."),
        ("lead: hide last_name", "is known by its last name"),
        ("lead: hide owner", "is known by its owner"),
        ("crm: hide notes", "Crm has no fields"),
        ("everything: fly", "Nobody can fly anything"),
    ],
)
def test_what_is_no_right_is_refused_in_words(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        rights.read(text)


def test_a_stored_line_that_nobody_understands_any_more_allows_nothing() -> None:
    found = rights.stored("leed: everything\nlead: look own")
    assert found == rights.read("lead: look own")


def test_a_right_is_given_and_taken_on_top_of_what_applied_before() -> None:
    given = REP.but("account", "delete", Scope.TEAM)
    assert (given.scope("account", "delete"), given.scope("account", "edit")) == (
        Scope.TEAM,
        Scope.OWN,
    )
    assert given.but("account", "delete", Scope.NONE).scope("account", "delete") == Scope.NONE
    person = REP.but("user", "edit", Scope.ALL)
    assert [person.scope("user", verb) for verb in ("edit", "set", "show")] == [
        "all",
        "none",
        "all",
    ]


def test_fields_are_hidden_and_shown_again_without_changing_what_else_applies() -> None:
    hidden = REP.hiding("account", {"industry"})
    assert hidden.hides("account", "industry")
    assert not hidden.hides("account", "name")
    assert hidden.scope("account", "edit") == Scope.OWN
    assert not hidden.hiding("account", ()).hides("account", "industry")


WORDS = some.sampled_from(["look", "change", "everything", "new", "edit", "delete"])
LINES = some.dictionaries(WORDS, some.sampled_from(list(Scope)), max_size=4)


@supposing(some.dictionaries(some.sampled_from(["lead", "account", "role", "everything"]), LINES))
def test_what_is_written_is_read_as_the_same(scopes: dict[str, dict[str, Scope]]) -> None:
    written = Rights(scopes)
    found = rights.read(str(written))
    for about in ("lead", "account", "role", "customer"):
        for verb in ("show", "new", "edit", "delete"):
            assert found.scope(about, verb) == written.scope(about, verb)


@table(
    "typed",
    [
        "amount next_step close_date",
        "amount next step close date",
        "amount next-step and close date",
        "next step and amount and close date",
    ],
)
def test_fields_are_hidden_by_their_labels(typed: str) -> None:
    names = rights.fields("opportunity", typed.split())
    assert names >= {"amount", "next_step", "close_date"}
    assert rights.labels("opportunity", {"close_date", "amount"}) == ["amount", "close date"]
