"""Fields that are named in words."""

from handlers.core.commandline.binding import names_of
from handlers.core.commandline.named_fields import fields_behind
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.fields.base import Field


def test_a_long_line_of_fields_is_read_a_few_hundred_times_and_no_more() -> None:
    """To read a value may be a question to the database, and words that name fields are tried at
    many places.
    """
    catalogue = Catalogue(ROUTERS)
    verb = catalogue.routers["opportunity"].verbs["new"]
    names = names_of(catalogue, verb)
    tried: list[str] = []

    def reads(kind: Field, text: str) -> bool:
        tried.append(text)
        return False

    for word in ("owner Rita ", "stage ", "amount 20k ", "close date friday "):
        fields_behind(verb.asks, names, f"Renewal {word * 300}", False, reads)
    assert 0 < len(tried) < 4 * 600
