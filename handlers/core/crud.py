"""The verbs every entity has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Generic, TypeVar

from handlers.core import bulk, pipes
from handlers.core.commandline.suggestions import meant
from handlers.core.request import Request
from handlers.core.responses import Form, Options, Response
from handlers.core.router import NO_MENUS, Router
from handlers.core.ui import blocks, cards, details, history, subscriptions
from handlers.core.ui.blocks import option
from handlers.core.ui.forms import form
from handlers.core.ui.receipts import choices, plainly, receipt
from handlers.core.verb import Run, Verb
from models.core import records
from models.core.entity.base import Entity
from models.core.entity.wholes import wholes
from models.core.errors import Ambiguous, CRMError, Invalid, Stale
from models.core.fields import Person
from models.core.fields.base import Field
from models.core.fields.shape import Shaped
from models.core.joins import ADDED
from models.core.permissions import policy
from models.core.saved_filters import spelt_out
from models.core.search.duplicates import stem
from models.core.search.idle_words import FILLERS
from models.core.search.lookup import REFERENCE
from models.core.search.query import (
    Page,
    counted_wholly,
    find_records,
    list_records,
    suggestions,
)
from models.core.unit_of_work import UnitOfWork

E = TypeVar("E", bound=Entity)
NEW = "New {noun}"
"""The title of the form of a new record."""
NAMED = 60
"""Letters of a name in an option that adds it."""


class Records(Router, Generic[E]):
    """A noun whose records people create, show, change, find, delete and restore.

    Args:
        entity: The entity of the records.
        without: The verbs that the noun lacks.
        besides: Fields that its own verbs fill; people may name them and be asked for them as well.
        menus: The fields with a choice that a card changes with a menu → the options in it.
        on_cards: The text of the button that makes one on the cards of what it can be about.
    """

    def __init__(
        self,
        entity: type[E],
        without: Sequence[str] = (),
        besides: Sequence[str] = (),
        menus: Mapping[str, Sequence[str]] = NO_MENUS,
        on_cards: str = "",
    ) -> None:
        super().__init__(entity.slug(), entity.words(), entity, entity.described(), menus)
        self.entity: type[E] = entity
        asks = Shaped(partial(asked, entity, besides))
        one = {"asks": asks, "saves": True, "common": True}
        new = {
            "defaults": Shaped(partial(defaults, entity)),
            "title": entity.title_of_new or NEW,
            "on_cards": on_cards,
        }
        self.verb("new", record=False, **one | new)(self.new)
        self.verb("show", writes=False, common=True)(self.show)
        self.verb("edit", partial=True, button="Edit", text="", **one)(self.edit)
        self.verb("set", partial=True, text="", **one)(self.edit)
        self.verb("more", writes=False, button="More", common=True, flags=("tab",))(self.more)
        self.verb("list", record=False, writes=False, words=True, common=True)(self.list)
        self.verb("find", record=False, writes=False, words=True, common=True)(self.find)
        if entity.owned:
            self.add_owned()
        ask = "Delete {record}? It can be restored for 30 days."
        self.verb("delete", confirm=ask, style="danger", button="Delete", common=True)(self.delete)
        self.verb("restore", deleted=True, common=True)(self.restore)
        self.verb("history", writes=False, deleted=True, common=True)(history.history)
        self.verb("as", asks=history.WHEN, writes=False, deleted=True, common=True)(history.as_of)
        self.verb("revert", asks=history.TO, common=True)(history.revert)
        for name in without:
            del self.verbs[name]
        self.pipe("count", "list", writes=False)(self.count)
        self.pipe(pipes.SET, "edit", previews=True)(self.set_all)
        self.pipe("export", "export")(self.export)

    def pipe(self, word: str, right: str, **options: Any) -> Callable[[Run], Run]:
        """Return a decorator that adds what can become of a list of the noun, behind a bar.

        Args:
            word: The word behind the bar.
            right: The verb whose right it takes.
            **options: The attributes of `Verb`.
        """

        def register(run: Run) -> Run:
            told = (self.noun, self.entity.slug(), right, run, run.__doc__ or "")
            self.pipes[word] = Verb(*told, record=False, words=True, **options)
            return run

        return register

    def of(self, entity: type[Entity]) -> "Router":
        """Return the router of another entity, with the same verbs."""
        return Records(entity)

    def new(self, request: Request, _: Any) -> Response:
        """Make a new one; without values a form opens."""
        try:
            made = records.create(request.work, self.entity, request.texts, asks=True)
        except Invalid as error:
            return self.anew(request, "new", None, error)
        return receipt(request, made)

    def show(self, request: Request, record: E) -> Response:
        """Show the card, for you alone or with --here for the channel."""
        return cards.card(record, request.work, request.catalogue)

    def more(self, request: Request, record: E) -> Response:
        """Everything about it: what is next, what happened, what belongs to it."""
        return details.more(request, record)

    def edit(self, request: Request, record: E) -> Response:
        """Change fields: `field=value`, or a form without them."""
        try:
            records.update(
                request.work, record, request.texts, request.state.get("v"), request.state
            )
        except Stale as error:
            return redrawn(request, self.verbs["edit"], record, str(error))
        except Invalid as error:
            return self.anew(request, "edit", record, error)
        return receipt(request, record)

    def anew(self, request: Request, name: str, record: E | None, error: Invalid) -> Response:
        """Return the form again when an input was missing that another choice in the form requires.

        Args:
            request: The request.
            name: The name of the verb.
            record: The record that the form is about; None for a new one.
            error: What did not fit; it is raised where no such input was missing.
        """
        verb = self.verbs[name]
        if request.surface != "form" or not any(
            is_left_out(request, verb, each) for each in error.errors
        ):
            raise error
        return redrawn(request, verb, record, str(error))

    def list(self, request: Request, _: Any) -> Response:
        """List them, newest first or sorted, or what a filter such as `amount > 10k` fits."""
        return self.listed(request, "list", partial(list_records, request.work, self.entity))

    def find(self, request: Request, _: Any) -> Response:
        """Search by words, or filter: `stage = won AND amount > 10k`."""
        if request.line.unknown:  # tasks today: no verb was typed
            return self.listed(request, "list", partial(self.look, request.work))
        return self.listed(request, "find", partial(find_records, request.work, self.entity))

    def count(self, request: Request, _: Any) -> Response:
        """How many there are: `deal list open | count`."""
        pipes.must_say_nothing(request)
        try:
            return plainly(counted_wholly(request.work, self.entity, pipes.words(request)))
        except Ambiguous:
            raise
        except ValueError as error:
            raise CRMError(str(error)) from None

    def export(self, request: Request, _: Any) -> Response:
        """Their fields as CSV: `deal list open | export`."""
        return pipes.export(request)

    def look(self, work: UnitOfWork, words: str, page: str | bool | None) -> Page[E]:
        """Find records where only a noun was typed.

        A name is looked for as a word first, then as the name of a colleague.
        """
        found = list_records(work, self.entity, words, page, people=False)
        return found if found.records else list_records(work, self.entity, words, page)

    def listed(
        self, request: Request, verb: str, look: Callable[[str, str | bool | None], Page[E]]
    ) -> Response:
        """Return the page of records that a search or a list finds."""
        words = request.line.rest
        try:
            page = look(words, request.line.flags.get("page"))
        except Ambiguous:
            raise
        except ValueError as error:
            raise CRMError(str(error)) from None
        saved = spelt_out(request.work, self.entity, words) if page.searched else ""
        if saved:
            command = request.catalogue.command(f"{self.word} list {saved}")
            return self.list(request.but(command=command), None)
        if page.groups:
            return cards.grouped(self.noun, request.work, page.heading, page.groups, page.note)
        missed = request.line.unknown and not page.records
        slipped = meant(request) if missed and request.line.unknown in page.searched.split() else []
        if missed and (offers := [*slipped, *made_of(request, self, page.searched)]):
            return choices(f"{page.heading}. {page.note}\nDid you mean one of these?", offers)
        at = f"{self.noun} {verb} {words} --page="
        turns = [("Previous ten", page.before), ("Next ten", page.more)]
        pages = [blocks.button(label, "crm.run", at + to) for label, to in turns if to]
        keep = f"{self.word} {verb} {words.strip()}" if words.strip() and page.records else ""
        menus = cards.list_menus(self.noun, page.menus) if verb == "list" else []
        note = " ".join(filter(None, [page.sums, page.note]))
        drawn = cards.listing(page.records, request.work, page.heading, pages, note, keep, menus)
        turned = request.surface == "button" and "page" in request.line.flags
        return replace(drawn, replace=turned)

    def set_all(self, request: Request, _: Any) -> Response:
        """Change all of them, after a look at some: `deal list open | set stage=proposal`."""
        return bulk.set_all(request)

    def assign(self, request: Request, record: E) -> Response:
        """Give it to someone: `assign OP-42 @rita`."""
        records.assign(request.work, record, request["to"])
        return receipt(request, record)

    def add_owned(self) -> None:
        """Give the noun the verbs of records that belong to somebody: to give, follow and mute."""
        to = {"to": Person("To", required=True)}
        self.verb("assign", asks=to, button="Assign", common=True)(self.assign)
        for name in subscriptions.VERBS:
            self.verb(name, common=True, flags=("tab",))(self.marks(name))

    def marks(self, name: str) -> Callable[[Request, E], Response]:
        """Return the handler of a verb by which a person follows or mutes a record.

        In a modal its buttons draw that modal again.
        """

        def run(request: Request, record: E) -> Response:
            tab = str(request.line.flags.get("tab", ""))
            if request.container != "view" or not tab:
                return subscriptions.answered(request, name, record)
            subscriptions.act(request.work, name, record)
            asked = request.catalogue.command(tab)
            if asked.verb and asked.verb.asks:
                again = request.but(command=asked, texts={}, surface="button")
                return replace(form(again, asked.verb, None), update=True)
            return replace(details.more(request, record), update=True)

        run.__doc__ = subscriptions.HELP[name]
        return run

    def delete(self, request: Request, record: E) -> Response:
        """Hide it; it can be restored for 30 days."""
        records.delete(request.work, record)
        return receipt(request, record, replace=True)

    def restore(self, request: Request, record: E) -> Response:
        """Bring back what was deleted."""
        records.restore(request.work, record)
        return receipt(request, record, replace=True)

    def pick(self, request: Request, text: str) -> Options:
        """Return what a picker offers for the letters typed so far; one that adds offers that."""
        found = suggestions(request.work, self.entity, text)
        offered = [option(f"{record.ref} {record.title}", record.ref) for record in found]
        named = any(stem(record.title) == stem(text) for record in found)
        named = named or bool(REFERENCE.fullmatch(text))
        made = f"{ADDED}{text}"
        if request.state.get("adds") and text and not named and len(made) <= blocks.VALUE:
            offered.append(option(f"Add “{blocks.cut(text, NAMED)}”", made))
        return Options(offered)


def asked(entity: type[Entity], besides: Sequence[str]) -> dict[str, Field]:
    """Return what new and changed records are asked for: fields, names in one box, and joins."""
    kinds = entity.declared_fields().items()
    own = {name: kind for name, kind in kinds if kind.form or name in besides}
    return {**own, **wholes(entity), **entity.joining()}


def made_of(request: Request, router: Router, searched: str) -> list[tuple[str, str]]:
    """Return the line that creates a record from words that were searched for and not found.

    An example is `deal new Renewal 12k`. People who may not create one get none, and neither does
    who asked for those of somebody: cases of Kaiser.
    """
    first, _, _ = request.line.rest.strip().partition(" ")
    is_name = searched and first.casefold() not in (*FILLERS, "new")
    may = "new" in router.verbs and policy.can(request.work.actor, "new", router.noun)
    line = f"{router.word} new {request.line.rest}"
    return [(line, line)] if is_name and may else []


def is_left_out(request: Request, verb: Verb, name: str) -> bool:
    """Return whether a field that is only asked for after some choice was missing in the form."""
    return name in verb.asks and verb.asks[name].when is not None and name not in request.texts


def redrawn(request: Request, verb: Verb, record: Entity | None, note: str) -> Form:
    """Return the form in place of the one that was sent, with what was typed and a note on top."""
    return Form(form(request, verb, record, note=note).view, update=True)


def defaults(entity: type[Entity]) -> dict[str, str]:
    """Return the texts that a new record's fields hold; its owner is the person who creates it."""
    texts = {entity.owned: "me"} if entity.owned and entity.makers else {}
    kinds = entity.fields()
    return texts | {n: kinds[n].dump(value) or "" for n, value in entity.defaults().items()}
