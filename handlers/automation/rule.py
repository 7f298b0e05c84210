"""What people do with rules: make, try and pause them, and look at what they did."""

import base64
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from handlers.automation import building
from handlers.automation.trials import tried
from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, card_text
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import plainly, receipt
from models.automation import dry_run, language, runner, spoken, webhook
from models.automation.conditions import reading_as
from models.automation.dry_run import Trial
from models.automation.language import Does, Sentence
from models.automation.rule import ROLE, Rule
from models.automation.run import RuleRun, RunState
from models.core import records
from models.core.errors import Conflict, CRMError, Invalid
from models.core.fields import LongText, Number
from models.core.identity.user import User
from models.core.parsing import values
from models.core.permissions import granting, policy
from models.core.search.lookup import REFERENCE
from models.core.unit_of_work import UnitOfWork

SHOWN = 15
"""Runs that the log shows."""
SIGNS = {
    RunState.DONE: ":white_check_mark:",
    RunState.FAILED: ":warning:",
    RunState.STOPPED: ":octagonal_sign:",
    RunState.WAITING: ":hourglass_flowing_sand:",
}
AGAIN = (RunState.FAILED, RunState.STOPPED)
"""The runs that did nothing, and can be tried again."""


class Rules(Records[Rule]):
    """Rules, whose receipts say them back in words."""

    def new(self, request: Request, _: Any) -> Response:
        """Make a rule: `rule new when lead is created then assign round-robin team:sales`, or say
        what must be: `rule new deal must close date if stage >= proposal`, or what somebody has to
        approve: `rule new deal needs approval of manager if amount > 50k`.
        """  # noqa: D205
        made = records.create(request.work, Rule, request.texts, asks=True)
        return receipt(request, made, more=said_back(request.work, made))

    def edit(self, request: Request, record: Rule) -> Response:
        """Change a rule: `rule edit RU-1 most=50`; its line has a verb of its own: line."""
        reply = super().edit(request, record)
        said = any(row["field"] == "sentence" for row in request.work.changes)
        if said and isinstance(reply, Message):
            return receipt(request, record, more=said_back(request.work, record))
        return reply


router = Rules(Rule)
router.verbs["new"] = replace(router.verbs["new"], whole="sentence")
LINE = Rule.fields()["sentence"]


def said_back(work: UnitOfWork, rule: Rule) -> list[str]:
    """Return what a rule was understood as, and how often that happened lately."""
    try:
        owner = owner_of(work, rule)
        sentence = rule.read
        with reading_as(work, owner, sentence.role):
            said = spoken.said(work, sentence)
        return [said, *tried(sentence, owner, dry_run.of_rule(work, rule, owner, dry_run.FEW))]
    except ValueError as error:
        return [f"It cannot do what it says now: {error}"]


def owner_of(work: UnitOfWork, rule: Rule) -> User:
    """Return the person with whose rights a rule runs.

    Raises:
        ValueError: Nobody owns it.
    """
    owner = rule.runs_as(work)
    if owner is None:
        raise ValueError(f"nobody owns it. Take it: rule assign {rule.ref} me")
    return owner


@router.verb(
    "build",
    bound=True,
    record=False,
    asks=building.ASKS,
    text="",
    title="New rule",
    button="Save",
    footer=building.footer,
)
def build(request: Request, _: Any) -> Response:
    """Choose in a form what a rule does, in place of typing its line: `rule build`."""
    texts = {"sentence": building.composed(request.values), "role": request["role"] or ""}
    try:
        made = records.create(request.work, Rule, texts, asks=True)
    except Invalid as error:
        raise Invalid({"then": " ".join(error.errors.values())}) from None
    return receipt(request, made, more=said_back(request.work, made))


@router.verb("line", bound=True, asks={"sentence": LINE}, whole="sentence", title="Rule")
def line(request: Request, rule: Rule) -> Response:
    """Say a rule anew: `rule line RU-1 when lead is created then dm owner`."""
    records.update(request.work, rule, {"sentence": request["sentence"]})
    return receipt(request, rule, more=said_back(request.work, rule))


@router.verb("pause", bound=True, button="Pause", when=lambda rule: rule.active)
def pause(request: Request, rule: Rule) -> Response:
    """Let a rule do nothing until you resume it."""
    rule.pause()
    return receipt(request, rule, f"{rule.ref} is paused: it does nothing now.")


@router.verb(
    "resume", bound=True, button="Resume", style="primary", when=lambda rule: not rule.active
)
def resume(request: Request, rule: Rule) -> Response:
    """Let a paused rule go on with what happens from now on."""
    rule.resume()
    return receipt(request, rule, f"{rule.ref} works again.", more=said_back(request.work, rule))


@router.verb(
    "stop",
    bound=True,
    record=False,
    confirm="Pause all rules? Nothing is done by itself until they resume.",
)
def stop(request: Request, _: Any) -> Response:
    """Pause all rules at once; one undo lets those go on that were not paused: `rule stop`."""
    active = select(Rule).where(Rule.paused.is_(False)).order_by(Rule.id)
    found = request.work.session.scalars(active).all()
    if not found:
        return plainly("No rule is at work.")
    for rule in found:
        policy.check(request.work, "pause", rule)
        rule.pause()
    count = "1 rule is" if len(found) == 1 else f"{len(found)} rules are"
    return receipt(request, found[0], f"{count} paused. Undo lets them go on.")


# ── what it would do ──────────────────────────────────────────────────────────────────────────────


@router.verb(
    "test",
    bound=True,
    record=False,
    writes=False,
    asks={"rule": LongText("Rule", 1000, required=True)},
    whole="rule",
    title="Try a rule",
    button="Try",
)
def test(request: Request, _: Any) -> Response:
    """When a rule would have done something in the last 30 days: `rule test RU-1`, or a line that
    is no rule yet: `rule test when lead is created then dm owner`.
    """  # noqa: D205
    work = request.work
    try:
        sentence, owner, found = meant(request, request["rule"])
        with reading_as(work, owner, sentence.role):
            said = spoken.said(work, sentence)
    except ValueError as error:
        raise CRMError(str(error)) from None
    lines = [said, *tried(sentence, owner, found)]
    named = [
        f"{values.show_moment(event.at, work.now, work.zone)} · {event.record}"
        for event in found.fired[:SHOWN]
        if policy.shows(work, event.record)
    ]
    more = len(found.fired) - len(named)
    named += [f"and {more:,} more"] if more > 0 and named else []
    drawn = [blocks.section("\n".join(map(escape, lines)))]
    drawn += [blocks.context(escape(each)) for each in named]
    return Message("\n".join([*lines, *named]), drawn)


def meant(request: Request, typed: str) -> tuple[Sentence, User, Trial]:
    """Return the rule that a text is, or names, with whose rights it runs, and its dry run.

    Raises:
        ValueError: What is wrong with it.
    """
    work = request.work
    named = REFERENCE.fullmatch(typed.strip())
    if named and named[1].upper() == Rule.prefix:
        rule = work.find(Rule, int(named[2]))
        owner = owner_of(work, rule)
        return rule.read, owner, dry_run.of_rule(work, rule, owner)
    if not work.actor:
        raise Conflict("A rule runs with somebody's rights. Say whose with --as.")
    sentence = checked(work, typed)
    return sentence, work.actor, dry_run.trial(work, sentence, work.actor)


def checked(work: UnitOfWork, typed: str) -> Sentence:
    """Return the rule of a line, all of which exists.

    Raises:
        ValueError: What is wrong with it.
    """
    line, role = language.without_role(typed)
    assert work.actor
    try:
        rule = Rule(sentence=line, role=ROLE.read(role, work) if role else None)
        if rule.role:
            granting.check_gives(work, rule.role)
        language.read(typed)
        rule.must_be_possible(work, work.actor)
    except Invalid as error:
        raise ValueError(" ".join(error.errors.values())) from None
    return rule.read


# ── what it did ───────────────────────────────────────────────────────────────────────────────────


@router.verb("log", bound=True, button="Log", writes=False, deleted=True)
def log(request: Request, rule: Rule) -> Response:
    """What a rule did, when and why, and what it could not do: `rule log RU-1`."""
    work = request.work
    mine = select(RuleRun).where(RuleRun.rule == rule.id).order_by(RuleRun.id.desc())
    runs = work.session.scalars(mine.limit(SHOWN)).all()
    heading = f"Log of {rule}"
    if not runs:
        return plainly(f"{heading}: it has done nothing yet.")
    drawn: list[Block] = [blocks.section(f"*{escape(heading)}*")]
    texts = [heading]
    for run in runs:
        said = told(work, run)
        texts.append(f"{values.show_moment(run.at, work.now, work.zone)} · {said}")
        sign, at = SIGNS[RunState(run.state)], card_text.moment(run.at)
        drawn.append(blocks.section(f"{sign} {at} · {escape(said)}", way(work, rule, run)))
    return Message("\n".join(texts), blocks.distinct(drawn))


def told(work: UnitOfWork, run: RuleRun) -> str:
    """Return what became of a cause, in words.

    Who may not see the record reads no more than its reference.
    """
    about, record = "", run.about(work)
    if record is not None:
        if not policy.shows(work, record):
            return f"{record.ref}: {run.state}"
        about = f"{record}: "
    version = f" (v{run.rule_version})" if run.rule_version else ""
    together = ", told together with others" if run.collapsed and run.told else ""
    return f"{about}{run.said or 'waits'}{together}{version}"


def way(work: UnitOfWork, rule: Rule, run: RuleRun) -> Block | None:
    """Return the button by which a run is done again, or taken back."""
    if run.state in AGAIN and policy.can(work.actor, "replay", rule):
        return blocks.button("Try again", "crm.run", f"rule replay {rule.ref} {run.id}")
    if run.did and run.state == RunState.DONE and policy.can(work.actor, "replay", rule):
        return blocks.button("Undo", "crm.undo", run.did)
    return None


@router.verb("secret", bound=True, writes=False)
def secret(request: Request, rule: Rule) -> Response:
    """By what a program knows that a webhook of a rule is from here: `rule secret RU-1`."""
    work = request.work
    policy.check(work, "edit", rule)
    if request.flag("here"):
        raise Conflict("A secret is for you alone. Leave --here out.")
    keys = webhook.secrets(work, rule)
    if not keys:
        raise Conflict(
            "Nothing is signed, because there is no key to sign with. Whoever runs Rapport makes "
            "one with: crm key, and sets ENCRYPTION_KEYS."
        )
    actions = rule.read.actions if rule.is_readable else ()
    if not any(action.does == Does.WEBHOOK for action in actions):
        raise Conflict(
            f"{rule.ref} calls no webhook: rule line {rule.ref} … then webhook https://…"
        )
    said = f"whsec_{base64.b64encode(keys[0]).decode()}"
    how = "It signs webhook-id, webhook-timestamp and the body, as standardwebhooks.com says."
    return Message(f"{said}\n{how}", [blocks.section(f"`{said}`"), blocks.context(how)])


@router.verb("replay", bound=True, asks={"run": Number("Run", required=True)}, title="Try again")
def replay(request: Request, rule: Rule) -> Response:
    """Try again what a rule could not do: the log has a button for each run."""
    run = request.work.session.get(RuleRun, request["run"])
    if run is None or run.rule != rule.id:
        raise Conflict(f"{rule.ref} has no such run. See: rule log {rule.ref}")
    if run.state not in AGAIN:
        raise Conflict(f"That was {run.state} already, and is done once. See: rule log {rule.ref}")
    runner.again(request.work, run)
    return plainly(f"{rule.ref} tries that again now. See: rule log {rule.ref}")
