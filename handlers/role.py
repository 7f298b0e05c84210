"""What admins do with roles: allow, refuse, hide and show, a word at a time or in the form."""

from typing import Any

from sqlalchemy import select

from handlers.core.receipts import receipt
from handlers.core.records import Records
from handlers.core.replies import Reply, Request
from models.core import rights, values
from models.core.errors import CRMError, Invalid
from models.core.fields import Text
from models.core.rights import Rights, Scope
from models.core.role import Role
from models.core.work import Work

router = Records(Role)

RIGHT = {"right": Text("Role and right", required=True, hint="Such as: rep lead delete own")}
HIDDEN = {"fields": Text("Role, record and fields", required=True, hint="Such as: executive customer notes")}


@router.verb("allow", record=False, asks=RIGHT, title="Allow")
def allow(request: Request, _: Any) -> Reply:
    """Let everyone with a role do something, with own, team or all records: `role allow rep lead delete own`."""
    return granted(request, None)


@router.verb("refuse", record=False, asks=RIGHT, title="Refuse")
def refuse(request: Request, _: Any) -> Reply:
    """Take a right away from everyone with a role: `role refuse rep lead delete`."""
    return granted(request, Scope.NONE)


@router.verb("hide", record=False, asks=HIDDEN, title="Hide fields")
def hide(request: Request, _: Any) -> Reply:
    """Keep fields from everyone with a role: `role hide executive customer notes`."""
    role, about, names = told(request, "fields")
    now = rights.stored(role.rights)
    return changed(request, role, now.hiding(about, now.hidden.get(about, frozenset()) | hideable(about, names)))


@router.verb("reveal", record=False, asks=HIDDEN, title="Show fields again")
def reveal(request: Request, _: Any) -> Reply:
    """Show fields again to everyone with a role: `role reveal executive customer notes`."""
    role, about, names = told(request, "fields")
    now = rights.stored(role.rights)
    return changed(request, role, now.hiding(about, now.hidden.get(about, frozenset()) - hideable(about, names)))


def granted(request: Request, scope: Scope | None) -> Reply:
    """scope: instead of the one that is typed."""
    role, about, words = told(request, "right")
    try:
        ((verb, typed),) = rights.grant(about, words).items()
    except ValueError as error:
        raise CRMError(str(error)) from None
    return changed(request, role, rights.stored(role.rights).but(about, verb, typed if scope is None else scope))


def told(request: Request, ask: str) -> tuple[Role, str, list[str]]:
    """The role that a line begins with, what it is about, and the words behind."""
    text = request.line.rest.strip() or str(request[ask])
    role, words = split(request.work, text)
    if len(words) < 2:
        raise Invalid(
            {ask: f"What about {role.title}? Say the record and then what, such as: {role.title} lead delete."}
        )
    try:
        return role, rights.slug(words[0].casefold()), [word.casefold() for word in words[1:]]
    except ValueError as error:
        raise CRMError(str(error)) from None


def split(work: Work, text: str) -> tuple[Role, list[str]]:
    """The role whose name or reference a text begins with, and its other words."""
    typed = values.unquote_smart(text).replace('"', " ").split()
    for role in sorted(work.session.scalars(select(Role)), key=lambda role: -len(role.key)):
        for name in (role.key, values.fold(role.ref)):
            length = len(name.split())
            if values.fold(" ".join(typed[:length])) == name:
                return role, typed[length:]
    names = work.session.scalars(select(Role.title).order_by(Role.number)).all()
    raise CRMError(f"“{text[:60]}” begins with no role. There are {', '.join(names)}.")


def hideable(about: str, names: list[str]) -> frozenset[str]:
    try:
        return rights.fields(about, names)
    except ValueError as error:
        raise CRMError(str(error)) from None


def changed(request: Request, role: Role, now: Rights) -> Reply:
    """Store what a role says now; the receipt tells old and new."""
    before, role.rights = role.rights, str(now)
    request.work.session.flush()
    said = f"{role.title} was like that already." if before == role.rights else ""
    return receipt(request, role, said)
