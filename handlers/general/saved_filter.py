"""What people do with a saved filter: what they do with any record, and open its list."""

from dataclasses import replace

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui import blocks, cards
from handlers.general.lists import button
from models.core.saved_filters import SavedFilter


class Filters(Records[SavedFilter]):
    """The verbs of saved filters; what shows one leads to its list."""

    def show(self, request: Request, record: SavedFilter) -> Response:
        """Show the card, with the button that opens its list."""
        shown = cards.card(record, request.work, request.catalogue)
        if request.flag("here"):
            return shown
        way = blocks.actions(button(record, "Open the list"))
        return replace(shown, blocks=blocks.distinct([*shown.blocks, way]))


router = Filters(SavedFilter)
