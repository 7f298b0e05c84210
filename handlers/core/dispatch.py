"""Do what an act says in a unit of work and hand the reply to whoever answers: never silence, never a traceback."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from handlers.core.acts import Act
from handlers.core.lines import perform, verb_of
from handlers.core.receipts import plainly
from handlers.core.replies import Form, Home, Message, Nothing, Options, Reply, Request
from handlers.core.routes import Catalogue
from models.core import access
from models.core.errors import Busy, CRMError, Forbidden, Invalid
from models.core.texts import clean
from models.core.work import Work, Works

log = logging.getLogger(__name__)


class Answer(Protocol):
    """The way back to the person."""

    def reply(self, reply: Reply) -> None: ...
    def invalid(self, error: Invalid) -> None: ...
    def refused(self, sentence: str) -> None: ...
    def profile(self, person: str) -> Mapping[str, Any]:
        """What Slack knows of a person, as columns of User; nothing where it is a bot or nobody."""
        ...


@dataclass(frozen=True)
class Dispatcher:
    """Everything people can do, ready to be done. home: draws the App Home tab."""

    works: Works
    catalogue: Catalogue
    home: Callable[[Request], Home]

    def handle(self, act: Act, answer: Answer) -> None:
        """Do it and answer it. Nothing escapes to Bolt, which would lose the acknowledgement."""
        try:
            self.answer(act, answer)
        except Exception:
            log.exception("A %s could not be answered", act.surface)

    def answer(self, act: Act, answer: Answer) -> None:
        """Only after the commit is anything said; what goes wrong is said in words."""
        try:
            self.admit(act, answer)
            reply = self.do_or_ask(act)
        except Invalid as error:
            answer.invalid(error)
        except Busy as error:
            log.warning("The database was too busy for a %s: %s", act.surface, error.__cause__)
            answer.refused(str(error))
        except CRMError as error:
            answer.refused(str(error))
        except Exception:
            reference = uuid.uuid4().hex[:8]
            log.exception("A %s failed. Reference %s", act.surface, reference)
            answer.refused(f"Something went wrong. Nothing was saved. Reference {reference}")
        else:
            answer.reply(reply)

    def admit(self, act: Act, answer: Answer) -> None:
        """Let in the people of the workspace; whoever acts or is named for the first time is looked up at Slack."""
        if act.home_team and act.home_team != act.workspace:
            raise Forbidden("This is only for the people of the workspace it belongs to.")
        for person in act.people:
            if not self.works.knows(act.workspace, person) and (profile := answer.profile(person)):
                self.works.welcome(act.workspace, person, **profile)

    def do_or_ask(self, act: Act) -> Reply:
        """Do it; where a text does not fit, open the form with what was typed and the reason on top."""
        try:
            return self.do(act)
        except Invalid as error:
            if act.surface == "form" or not act.trigger:
                raise
            return self.do(replace(act, line=f"{act.line} --form", state={**act.state, "note": str(error)}))

    def do(self, act: Act) -> Reply:
        """Open the unit of work, run the verb, commit. What was done already is not done again."""
        if act.surface == "home":
            return self.draw_home(act)
        if act.surface == "options":
            return self.pick(act)
        line = self.catalogue.parse(act.line)
        verb = verb_of(line, self.catalogue)
        writes = verb.writes or "here" in line.flags if verb else line.verb is not None
        with self.works(act.workspace, act.person, act.surface, writes) as work:
            key = f"{act.surface}:{act.key}" if writes and act.key else ""
            if key and not work.once(key):
                return plainly("This was done already.") if act.surface == "button" else Nothing()
            reply = perform(self.request(act, work))
            if key and (isinstance(reply, Form) or (isinstance(reply, Message) and reply.asks)):
                work.forget(key)
            return reply

    def draw_home(self, act: Act, banner: Reply | None = None) -> Home:
        """The person's App Home tab as it is now. banner: what was just done there."""
        with self.works(act.workspace, act.person, "home", writes=False) as work:
            return self.home(self.request(act, work).but(state={"banner": banner}))

    def pick(self, act: Act) -> Options:
        """What the picker of a noun offers for the letters in the act's line."""
        router = self.catalogue.routers.get(act.state["noun"])
        if router is None:
            return Options([])
        with self.works(act.workspace, act.person, "form", writes=False) as work:
            access.check(work, router.noun, "find")
            return router.pick(self.request(act, work), clean(act.line))

    def request(self, act: Act, work: Work) -> Request:
        return Request(
            work=work,
            catalogue=self.catalogue,
            line=self.catalogue.parse(act.line),
            surface=act.surface,
            texts=act.texts,
            state=act.state,
            channel=act.channel,
            thread=act.thread,
            container=act.container,
        )
