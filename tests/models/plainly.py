"""What people see of a company, worked out once more over plain lists: the rules as one would say
them aloud, with nothing of the code that is under test.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.core.entity.base import ENTITIES, Entity
from models.core.entity.sharing import Shared
from models.core.fields import Money, Reference, Tags
from models.core.parsing.values import fold
from models.core.unit_of_work import UnitOfWork
from tests.models.companies import SCOPES, Rules

Row = Mapping[str, Any]
"""A record as the database holds it, deleted or not."""


COSTS = ("quantity", "price", "discount", "tax_rate")
"""The fields of the line of a sale from which its total follows."""


def looks(role: Rules, *slugs: str) -> str:
    """Whose records of the first of these a role looks at: by its own line, or the next one's."""
    return next((role.lines[slug].look for slug in slugs if slug in role.lines), role.look)


@dataclass(frozen=True)
class Company:
    """All that there is, and what the roles say."""

    rows: Mapping[str, Sequence[Row]]
    roles: Mapping[str, Rules]

    def find(self, slug: str, id: int | None) -> Row | None:
        return next((row for row in self.rows[slug] if row["id"] == id), None)

    def person(self, slack_id: str) -> Row:
        return next(row for row in self.rows["user"] if row["slack_id"] == slack_id)

    # ── who may see what ──────────────────────────────────────────────────────────────────────────

    def may(self, person: Row, slug: str, row: Row, verb: str = "show") -> bool:
        """Whether somebody may show or export a record."""
        if person["guest"] or person["left"]:
            return False
        if person["role"] == "admin" and not issubclass(ENTITIES[slug], Shared):
            return True
        scope, owner = self.scope(person, slug, verb), self.owner(slug, row)
        if issubclass(ENTITIES[slug], Shared):
            shared = self.shares(person, row, owner)
            seen = self.scope(person, slug, "show") != "none" and shared
            team = scope == "team" and owner in self.team(person)
            return seen and (verb == "show" or scope == "all" or owner == person["id"] or team)
        mine = owner in (None, person["id"])  # what is nobody's is everybody's
        if not (
            scope == "all"
            or (scope != "none" and mine)
            or (scope == "team" and owner in self.team(person))
        ):
            return False
        named = [ENTITIES[slug].fields()[name] for name in ENTITIES[slug].named]
        above = [
            (kind.to, row[name])
            for name, kind in zip(ENTITIES[slug].named, named, strict=True)
            if isinstance(kind, Reference)
        ]
        return all(self.may(person, to, found) for to, id in above if (found := self.find(to, id)))

    def shares(self, person: Row, row: Row, owner: int | None) -> bool:
        """Whether a record that its owner shares, or does not, or puts to some, is there for
        somebody.
        """
        if owner == person["id"]:
            return True
        if "asked" in row:
            return str(person["id"]) in row["asked"].split(",")
        team = row["shared"] == "team" and owner in self.team(person)
        return bool(row["shared"] == "everyone" or team)

    def scope(self, person: Row, slug: str, verb: str) -> str:
        """Whose records; never more than one may see."""
        if person["role"] == "admin":
            return "all"
        rules = self.roles[person["role"]]
        line = rules.lines.get(slug)
        whole = whole_of(ENTITIES[slug]) if ENTITIES[slug].part_of else ""
        if line is None and whole and slug in ENTITIES[whole].children:  # a part is as its whole
            line = rules.lines.get(whole)
        look, export = (line.look, line.export) if line else (rules.look, rules.change)
        if line and verb != "show" and issubclass(ENTITIES[slug], Shared):
            return export  # what others share is seen whatever one looks at otherwise
        if ENTITIES[slug].catalogue and not line:  # for all who look at anything
            looks = any(each != "none" for each in self.looks(rules))
            export = min(export, look, key=SCOPES.index)  # no more than one sees of anything
            look = "all" if looks else "none"
        return min(look, look if verb == "show" else export, key=SCOPES.index)

    def looks(self, rules: Rules) -> list[str]:
        """Whose records a role looks at, by each of its lines."""
        return [rules.look, *(line.look for line in rules.lines.values())]

    def owner(self, slug: str, row: Row) -> int | None:
        """Whose a record is; a part is whose the whole is, also where that is deleted."""
        entity = ENTITIES[slug]
        if entity.part_of and not entity.owned:
            whole = whole_of(entity)
            return self.owner(whole, self.find(whole, row[entity.part_of]) or {})
        return row[entity.owned] if entity.owned else None

    def team(self, person: Row) -> set[int]:
        """Who is in somebody's team, in one that they lead, or in one below these; who has no team,
        with all others who have none.
        """
        teams = [row for row in self.rows["team"] if not row["deleted_at"]]
        names, known = {person["team"]}, {row["id"] for row in teams if row["lead"] == person["id"]}
        known |= {row["id"] for row in teams if row["key"] == person["team"]}
        for _ in teams:
            known |= {row["id"] for row in teams if row["parent"] in known}
        names |= {row["key"] for row in teams if row["id"] in known}
        return {row["id"] for row in self.rows["user"] if row["team"] in names}


def whole_of(entity: type[Entity]) -> str:
    """The table of what a record is a part of."""
    kind = entity.fields()[entity.part_of]
    assert isinstance(kind, Reference)
    return kind.to


@dataclass(frozen=True)
class Eyes:
    """Those who read together, and which of them asks."""

    company: Company
    readers: Sequence[Row]
    me: Row

    def sees(self, slug: str, row: Row) -> bool:
        return all(self.company.may(person, slug, row) for person in self.readers)

    def records(self, slug: str) -> list[Row]:
        """The records of an entity that they all see, the newest first."""
        there = [
            row for row in self.company.rows[slug] if not row["deleted_at"] and self.sees(slug, row)
        ]
        return sorted(there, key=lambda row: -row["number"])

    def hidden(self, slug: str) -> set[str]:
        """The fields of an entity that are hidden from one of them; with a currency, what is told
        in it, with a pipeline its stages, and with what a line costs its total and that of its
        sale.
        """
        roles = [
            self.company.roles.get(person["role"]) for person in self.readers if not person["guest"]
        ]
        found = {
            name
            for role in roles
            if role and slug in role.lines
            for name in role.lines[slug].hidden
        }
        amounts = {
            name: kind.currency.partition(".")[0]
            for name, kind in ENTITIES[slug].fields().items()
            if isinstance(kind, Money)
        }
        found |= {name for name, told_in in amounts.items() if told_in in found}
        found |= {"stage"} if slug == "opportunity" and "pipeline" in found else set()
        if slug == "purchase_line" and not found.isdisjoint(COSTS):
            found.add("total")
        if slug == "purchase" and (
            self.hidden("purchase_line") & {"purchase", "total"}
            or any(role and looks(role, "purchase_line", slug) == "none" for role in roles)
        ):
            found.add("total")
        return found

    def blind(self, slug: str, *names: str) -> bool:
        """Whether one of these fields is hidden from one of them."""
        return not self.hidden(slug).isdisjoint(names)

    def words(self, slug: str, row: Row) -> str:
        """The text in which they would look for words: all of the record that they see and that is
        searched.
        """
        return f" {fold(' '.join(self.texts(slug, row)))}"

    def texts(self, slug: str, row: Row) -> Iterator[str]:
        entity = ENTITIES[slug]
        yield from (f"{entity.prefix}-{row['number']}", row["title"])
        for name, kind in entity.fields().items():
            if kind.search and row[name] and not self.blind(slug, name):
                yield self.text(kind, row[name])

    def text(self, kind: Any, value: Any) -> str:
        """A value as they read it; nothing in the place of the name of what they do not see."""
        if isinstance(kind, Reference):
            there = self.company.find(kind.to, value)
            return there["title"] if there and self.sees(kind.to, there) else ""
        return ", ".join(value) if isinstance(kind, Tags) else str(value)


def everything(work: UnitOfWork, roles: Mapping[str, Rules]) -> Company:
    """The company as it stands, read past all that narrows what is read."""
    return Company({slug: all_of(work, entity) for slug, entity in ENTITIES.items()}, roles)


def all_of(work: UnitOfWork, entity: type[Entity]) -> list[Row]:
    table: Any = entity.__table__
    ours = table.select().where(table.c.workspace == work.workspace.id).order_by(table.c.id)
    return [dict(row._mapping) for row in work.session.connection().execute(ours)]
