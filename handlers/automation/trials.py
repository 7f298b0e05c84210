"""Say how often a rule would have done something in the last 30 days."""

from models.automation.dry_run import Trial
from models.automation.language import Sentence, When
from models.core.identity.user import User
from models.core.parsing.calendar import name_day

NOT_TOLD = (When.SCHEDULE, When.SAVED)
"""What the audit trail cannot tell."""


def tried(sentence: Sentence, owner: User, found: Trial) -> list[str]:
    """Return the sentence that says how often it would have done something, if anything tells.

    Args:
        sentence: The rule.
        owner: With whose rights it runs.
        found: What a dry run found.
    """
    if sentence.trigger.when in NOT_TOLD:
        return []
    since = "the last 30 days"
    if not found.whole and found.since:
        since = f"what I read back to {name_day(found.since.astimezone(owner.tz).date())}"
    if not found.fired:
        return [f"In {since} it would never have done anything."]
    times = "once" if len(found.fired) == 1 else f"{len(found.fired):,} times"
    night = f", {found.night:,} of them at night" if found.night and len(found.fired) > 1 else ""
    night = ", at night" if found.night and len(found.fired) == 1 else night
    return [f"In {since} it would have done this {times}{night}."]
