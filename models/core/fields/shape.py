"""The shape of a workspace: the fields that its admins added, and how they lay out records.

A unit of work enters the shape of its workspace, and everything that asks an entity for its fields
then gets those as well. A shape never changes; another one takes its place.
"""

from _collections_abc import dict_items, dict_keys, dict_values
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from models.core.fields.base import Field

P = ParamSpec("P")
T = TypeVar("T")
Added = Mapping[str, Mapping[str, Field]]
"""The fields that were added to each entity: slug → field → kind."""


@dataclass(frozen=True)
class Layout:
    """The fields that a card shows and a form asks for first, in their order; () as built in."""

    card: tuple[str, ...] = ()
    form: tuple[str, ...] = ()


AS_BUILT = Layout()
"""The layout of a noun that nobody laid out."""


class Called(NamedTuple):
    """What a workspace calls a noun, and what Rapport does.

    Attributes:
        usual: What Rapport calls one.
        usual_many: What Rapport calls several.
        one: What the workspace calls one; "" for the same.
        many: What the workspace calls several.
        before: What the workspace called it before.
    """

    usual: str
    usual_many: str
    one: str = ""
    many: str = ""
    before: tuple[str, ...] = ()


class Shape:
    """What admins added, and how they lay out records.

    Attributes:
        added: The fields, by the entity that they were added to.
        objects: The entities of the nouns that they made, by their slugs.
        definitions: What is said about each of these nouns.
        layouts: The layouts, by the entity that they are of.
        called: What nouns are called that the workspace does not call as Rapport does.
        kept: What was worked out from this shape, by function and arguments.
        fields: The fields of each entity, which are asked more often than all else.
    """

    def __init__(
        self,
        added: Added | None = None,
        objects: Mapping[str, tuple[Any, Any]] | None = None,
        layouts: Mapping[str, Layout] | None = None,
        called: Mapping[str, Called] | None = None,
    ) -> None:
        self.added: Added = added or {}
        made = objects or {}
        self.objects: Mapping[str, Any] = {slug: entity for slug, (entity, _) in made.items()}
        self.definitions: Mapping[str, Any] = {slug: said for slug, (_, said) in made.items()}
        self.layouts: Mapping[str, Layout] = layouts or {}
        self.called: Mapping[str, Called] = called or {}
        self.kept: dict[Any, Any] = {}
        self.fields: dict[type, Mapping[str, Field]] = {}


BUILT_IN = Shape()
"""The shape of a workspace to which nothing was added."""
ENTERED: ContextVar[Shape] = ContextVar("shape", default=BUILT_IN)


READ_IN: ContextVar[Shape | None] = ContextVar("read_in", default=None)
"""The shape in which a line was read, before its unit of work began."""


class Reshaped(Exception):
    """What a line says was read in another shape than the workspace has now: read it again."""


@contextmanager
def entered(shape: Shape) -> Iterator[None]:
    """Let entities have the fields of a shape within the block.

    Raises:
        Reshaped: Something was read in another shape before.
    """
    if READ_IN.get() not in (None, shape):
        raise Reshaped
    before = ENTERED.set(shape)
    try:
        yield
    finally:
        ENTERED.reset(before)


@contextmanager
def read_in(shape: Shape) -> Iterator[None]:
    """Let what is read in the block, such as a line, be read in a shape, as far as it is known."""
    entry, before = ENTERED.set(shape), READ_IN.set(shape)
    try:
        yield
    finally:
        READ_IN.reset(before)
        ENTERED.reset(entry)


def by_shape(work_out: Callable[P, T]) -> Callable[P, T]:
    """Remember what a function returns, for as long as the shape of the workspace stays.

    It takes the place of `functools.cache` wherever the fields of an entity decide.
    """

    @wraps(work_out)
    def known(*args: P.args, **kwargs: P.kwargs) -> T:
        kept, key = ENTERED.get().kept, (work_out, args)
        try:
            return kept[key]  # type: ignore[no-any-return]
        except KeyError:
            found = kept[key] = work_out(*args, **kwargs)
            return found

    return known


class Catalogued(dict[str, T]):
    """What is there for every workspace, and what the present shape adds to it.

    What is built in is found as fast as in any dictionary.
    """

    def more(self) -> Mapping[str, T]:
        """Return what the present shape adds."""
        return ENTERED.get().objects

    def built_in(self) -> dict[str, T]:
        """Return what is there for every workspace."""
        return dict(dict.items(self))

    def __missing__(self, slug: str) -> T:
        return self.more()[slug]

    def get(self, slug: str, default: Any = None) -> Any:
        found = dict.get(self, slug)
        return self.more().get(slug, default) if found is None else found

    def __contains__(self, slug: object) -> bool:
        return dict.__contains__(self, slug) or slug in self.more()

    def __iter__(self) -> Iterator[str]:
        yield from dict.__iter__(self)
        yield from self.more()

    def __len__(self) -> int:
        return dict.__len__(self) + len(self.more())

    def whole(self) -> dict[str, T]:
        """Return what is built in and what the present shape adds."""
        return {**self.built_in(), **self.more()}

    def keys(self) -> "dict_keys[str, T]":
        return self.whole().keys() if self.more() else dict.keys(self)

    def values(self) -> "dict_values[str, T]":
        return self.whole().values() if self.more() else dict.values(self)

    def items(self) -> "dict_items[str, T]":
        return self.whole().items() if self.more() else dict.items(self)


class Shaped(Mapping[str, T]):
    """A mapping that is worked out for the shape of the workspace whenever somebody asks it.

    Args:
        work_out: A function that returns its content.
    """

    def __init__(self, work_out: Callable[[], Mapping[str, T]]) -> None:
        self.now = by_shape(work_out)

    def __getitem__(self, name: str) -> T:
        return self.now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.now())

    def __len__(self) -> int:
        return len(self.now())

    def __contains__(self, name: object) -> bool:
        return name in self.now()

    def items(self) -> ItemsView[str, T]:
        """Return its pairs: worked out once, and not for each of them."""
        return self.now().items()

    def values(self) -> ValuesView[T]:
        """Return its values: worked out once, and not for each of them."""
        return self.now().values()
