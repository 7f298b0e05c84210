"""The CSV file of a list, in a direct message to who asked for it."""

from io import StringIO

from handlers.core.responses import File, Message
from handlers.core.router import Catalogue
from handlers.core.ui.receipts import plainly
from models.core.entity.base import ENTITIES
from models.core.errors import CRMError
from models.core.outbox.delivery import Delivery
from models.core.search.expression import Filter
from models.core.unit_of_work import UnitOfWork

NOUN, TYPED = "noun", "typed"
"""The keys in the `about` of the delivery: the entity, and the words of the list."""


def exported(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message:
    """Return a message with the records of a list as a file, as far as its reader may export them.

    The file is written when the message is sent, with the rights that the reader has then.
    """
    from models.exchange.exporter import export

    entity = ENTITIES.get(delivery.about[NOUN])
    if entity is None:
        return plainly("These records are no more, because their noun was deleted.")
    file = StringIO(newline="")
    try:
        where = Filter.read(work, entity, delivery.about[TYPED]).condition(work)
        count = export(work, entity, file, where)
    except (ValueError, CRMError) as error:
        return plainly(f"The file could not be written. {error}")
    plural = entity.plural()
    name = f"{plural.replace(' ', '-')}-{work.today.isoformat()}.csv"
    heading = f"{count:,} {entity.noun() if count == 1 else plural} as CSV"
    written = File(name, heading, file.getvalue().encode())
    message = plainly(f"{heading}: {delivery.about[TYPED] or 'all'}")
    return Message(message.text, message.blocks, files=lambda: [written])
