"""The verbs every entity has."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from handlers.core import cards, history
from handlers.core.blocks import option
from handlers.core.forms import form
from handlers.core.guesses import meant
from handlers.core.receipts import choices, receipt
from handlers.core.replies import Options, Reply, Request
from handlers.core.routes import Router
from models.core.base import Entity
from models.core.errors import CRMError, Stale
from models.core.fields import Person
from models.operations import records
from models.operations.search import find_records, suggestions

E = TypeVar("E", bound=Entity)


class Records(Router, Generic[E]):
    """A noun whose records are made, shown, changed, found, hidden and brought back. without: verbs it lacks."""

    def __init__(self, entity: type[E], without: Sequence[str] = ()) -> None:
        super().__init__(entity.slug(), entity.words(), entity, entity.__doc__ or "")
        self.entity: type[E] = entity
        asked = [name for name, kind in entity.fields().items() if kind.form]
        one = {"asks": asked, "saves": True, "common": True}
        self.verb("new", record=False, defaults=defaults(entity), title=f"New {entity.noun()}", **one)(self.new)
        self.verb("show", writes=False, common=True)(self.show)
        self.verb("edit", partial=True, button="Edit", text="", **one)(self.edit)
        self.verb("set", partial=True, text="", **one)(self.edit)
        self.verb("more", writes=False, button="More", common=True)(self.more)
        self.verb("list", record=False, writes=False, words=True, common=True)(self.list)
        self.verb("find", record=False, writes=False, words=True, common=True)(self.find)
        if entity.owned:
            to = {"to": Person("To", required=True)}
            self.verb("assign", asks=to, button="Assign", common=True)(self.assign)
        ask = "Delete {record}? It can be restored for 30 days."
        self.verb("delete", confirm=ask, style="danger", button="Delete", common=True)(self.delete)
        self.verb("restore", deleted=True, common=True)(self.restore)
        self.verb("history", writes=False, deleted=True, common=True)(history.history)
        self.verb("as", asks=history.WHEN, writes=False, deleted=True, common=True)(history.as_of)
        self.verb("revert", asks=history.TO, common=True)(history.revert)
        for name in without:
            del self.verbs[name]

    def new(self, request: Request, _: Any) -> Reply:
        """Make a new one; without values a form opens."""
        return receipt(request, records.create(request.work, self.entity, request.texts))

    def show(self, request: Request, record: E) -> Reply:
        """Show the card, for you alone or with --here for the channel."""
        return cards.card(record, request.work, request.catalogue)

    def more(self, request: Request, record: E) -> Reply:
        """Everything there is about it."""
        return cards.details(record, request.work)

    def edit(self, request: Request, record: E) -> Reply:
        """Change fields: `field=value`, or a form without them."""
        try:
            records.update(request.work, record, request.texts, request.state.get("v"))
        except Stale as error:
            verb = self.verbs["edit"]
            fresh = form(request.but(texts=request.texts), verb, record, note=str(error))
            return type(fresh)(fresh.view, update=True)
        return receipt(request, record)

    def list(self, request: Request, _: Any) -> Reply:
        """List them, the newest first, or those that a filter such as `amount > 10k` fits."""
        return self.find(request, _)

    def find(self, request: Request, _: Any) -> Reply:
        """Search by words, or filter: `stage = won AND amount > 10k`."""
        words = request.line.rest
        try:
            page = find_records(request.work, self.entity, words, request.line.flags.get("page"))
        except ValueError as error:
            raise CRMError(str(error)) from None
        if not page.records and request.line.unknown and (offers := meant(request)):
            return choices(f"{page.heading}. Did you mean one of these?", offers)
        return cards.listing(
            page.records, request.work, page.heading, page.more and f"{self.noun} find {words} --page={page.more}"
        )

    def assign(self, request: Request, record: E) -> Reply:
        """Give it to someone: `assign OP-42 @rita`."""
        records.assign(request.work, record, request["to"])
        return receipt(request, record)

    def delete(self, request: Request, record: E) -> Reply:
        """Hide it; it can be restored for 30 days."""
        records.delete(request.work, record)
        return receipt(request, record, replace=True)

    def restore(self, request: Request, record: E) -> Reply:
        """Bring back what was deleted."""
        records.restore(request.work, record)
        return receipt(request, record, replace=True)

    def pick(self, request: Request, text: str) -> Options:
        """What a picker offers for the letters typed so far."""
        found = suggestions(request.work, self.entity, text)
        return Options([option(f"{record.ref} {record.title}", record.ref) for record in found])


def defaults(entity: type[Entity]) -> dict[str, str]:
    """What a new record has in its fields, as texts; whose it is, is whoever makes it."""
    texts = {entity.owned: "me"} if entity.owned and entity.makers else {}
    for name, kind in entity.fields().items():
        default = entity.__table__.columns[name].default
        if default is not None and default.is_scalar:
            texts[name] = kind.dump(default.arg) or ""
    return texts
