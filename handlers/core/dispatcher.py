"""Do what an interaction says in a unit of work, and pass the response to the one who answers.

A person never gets silence, and never a traceback.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Protocol

from handlers.core import drafts, gates, proposing
from handlers.core.admission import Admission
from handlers.core.answer_cache import AnswerCache
from handlers.core.duplicates import LooksAlike
from handlers.core.executor import Decided, asks_first, in_its_thread, perform
from handlers.core.fair_share import Shares, TooMany
from handlers.core.interaction import Interaction
from handlers.core.payloads import CLOSED
from handlers.core.proposal import Proposal, line_to_propose
from handlers.core.request import Request
from handlers.core.responses import Form, Home, Message, Nothing, Options, Response
from handlers.core.router import Catalogue, Router
from handlers.core.telemetry import Check, Watch, reference, referred
from handlers.core.ui.receipts import plainly
from handlers.core.vanishing import Vanishes
from handlers.core.verb import takes_prose
from models.core.db.deadline import PERSON, within
from models.core.errors import Busy, CRMError, Forbidden, Invalid, NeedsApproval
from models.core.fields.shape import Reshaped, read_in
from models.core.identity import rights
from models.core.parsing.texts import clean
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = logging.getLogger(__name__)
PATIENCE = 3.0
"""Seconds after which Slack has shown the person a failure, no matter what we answer."""
EDITED = "I did what this message said before you edited it, once. For anything else, write a new message."
"""The answer to an edited message when its first words were already done."""
AGAIN = ("busy", "failed")
"""The outcomes of an interaction that had no effect, so that a repetition by Slack may succeed."""


class Answer(Protocol):
    """The way back to the person."""

    def reply(self, reply: Response) -> None: ...
    def invalid(self, error: Invalid) -> None: ...
    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        """Say that the interaction is refused.

        Args:
            sentence: What the person reads.
            request: The line that asks for the right that is missing.
            propose: The line that asks those who have it to do this once.
        """
        ...

    def profile(self, person: str) -> Mapping[str, Any] | None:
        """Return what Slack knows of a member of the workspace, as columns of User.

        The mapping is empty for anybody else; the result is None where Slack does not answer.
        """
        ...


def greet_nobody(work: UnitOfWork) -> None:
    """Ask for no greeting."""


@dataclass(frozen=True)
class Dispatcher:
    """Everything people can do, ready to be done.

    Attributes:
        works: Opens units of work.
        catalogue: All verbs, by noun.
        home: Draws the App Home tab.
        watch: Is notified how each interaction ended.
        checks: Returns what the running bot finds of itself.
        patience: Seconds after which an answer is late.
        shares: Limits how much is done for one person at once.
        greet: Asks that a person be greeted who acts for the first time.
        newcomers: The people, by workspace, who acted and were not greeted yet.
    """

    works: UnitOfWorkFactory
    catalogue: Catalogue
    home: Callable[[Request], Home]
    watch: Watch = Watch()
    checks: Callable[[], Sequence[Check]] = tuple
    patience: float = PATIENCE
    shares: Shares = field(default_factory=Shares)
    greet: Callable[[UnitOfWork], None] = greet_nobody
    newcomers: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def admission(self) -> Admission:
        """Return the object that lets in the members of each workspace."""
        return Admission(self.works)

    @cached_property
    def said(self) -> AnswerCache:
        """Return the object that knows which interactions were answered already."""
        return AnswerCache(self.works)

    def handle(self, act: Interaction, answer: Answer) -> None:
        """Do what an interaction says and answer it.

        No exception reaches Bolt, which would lose the acknowledgement.
        """
        began, outcome = time.perf_counter(), "failed"
        with referred():
            try:
                outcome = self.answer_in_shape(act, answer)
            except Exception:
                log.exception("A %s could not be answered", act.surface)
        took = time.perf_counter() - began
        late = took > self.patience and outcome != "failed"
        self.watch.handled(self.name_of(act), "late" if late else outcome, took)
        if (act.workspace, act.person) in self.newcomers:
            self.greet_once(act)

    def greet_once(self, act: Interaction) -> None:
        """Greet a person who has acted for the first time, after they were answered."""
        self.newcomers.discard((act.workspace, act.person))
        try:
            self.works.attempt(self.greet, act.workspace, act.person)
        except Exception:
            log.exception("A newcomer was not greeted")

    def name_of(self, act: Interaction) -> str:
        """Return the name of an interaction in metrics.

        It is the verb, never a word that only this person typed or that a workspace chose: the
        verbs of nouns that admins made are counted as those of one noun.
        """
        if act.surface in ("home", "options"):
            return act.surface
        shape = self.works.rosters.shape_known(act.workspace)
        with read_in(shape):
            verb = self.catalogue.command(act.line).verb
        if verb is None:
            return "unknown"
        return f"{rights.MADE}.{verb.name}" if verb.noun in shape.objects else verb.id

    def answer_in_shape(self, act: Interaction, answer: Answer) -> str:
        """Answer an interaction, read with the fields that the workspace has.

        Where another process has just changed them, it is read again.
        """
        while True:
            try:
                with read_in(self.works.rosters.shape_known(act.workspace)):
                    return self.answer(act, answer)
            except Reshaped:
                continue

    def answer(self, act: Interaction, answer: Answer) -> str:
        """Answer an interaction after the commit, and return how it ended.

        What Slack sends again is not answered again. An attempt that did something reports it,
        whichever attempt answered before; and an attempt that failed does not silence another one.
        """
        outcome, say, did = self.outcome(act, answer)
        if outcome in AGAIN or self.said.first(act) or did:
            say()
        else:
            answer.reply(Nothing())
        return outcome

    def outcome(self, act: Interaction, answer: Answer) -> tuple[str, Callable[[], None], bool]:
        """Do what an interaction says; express what goes wrong in words.

        Returns:
            How it ended, a function that answers the person, and whether it did something.
        """
        try:
            reply = self.share_of(act, answer)
        except Invalid as error:
            return "invalid", partial(answer.invalid, error), False
        except Busy as error:
            log.warning("The database was too busy for a %s: %s", act.surface, error.__cause__)
            return "busy", partial(answer.refused, str(error)), False
        except TooMany as error:
            return "busy", partial(answer.refused, str(error)), False
        except CRMError as error:
            request = error.request if isinstance(error, Forbidden) else ""
            propose = line_to_propose(self.catalogue, act.line) if request else ""
            said = f"{error}{self.written(act)}"
            return "refused", partial(answer.refused, said, request, propose), False
        except Reshaped:
            raise
        except Exception:
            log.exception("A %s failed. Reference %s", act.surface, reference())
            wrong = f"Something went wrong. Nothing was saved. Reference {reference()}"
            return "failed", partial(answer.refused, wrong), False
        return "done", partial(answer.reply, reply), isinstance(reply, Message) and reply.done

    def written(self, act: Interaction) -> str:
        """Return what a person wrote in a command that was refused, as nobody else keeps it."""
        command = self.catalogue.command(act.line)
        line, verb = command.line, command.verb
        kept = act.surface == "command" and verb is not None and takes_prose(verb) and line.said
        return f"\nYou wrote: {kept}" if kept else ""

    def share_of(self, act: Interaction, answer: Answer) -> Response:
        """Do it, unless so much is being done for this person that others would wait."""
        try:
            with self.shares((act.workspace, act.person)):
                self.admission.admit(act, answer.profile)
                return self.do_or_ask(act)
        except TooMany:
            if act.surface != "home":
                raise
            return Nothing()  # one of the interactions in progress draws it

    def do_or_ask(self, act: Interaction) -> Response:
        """Do it, or open the form where a text does not fit.

        The form contains what was typed, with the reason on top.
        """
        with within(PERSON):
            try:
                return self.do(act)
            except NeedsApproval as needed:
                return self.ask_for(act, needed)
            except Invalid as error:
                gate = gates.state(error)
                inside = act.surface == "form"
                if not act.trigger or (inside and (not gate or "g" in act.state)):
                    raise
                state = {**act.state, **gate, "note": str(error)}
            if inside:
                return self.draw_form(replace(act, state={**state, "x": gates.GATE}))
            return self.do(replace(act, line=f"{act.line} --form", state=state))

    def do(self, act: Interaction) -> Response:
        """Open the unit of work, run the verb, commit. What was done already is not done again."""
        if act.surface == "home":
            return self.draw_home(act)
        if act.surface == "options":
            return self.pick(act)
        if act.surface == CLOSED:
            return self.keep_draft(act)
        if "x" in act.state:
            return self.draw_form(act)
        try:
            return self.run(act)
        except Proposal as proposal:
            return proposing.put(self.works, self.catalogue, act, proposal)
        except (LooksAlike, Vanishes) as asked:
            if act.surface != "form":
                return asked.question(act.line, act.surface)
            return self.draw_form(replace(act, state={**act.state, **asked.state(act.state)}))

    def ask_for(self, act: Interaction, needed: NeedsApproval) -> Response:
        """Return the way to propose what needs an approval; a form stays and proposes it."""
        if act.surface != "form":
            return proposing.question(self.catalogue, act, needed)
        return self.draw_form(replace(act, state={**act.state, **proposing.state(needed)}))

    def run(self, act: Interaction) -> Response:
        """Run the verb of an interaction, once."""
        command = self.catalogue.command(act.line)
        line, verb = command.line, command.verb
        if verb and asks_first(line, verb, act.surface):
            with (
                suppress(Decided),
                self.works(act.workspace, act.person, act.surface, writes=False) as work,
            ):
                return perform(self.request(act, work).but(asking=True))
        writes = verb.writes or "here" in line.flags if verb else line.verb is not None
        writes = writes or in_its_thread(line, act.thread)
        key = f"{act.surface}:{act.key}" if writes and act.key else ""
        pressed_again = act.surface == "button" and not act.repeated

        def perform_once(work: UnitOfWork) -> Response:
            if key and not work.once(key):
                return (
                    plainly(EDITED)
                    if act.edited
                    else plainly("This was done already.")
                    if pressed_again
                    else Nothing()
                )
            reply = perform(self.request(act, work))
            if key and (isinstance(reply, Form) or (isinstance(reply, Message) and reply.asks)):
                work.forget(key)
                return reply
            return replace(reply, done=True) if key and isinstance(reply, Message) else reply

        return self.works.attempt(perform_once, act.workspace, act.person, act.surface, writes)

    def keep_draft(self, act: Interaction) -> Nothing:
        """Keep what a person typed in a form that they closed; nothing where they typed nothing."""
        if act.texts:
            self.works.attempt(
                lambda work: drafts.keep(self.request(act, work)),
                act.workspace,
                act.person,
                act.surface,
            )
        return Nothing()

    def draw_form(self, act: Interaction) -> Response:
        """Return the form that a person is in, drawn again with what they have typed."""
        writes = act.state["x"] == drafts.DISCARD
        with self.works(act.workspace, act.person, act.surface, writes) as work:
            reply = perform(self.request(act, work).but(asking=True))
        return replace(reply, update=True) if isinstance(reply, Form) else reply

    def draw_home(self, act: Interaction, banner: Response | None = None) -> Home:
        """Draw the person's App Home tab as it is now.

        Args:
            act: The interaction.
            banner: What the person just did there.
        """
        with self.works(act.workspace, act.person, "home", writes=False) as work:
            return self.home(self.request(act, work).but(state={"banner": banner}))

    def pick(self, act: Interaction) -> Options:
        """Return what the picker of a noun offers for the letters in the interaction's line."""
        router: Router | None = self.catalogue.routers.get(act.state["noun"])
        if router is None:
            return Options([])
        with self.works(act.workspace, act.person, "form", writes=False) as work:
            policy.check(work, "find", router.noun)
            return router.pick(self.request(act, work), clean(act.line))

    def request(self, act: Interaction, work: UnitOfWork) -> Request:
        if work.actor and not (work.actor.greeted or work.actor.guest or work.actor.left):
            self.newcomers.add((act.workspace, act.person))
        return Request(
            work=work,
            catalogue=self.catalogue,
            command=self.catalogue.command(act.line),
            surface=act.surface,
            texts=act.texts,
            state=act.state,
            channel=act.channel,
            thread=act.thread,
            container=act.container,
            checks=self.checks,
        )
