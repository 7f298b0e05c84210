"""What one engine has compiled serves every engine of the process: tests open hundreds, for a few
statements each.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Engine
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache

MOST = 4000
"""All that the tests of one process ever ask."""


class Compiled:
    """Compiled statements of the engines of one kind; SQLAlchemy asks for them by the dialect of
    one engine first.
    """

    def __init__(self) -> None:
        self.kept: LRUCache[tuple[Any, ...], Any] = LRUCache(MOST)

    def get(self, key: tuple[Dialect, Any], otherwise: Any = None) -> Any:
        return self.kept.get(key[1:], otherwise)

    def __setitem__(self, key: tuple[Dialect, Any], compiled: Any) -> None:
        self.kept[key[1:]] = compiled


def sharing(make: Callable[..., Engine]) -> Callable[..., Engine]:
    """`create_engine` for engines that share what they compile."""
    known: dict[str, Compiled] = {}

    def made(url: URL, **options: Any) -> Engine:
        shared = known.setdefault(url.get_backend_name(), Compiled())
        return make(url, execution_options={"compiled_cache": shared}, **options)

    return made
