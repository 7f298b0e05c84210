"""What people do with a saved filter: open its list, and what they do with any record."""

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.general.lists import opened
from models.core.saved_filters import SavedFilter

router = Records(SavedFilter)


@router.verb("run", writes=False, button="Open the list")
def run(request: Request, saved: SavedFilter) -> Response:
    """Show the records that it finds: `filter run "Big and stuck"`."""
    return opened(request, saved)
