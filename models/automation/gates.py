"""Read what rules say of approvals: who has to approve what, and who is asked to."""

import re

from models.automation.pieces import once, unwrapped

GATE_EXAMPLE = "sale line needs approval of manager if discount > 20"
ASK_EXAMPLE = "ask approval of manager to set stage=proposal"
ADMIN = "admin"
"""Who approves where a rule does not say it."""
OF = r"(?:the\s+|an\s+)?approval(?:\s+(?:of|by|from)\s+(?:the\s+|its\s+|an?\s+)?(?P<whom>.+?))?"
NEEDS = re.compile(rf"needs?\s+{OF}", re.I | re.S)
ASKS = re.compile(rf"(?:for\s+)?{OF}(?:\s+to\s+set\s+(?P<sets>.+))?", re.I | re.S)
SAID = re.compile(r'(?<=[^=\s])\s+["“„«]([^"”“»]*)["”“»]\s*$')
"""The words at the end of what a rule asks, which are no value of a field."""


def read_gate(text: str) -> tuple[str, str]:
    """Return who has to approve, and the filter of what, of `needs approval of manager if …`.

    Raises:
        ValueError: it does not say both.
    """
    asked, condition = once(text, "if")
    found = NEEDS.fullmatch(asked.strip())
    where = unwrapped(condition or "")
    if not found or not where:
        raise ValueError(f"Say who approves what. Try: {GATE_EXAMPLE}")
    return (found["whom"] or ADMIN).strip(), where


def read_ask(text: str) -> tuple[str, str, str]:
    """Return who is asked, what is set once they approve, and the words, of `approval of manager`.

    Raises:
        ValueError: it asks for no approval.
    """
    words = SAID.search(text)
    found = ASKS.fullmatch((text[: words.start()] if words else text).strip())
    if not found:
        raise ValueError(f"Ask for approval of whom? Try: {ASK_EXAMPLE}")
    return (found["whom"] or ADMIN).strip(), found["sets"] or "", words[1] if words else ""
