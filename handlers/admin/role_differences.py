"""Draw what the roles of a workspace say otherwise than the presets of their names."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks
from handlers.core.ui.receipts import plainly
from models.core.identity import rights
from models.core.identity.rights import PRESETS, Preset
from models.core.identity.role import Role
from models.core.identity.shipped import Difference, differences

SECTIONS = 45
"""Sections of one message; what is more is shown role by role."""


def shown(request: Request, key: str) -> Message:
    """Return what differs in one role, or in all that bear a preset's name.

    Args:
        request: The request.
        key: The key of the role, "" for all of them.
    """
    roles = request.work.session.scalars(select(Role).order_by(Role.number)).all()
    if key == Preset.ADMIN:
        return plainly("The role admin may do everything, always, so it differs in nothing.")
    if key and key not in PRESETS:
        return plainly(f"{key} is a role of your own: nothing is shipped to compare it with.")
    ours = [role for role in roles if role.key in PRESETS and role.key != Preset.ADMIN]
    found = {
        role.title: differences(rights.stored(role.rights), rights.stored(PRESETS[role.key]))
        for role in ours
        if key in ("", role.key)
    }
    if not found:
        return plainly(
            "No role here has a name that Rapport ships, so there is nothing to compare."
        )
    differing = {title: each for title, each in found.items() if each}
    if not differing:
        return plainly(f"There are no differences: {alike(found)} as Rapport ships today.")
    texts = [
        text
        for title, each in differing.items()
        for text in sections(title, told(title, each, request.catalogue.root))
    ]
    if same := [title for title in found if title not in differing]:
        texts.append(f"No differences: {', '.join(same)}.")
    return drawn(texts, request.catalogue.root)


def alike(titles: Iterable[str]) -> str:
    names = list(titles)
    return f"the role {names[0]} is" if len(names) == 1 else f"the roles {', '.join(names)} are"


def told(title: str, found: list[Difference], root: str) -> Iterator[str]:
    """Yield a text for each difference, with the lines that take it over."""
    for each in found:
        lines = [f"`{root} role {verb} {title} {words}`" for verb, words in each.steps]
        yield "\n".join([blocks.escape(f"• {each}"), "Take it over:", *lines])


def sections(title: str, parts: Iterable[str]) -> list[str]:
    """Return the texts of a role, as many parts in each as Slack takes."""
    found = [f"*{blocks.escape(title)}* differs from what Rapport ships today."]
    for part in parts:
        if len(found[-1]) + len(part) < blocks.SECTION:
            found[-1] = f"{found[-1]}\n{part}"
        else:
            found.append(part)
    return found


def drawn(texts: list[str], root: str) -> Message:
    """Return a message with a section for each text."""
    if len(texts) > SECTIONS:
        more = f"There is more. Look at one role: `{root} role diff rep`"
        texts = [*texts[: SECTIONS - 1], more]
    return Message("\n\n".join(texts), [blocks.section(text) for text in texts])
