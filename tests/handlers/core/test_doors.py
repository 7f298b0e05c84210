"""What every door shows is what `can` allows, over random companies in which each word tells where
it is from.
"""

import os
import random
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.app import create_dispatcher
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.verb import Verb
from handlers.registry import ROUTERS
from models.core.entity.base import ENTITIES, Entity
from models.core.identity.user import User
from models.core.outbox.delivery import Post
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.kit import SQLITE, begin_with
from tests.handlers.telltales import (
    RECORDS,
    SECRETS,
    Heard,
    Secret,
    Sight,
    company,
    sight,
    words_of,
)
from tests.models.companies import SEEN

COMPANIES = int(os.environ.get("DOORS", "0"))
"""How many companies are gone through whole. Each is good for more than 3,000 comparisons of what
somebody is shown of a record with what they may see of it: DOORS=4 for the whole lot. By default a
small part of one.
"""
ACTS = 500 if COMPANIES else 25
PEOPLE, NOUNS = (10, len(SEEN)) if COMPANIES else (4, 3)
VERBS = {router.noun: router.verbs for router in ROUTERS}
SURFACES = ("command", "message", "button", "shortcut")

pytestmark = SQLITE


class Doors:
    """A company, and the sight of everyone in it, found out anew after every change."""

    def __init__(self, works: UnitOfWorkFactory, number: int) -> None:
        self.works, self.luck = works, random.Random(number)
        begin_with(works, ("a company", number), lambda: company(works, random.Random(number)))
        self.dispatcher: Dispatcher = create_dispatcher(works)
        with works("T1", writes=False) as work:
            self.people = list(work.session.scalars(select(User.slack_id).order_by(User.id)))
        self.seen: dict[str, Sight] = {}
        self.count = 0

    def sight(self, person: str) -> Sight:
        if person not in self.seen:
            self.seen[person] = sight(self.works, person)
        return self.seen[person]

    def do(
        self, person: str, line: str, surface: str = "command", writes: bool = False, **more: object
    ) -> Heard:
        """Let somebody do something; what they are told must be theirs to read before or after
        it.
        """
        before = self.sight(person).fields
        self.count += 1
        heard = Heard()
        act = Interaction(surface, "T1", person, line, key=str(self.count), trigger="1", **more)  # type: ignore[arg-type]
        self.dispatcher.handle(act, heard)
        if writes:
            self.seen.clear()
        leaked = heard.secrets(line) - before - self.sight(person).fields
        assert leaked == set(), (person, surface, line, heard.said)
        assert "something went wrong" not in heard.text, (person, surface, line)
        return heard

    def anyone(self) -> str:
        return self.luck.choice(self.people)

    def some(self) -> Iterator[tuple[str, type[Entity]]]:
        """People, each with some entities."""
        for person in self.luck.sample(self.people, PEOPLE):
            for entity in self.luck.sample(SEEN, NOUNS):
                yield person, entity

    def any_surface(self) -> str:
        return self.luck.choice(SURFACES)

    def any_record(self) -> tuple[type[Entity], str]:
        entity = self.luck.choice(SEEN)
        return entity, f"{entity.prefix}-{self.luck.randrange(1, RECORDS + 1)}"


@pytest.fixture(params=range(COMPANIES or 1))
def doors(works: UnitOfWorkFactory, request: pytest.FixtureRequest) -> Doors:
    return Doors(works, request.param)


# ── looking at one record ─────────────────────────────────────────────────────────────────────────


def looking(entity: type[Entity], ref: str) -> Iterator[str]:
    """Every line that only looks at a record, opens a form, or asks back."""
    for verb in VERBS[entity.slug()].values():
        if verb.record and (not verb.writes or verb.asks or verb.confirm):
            yield f"{entity.noun()} {verb.name} {ref} {ENOUGH.get(verb.name, '--form' if verb.asks else '')}"
    yield ref


ENOUGH = {"as": "of v1", "revert": "to v1"}


def test_a_record_is_shown_asked_about_and_opened_to_those_who_may_see_it(doors: Doors) -> None:
    for _ in range(ACTS):
        person, (entity, ref) = doors.anyone(), doors.any_record()
        line = doors.luck.choice(list(looking(entity, ref)))
        heard = doors.do(person, line, doors.any_surface())
        assert heard.secrets() == set() or ref in doors.sight(person).records, (person, line)


def test_its_card_holds_all_that_one_may_see_and_opens_for_nobody_else(doors: Doors) -> None:
    for person, entity in doors.some():
        for number in range(1, RECORDS + 1):
            ref = f"{entity.prefix}-{number}"
            words = doors.sight(person).words.get(ref, set())
            held = {SECRETS[word] for word in words}
            found = doors.do(person, f"more {ref} --tab=details").secrets()
            assert held <= found, (person, ref)
            around = doors.do(person, f"more {ref}").secrets()
            seen = {SECRETS[each] for own in doors.sight(person).words.values() for each in own}
            assert around <= seen, (person, ref)
            if not (entity.line_fields() and held):  # which also holds what its parts say
                assert found == held, (person, ref)


def test_this_is_only_what_one_may_see(doors: Doors) -> None:
    for _ in range(ACTS // 4):
        person, (entity, ref) = doors.anyone(), doors.any_record()
        with doors.works("T1") as work:
            record = work.find(entity, int(ref.partition("-")[2]))
            where = {
                "entity": entity.slug(),
                "record_id": record.id,
                "channel": "C1",
                "ts": f"{doors.count}.1",
            }
            work.session.add(Post(**where, posted_at=work.now))
        line = doors.luck.choice(
            ["more this", "this", "history this", f"{entity.noun()} edit this --form"]
        )
        heard = doors.do(person, line, "message", channel="C1", thread=where["ts"])
        assert heard.secrets() == set() or ref in doors.sight(person).records, (person, ref, line)


# ── looking for records ───────────────────────────────────────────────────────────────────────────


def listed(heard: Heard) -> set[str]:
    """The references of the records that a list shows, each with its button."""
    return {
        block["accessory"]["value"]
        for said in heard.said
        for block in (said[1] if isinstance(said, list) and len(said) == 2 else ())
        if isinstance(block, dict)
        and block.get("accessory", {}).get("action_id", "").partition("#")[0][-5:] == ".show"
    }


def test_a_list_holds_just_what_one_may_see(doors: Doors) -> None:
    for person, entity in doors.some():
        may = {ref for ref in doors.sight(person).records if ref.startswith(entity.prefix)}
        for words in ("list", "find created <= today", "find zq"):
            assert (
                listed(doors.do(person, f"{entity.noun()} {words}", doors.any_surface())) == may
            ), (person, words)


def test_a_word_finds_a_record_only_for_those_who_may_read_it_there(doors: Doors) -> None:
    for _ in range(ACTS):
        person, word = doors.anyone(), doors.luck.choice(sorted(SECRETS))
        entity, typed = ENTITIES[SECRETS[word][0]], word[:-2]
        line = doors.luck.choice(
            [f"find {typed}", f"{entity.noun()} find {typed}", f"task find {typed}"]
        )
        found = listed(doors.do(person, line, doors.any_surface()))
        assert found <= doors.sight(person).finds(typed), (person, line, SECRETS[word])


def test_a_name_an_email_or_a_filter_leads_to_a_record_only_those_who_may_see_it(
    doors: Doors,
) -> None:
    for _ in range(ACTS):
        person, word = doors.anyone(), doors.luck.choice(sorted(SECRETS))
        secret = SECRETS[word]
        noun, field = ENTITIES[secret[0]].noun(), secret[2]
        line = doors.luck.choice(
            [
                f'{noun} show "{word[:-2]}"',
                f"{noun} show zq",
                f"{noun} show {word}@example.org",
                f"{noun} find {field} ~ {word}",
                f"{noun} find {field} >= a",
                f'{noun} find customer = "{word}"',
                f'{noun} find NOT {field} ~ "{word}"',
            ]
        )
        heard = doors.do(person, line, doors.any_surface())
        if not line.startswith(f"{noun} find {field}") and not line.startswith(f"{noun} find NOT"):
            assert names(heard) <= doors.sight(person).finds(
                "zq" if line.endswith("zq") else word[:-2]
            ), (person, line)
        elif secret not in doors.sight(person).fields:
            assert ref_of(secret) not in listed(heard) or " NOT " in line or ">=" in line, (
                person,
                line,
            )


def names(heard: Heard) -> set[str]:
    """The references that an answer names."""
    refs = {f"{entity.prefix}-{number}" for entity in SEEN for number in range(1, RECORDS + 1)}
    return {
        ref
        for ref in refs
        if f'"{ref.casefold()}"' in heard.text or f"*{ref.casefold()}*" in heard.text
    }


def ref_of(secret: Secret) -> str:
    return f"{ENTITIES[secret[0]].prefix}-{secret[1]}"


def test_a_picker_offers_just_what_one_may_see(doors: Doors) -> None:
    for person, entity in doors.some():
        word = doors.luck.choice(
            [word for word, secret in SECRETS.items() if secret[0] == entity.slug()]
        )
        assert offered(doors, person, entity, word[:-2]) <= doors.sight(person).finds(word[:-2]), (
            person,
            word,
        )
        may = {ref for ref in doors.sight(person).records if ref.startswith(entity.prefix)}
        assert offered(doors, person, entity, "zq") == offered(doors, person, entity, "") == may


def offered(doors: Doors, person: str, entity: type[Entity], typed: str) -> set[str]:
    """The references that a picker offers; none where it is refused."""
    heard = doors.do(person, typed, "options", state={"noun": entity.slug()})
    return {option["value"] for said in heard.said for option in said if isinstance(option, dict)}


def test_home_reports_and_help_say_only_what_one_may_know(doors: Doors) -> None:
    nouns = [entity.noun() for entity in SEEN]
    for person in doors.luck.sample(doors.people, PEOPLE):
        doors.do(person, "", "home")
        for line in (
            "home",
            "report",
            "digest",
            "help",
            "find zq",
            *(f"help {noun}" for noun in nouns),
        ):
            doors.do(person, line)


# ── changing ──────────────────────────────────────────────────────────────────────────────────────


def changing(doors: Doors, entity: type[Entity], ref: str) -> Iterator[tuple[str, str]]:
    """Lines that write, with the surface."""
    for name in words_of(entity):
        yield f'{entity.noun()} set {ref} {name}="new {doors.count}"', "command"
    for name, verb in VERBS[entity.slug()].items():
        if verb.record and verb.writes and name != "convert":
            yield f"{entity.noun()} {name} {ref} {typed(verb, doors)} --yes", doors.any_surface()
    yield "undo", "command"


def typed(verb: Verb, doors: Doors) -> str:
    """What a verb asks for."""
    asked = {
        "to": f"<@{doors.anyone()}>",
        "when": "to v1",
        "text": "Thanks",
        "reason": "dear",
        "stage": "proposal",
        "until": "+3d",
    }
    return " ".join(asked[name] for name in verb.asks if name in asked and not verb.saves)


def test_receipts_and_refusals_of_changes_say_only_what_one_may_know(doors: Doors) -> None:
    for _ in range(ACTS // 2):
        person, (entity, ref) = doors.anyone(), doors.any_record()
        line, surface = doors.luck.choice(list(changing(doors, entity, ref)))
        doors.do(person, line, surface, writes=True)


def test_a_stale_form_tells_only_what_one_may_know(doors: Doors) -> None:
    for number in range(ACTS // 10):
        entity, ref = doors.any_record()
        name = doors.luck.choice(words_of(entity))
        for person in doors.luck.sample(doors.people, 4):
            texts, state = {name: f"word {number} {person}"}, {"r": ref, "v": 1}
            doors.do(
                person, f"{entity.noun()} edit {ref}", "form", writes=True, texts=texts, state=state
            )
