"""Rules: a line that says when what is done, or what must be, and with whose rights."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Index, false, select
from sqlalchemy.orm import Mapped

from models.automation import checks, language, outward
from models.automation.conditions import reading_as
from models.automation.language import Sentence
from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.name_reference import Named, must_stand
from models.core.errors import Conflict, Forbidden, Invalid
from models.core.fields import Flag, LongText, Number, Person, Text, field
from models.core.fields.base import Reader
from models.core.identity.channel import WRITTEN
from models.core.identity.rights import NOTHING
from models.core.identity.role import Role
from models.core.identity.user import User, with_names
from models.core.permissions import policy
from models.core.records import absent

MOST = 20
"""The messages that a rule sends in an hour, until somebody says another number."""
FOLLOWED = frozenset(("sentence", "paused", "files", "deleted_at"))
"""The fields that say which changes concern a rule; all replicas follow them at once."""
RISKY = frozenset(("sentence", "owner", "role", "paused", "deleted_at"))
"""The fields by which somebody could use the rights with which a rule runs."""


ROLE = Named(
    "As the role",
    to=Role.slug(),
    hint="It runs with the rights of this role; left empty, with those of its owner",
    also=("as_role",),
)


@dataclass(frozen=True)
class RuleLine(LongText):
    """The line of a rule; people and channels in it are shown by their names."""

    length: int = 1000

    def read(self, text: str, reader: Reader) -> Any:
        said = " ".join(str(super().read(text, reader)).split())
        language.read(said)
        return said

    def assign(self, name: str, text: str, reader: Reader, there: Any = None) -> dict[str, Any]:
        """Return the line, and the role that it names: as role "sales ops"."""
        line, role = language.without_role(text)
        found = super().assign(name, line, reader, there)
        return {**found, "role": ROLE.read(role, reader)} if role else found

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        work: Any = reader
        said = outward.without_paths(with_names(work, value or ""))
        return WRITTEN.sub(lambda found: f"#{found[2] or found[1]}", said)


class Rule(Entity):
    """What is done, or refused, when something happens to records or a time comes."""

    prefix = "RU"
    proposed = False
    icon = ":gear:"
    stand_ins = ("sentence",)
    line = ("paused", "owner", "role")
    needs = {"role": ("role", "give")}
    owned = "owner"
    catalogue = True
    asked_first = ("sentence", "name")

    sentence: Mapped[str] = field(
        RuleLine(
            "Rule",
            required=True,
            search=True,
            hint=f"Such as: {language.EXAMPLE}. Or: {language.MUST_EXAMPLE}",
            also=("line", "says"),
        )
    )
    name: Mapped[str | None] = field(Text("Name", 80, search=True))
    owner: Mapped[int | None] = field(Person("Owner", hint="It runs with their rights"))
    role: Mapped[str | None] = field(ROLE)
    paused: Mapped[bool] = field(
        Flag("Paused"), default=False, server_default=false(), nullable=False
    )
    files: Mapped[bool] = field(
        Flag("Also for records from files", card=False),
        default=False,
        server_default=false(),
        nullable=False,
    )
    quiet: Mapped[bool] = field(
        Flag("Posts wait for the working hours of the owner", card=False, also=("quiet_hours",)),
        default=False,
        server_default=false(),
        nullable=False,
    )
    most: Mapped[int] = field(
        Number("Messages an hour", hint="Beyond these they come as one", card=False), default=MOST
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "paused")]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        return {"sentence": words} if words else {}

    @property
    def read(self) -> Sentence:
        """Return what its line says."""
        return replace(language.read(self.sentence), role=self.role or "")

    @property
    def is_readable(self) -> bool:
        """Whether its line still speaks of nouns that there are."""
        try:
            return bool(self.read)
        except ValueError:
            return False

    def pause(self) -> None:
        """Let it do nothing from now on.

        Raises:
            Conflict: It is paused already.
        """
        if self.paused:
            raise Conflict(f"{self.ref} is paused already.")
        self.paused = True

    def resume(self) -> None:
        """Let it go on with what happens from now on.

        Raises:
            Conflict: It is not paused.
        """
        if not self.paused:
            raise Conflict(f"{self.ref} is not paused.")
        self.paused = False

    @property
    def active(self) -> bool:
        """Whether it does something when something happens."""
        return not (self.paused or self.deleted_at)

    def settle(self, work: Context, changes: Changes) -> None:
        """Ask whether all that its line speaks of exists, for its owner, with whose rights it runs.

        Nobody may have a rule do what they may not do: who changes the rule of somebody else, or
        gives them one, needs the rights of that person; who changes one that runs as a role needs
        those of the role.
        """
        if "role" in changes:
            must_stand(work, self, changes, "role")
        if self.most is None or self.most < 0:
            raise Invalid({"most": "Say how many messages it may send in an hour, such as 20."})
        owner = self.runs_as(work)
        if owner is None:
            return  # it does nothing until somebody takes it
        if changes.keys() & {"sentence", "owner", "role"} and not work.restores:
            if work.actor and (why := absent(owner)):
                raise Invalid({"owner": why})
            self.must_be_possible(work, owner)
        borrows = self.role or (work.actor and work.actor.id != owner.id)
        if work.actor and borrows and changes.keys() & (RISKY - {"paused"}):
            self.must_not_be_more(work, owner)

    def runs_as(self, work: Context) -> User | None:
        """Return the person with whose rights it runs; without one it does nothing."""
        return work.get(User, self.owner) if self.owner else None

    def must_be_possible(self, work: Context, owner: User) -> None:
        """Raise Invalid where the line speaks of something that is not there for its owner."""
        try:
            if self.role and self.read.validates:
                raise Invalid({"role": language.NO_ROLE})
            with reading_as(work, owner, self.role or ""):
                checks.check(work, self.read)
        except ValueError as error:
            raise Invalid({"sentence": str(error)}) from None

    def must_not_be_more(self, work: Context, owner: User) -> None:
        """Raise Forbidden where the rule runs with more rights than the actor has."""
        mine = policy.rights_in(work.session, work.session.info["role"])
        whose = f"the role {self.role}, which" if self.role else f"{owner.name}, who"
        given = policy.rights_in(work.session, self.role or owner.role)
        if more := given.beyond(mine, NOTHING):
            raise Forbidden(
                f"It runs with the rights of {whose} may “{more}”, and you may not. "
                "Make a rule of your own, or ask them."
            )

    def lacks_role(self, work: Context) -> str:
        """Return why it cannot run as the role that it names, "" where it can."""
        there = select(Role.id).where(Role.key == self.role).limit(1)
        if not self.role or work.session.scalar(there) is not None:
            return ""
        return (
            f"There is no role {self.role} any more, with whose rights it runs. "
            f"Name another one, or none: rule edit {self.ref} role="
        )
