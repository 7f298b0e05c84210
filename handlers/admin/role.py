"""What admins do with roles: allow, refuse, hide and show, and give them to people.

They type one word at a time or use the form.
"""

from typing import Any

from sqlalchemy import select

from handlers.admin import role_differences
from handlers.admin.access_requests import Right, answer
from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import plainly, receipt
from models.core.entity.name_reference import Named
from models.core.errors import Conflict, CRMError, Invalid
from models.core.fields import Person, Text
from models.core.identity import rights
from models.core.identity.rights import Rights, Scope
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.parsing import values
from models.core.search.lookup import REFERENCE
from models.core.unit_of_work import UnitOfWork

router = Records(Role)

RIGHT = {"right": Text("Role and right", required=True, hint="Such as: rep lead delete own")}
HIDDEN = {
    "fields": Text(
        "Role, record and fields", required=True, hint="Such as: executive customer notes"
    )
}
COMPARED = {"role": Named("Role", to="role")}
MOST = 8
"""Words of the line of a request's button."""
GIVEN = {"person": Person("Who", required=True), "role": Named("Role", to="role", required=True)}


@router.verb("allow", record=False, words=True, asks=RIGHT, title="Allow")
def allow(request: Request, _: Any) -> Response:
    """Let everyone with a role do something, with own, team or all records: `role allow rep lead
    delete own`.
    """  # noqa: D205
    role, about, words = told(request, "right")
    return granted(request, role, right_of(about, words))


@router.verb("refuse", record=False, words=True, asks=RIGHT, title="Refuse")
def refuse(request: Request, _: Any) -> Response:
    """Take a right away from everyone with a role: `role refuse rep lead delete`."""
    role, about, words = told(request, "right")
    return granted(request, role, Right(about, right_of(about, words).verb, Scope.NONE))


@router.verb("hide", record=False, words=True, asks=HIDDEN, title="Hide fields")
def hide(request: Request, _: Any) -> Response:
    """Keep fields from everyone with a role: `role hide executive customer notes`."""
    role, about, names = told(request, "fields")
    now = rights.stored(role.rights)
    fewer = now.hiding(about, now.hidden.get(about, frozenset()) | hideable(about, names))
    return changed(
        request,
        role,
        fewer,
        f"No {role.title} sees {called(about, names)} of a {rights.noun(about)} any more.",
    )


@router.verb("reveal", record=False, words=True, asks=HIDDEN, title="Show fields again")
def reveal(request: Request, _: Any) -> Response:
    """Show fields again to everyone with a role: `role reveal executive customer notes`."""
    role, about, names = told(request, "fields")
    now = rights.stored(role.rights)
    more = now.hiding(about, now.hidden.get(about, frozenset()) - hideable(about, names))
    return changed(
        request,
        role,
        more,
        f"Every {role.title} sees {called(about, names)} of a {rights.noun(about)}.",
    )


@router.verb("give", record=False, asks=GIVEN, text="role", title="Give a role")
def give(request: Request, _: Any) -> Response:
    """Give somebody a role, and tell them: `role give @rita manager`."""
    person = request.work.get(User, request["person"])
    before, person.role = person.role, request["role"]
    if before != person.role:
        answer(request.work, person, "role", role=person.role)
    return receipt(request, person)


@router.verb(
    "diff", record=False, writes=False, asks=COMPARED, title="Compare with what is shipped"
)
def diff(request: Request, _: Any) -> Response:
    """Show what roles say otherwise than Rapport ships today, and how to take that over:
    `role diff`, `role diff manager`.
    """  # noqa: D205
    return role_differences.shown(request, request["role"] or "")


@router.verb("grant", record=False, words=True, hidden=True)
def grant(request: Request, _: Any) -> Response:
    """Let everyone with the role that somebody asked with do what they asked for, and tell them."""
    person, right, role = asked(request)
    if role is None or role.key != person.role or right.governs:
        typed = f"role allow {role.title if role else person.role} {right.line}"
        why = (
            "has another role by now"
            if role and role.key != person.role
            else "asked for what no button allows"
        )
        raise Conflict(f"{person.name} {why}, so nothing was allowed. If you mean it: {typed}")
    answer(request.work, person, "granted", role=role.title, **vars(right))
    return granted(request, role, right)


@router.verb("decline", record=False, words=True, hidden=True)
def decline(request: Request, _: Any) -> Response:
    """Leave everything as it is, and tell whoever asked."""
    person, right, _ = asked(request)
    answer(request.work, person, "declined", **vars(right))
    return plainly(f"I will tell {person.name} that “{right}” is declined.")


def asked(request: Request) -> tuple[User, Right, Role | None]:
    """Return who asked for what and with which role, from the line of a request's buttons.

    An example is `RO-2 US-5 lead delete own`.
    """
    work, (first, *words) = request.work, request.line.rest.split()[:MOST] or [""]
    ref = REFERENCE.fullmatch(first)
    with_role = ref and ref[1].upper() == Role.prefix
    who, *words = words or [""] if with_role else [first, *words]
    if len(words) < 2:
        raise CRMError("Who, and what? Such as: RO-2 US-5 lead delete own")
    try:
        person = work.get(User, work.lookup("user", who))
        role = work.get(Role, work.lookup("role", first)) if with_role else None
        about, rest = rights.begun([word.casefold() for word in words])
    except ValueError as error:
        raise CRMError(str(error)) from None
    return person, right_of(about, rest), role


def granted(request: Request, role: Role, right: Right) -> Response:
    """Store what everyone with a role may do from now on."""
    now = rights.stored(role.rights).but(right.about, right.verb, right.scope)
    said = f"Every {role.title} may “{right}”."
    if right.scope == Scope.NONE:
        said = f"No {role.title} may “{rights.noun(right.about)} {right.verb}” any more."
    return changed(request, role, now, said)


def changed(request: Request, role: Role, now: Rights, said: str) -> Response:
    """Store the rights that a role has now."""
    before, role.rights = role.rights, str(now)
    request.work.session.flush()
    return receipt(
        request, role, f"{role.title} was like that already." if before == role.rights else said
    )


def told(request: Request, ask: str) -> tuple[Role, str, list[str]]:
    """Return the role that a line begins with, what it is about, and the words after that."""
    typed = request.line.rest.strip()
    role, words = split(
        request.work, ask, str(request[ask]) if request.line.fields or not typed else typed
    )
    try:
        about, rest = rights.begun([word.casefold() for word in words]) if words[1:] else ("", [])
    except ValueError as error:
        raise Invalid({ask: str(error)}) from None
    if not rest:
        example = f"{role.title} lead delete"
        raise Invalid(
            {ask: f"What about {role.title}? Say the record and then what, such as: {example}"}
        )
    return role, about, rest


def split(work: UnitOfWork, ask: str, text: str) -> tuple[Role, list[str]]:
    """Return the role whose name or reference a text begins with, and its other words."""
    typed = values.unquote_smart(text).replace('"', " ").split()
    for role in sorted(work.session.scalars(select(Role)), key=lambda role: -len(role.key)):
        for name in (role.key, values.fold(role.ref)):
            length = len(name.split())
            if values.fold(" ".join(typed[:length])) == name:
                return role, typed[length:]
    names = work.session.scalars(select(Role.title).order_by(Role.number)).all()
    raise Invalid({ask: f"“{text[:60]}” begins with no role. There are {', '.join(names)}."})


def right_of(about: str, words: list[str]) -> Right:
    """Return `delete own` as the right to it."""
    try:
        ((verb, scope),) = rights.grant(about, words).items()
    except ValueError as error:
        raise Invalid({"right": str(error)}) from None
    return Right(about, verb, scope)


def called(about: str, names: list[str]) -> str:
    """Return what people call the fields that words name."""
    return ", ".join(rights.labels(about, hideable(about, names)))


def hideable(about: str, names: list[str]) -> frozenset[str]:
    try:
        return rights.fields(about, names)
    except ValueError as error:
        raise Invalid({"fields": str(error)}) from None
