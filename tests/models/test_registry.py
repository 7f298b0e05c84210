"""The registry names every entity and every table once."""

from models.core.custom.custom_record import MADE
from models.core.entity.base import ENTITIES as KNOWN
from models.core.entity.base import Base
from models.core.identity.user import Workspace
from models.registry import ENTITIES, TABLES


def test_the_registry_names_everything_once() -> None:
    named = [*ENTITIES, *TABLES, Workspace]
    ours = [
        mapper.class_
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("models.")
        and mapper.class_ not in MADE.values()  # made by admins, not by us
    ]
    assert sorted(each.__name__ for each in named) == sorted(each.__name__ for each in ours)
    assert {each.slug() for each in ENTITIES} <= KNOWN.keys()
