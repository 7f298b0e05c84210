"""What people read and type for fields: never the name of a column."""

import re
from collections.abc import Iterator

import pytest

from handlers.core.commandline.lexer import scan
from handlers.core.commandline.parser import joined
from handlers.registry import ROUTERS
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Text
from models.core.fields.operands import words_of
from models.core.fields.spoken import LONGEST, spoken_of, underscored
from models.core.search import filter_fields, filter_sql
from models.core.search.filter_nodes import OneOf, Term
from models.core.search.filter_parser import Vocabulary, parse, write
from models.core.search.list_words import Listing
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.custom_kinds import add_fields
from tests.tables import table

RAW = re.compile(r"(?<!\w)[a-z]+_[a-z_]+")
"""The name of a column in a sentence."""
EVERY = pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)


@pytest.fixture
def added(works: UnitOfWorkFactory) -> None:
    """Deals have a field of every kind that admins can add."""
    with works("T1", "U_ADA") as work:
        add_fields(work, ENTITIES["opportunity"])


def every(entity: type[Entity]) -> Iterator[tuple[str, str]]:
    """Each field of an entity, and what people read for it."""
    yield from filter_fields.spoken_words(entity).items()


@pytest.mark.usefixtures("added")
@EVERY
def test_what_people_read_for_a_field_is_understood_when_they_type_it(
    entity: type[Entity], works: UnitOfWorkFactory
) -> None:
    with works("T1", "U_ADA"):
        words = filter_fields.words(entity)
        known = filter_fields.vocabulary(entity)
        for name, said in every(entity):
            assert "_" not in said
            for text in (f"{said} = x", f'open "{said.strip(chr(34))}"=x'):
                term = parse(text, known)
                term = term if isinstance(term, Term) else term.parts[-1]  # type: ignore[union-attr]
                assert isinstance(term, Term)
                assert words[term.field] == name, text
            some = parse(f"{said} in (x, y)", known)
            assert isinstance(some, OneOf)
            assert words[some.field] == name
            nothing = parse(f'"{said.strip(chr(34))}" is empty', known)
            assert isinstance(nothing, Term)
            assert words[nothing.field] == name
            written = write(Term(name, "=", "x"))
            assert "_" not in written
            assert parse(written, known) == Term(name, "=", "x")


@pytest.mark.usefixtures("added")
def test_what_people_read_for_a_field_is_understood_in_a_command(
    works: UnitOfWorkFactory,
) -> None:
    with works("T1", "U_ADA"):
        for router in ROUTERS:
            for verb in router.verbs.values() if router.entity else ():
                names = router.names_asked(verb)
                for name, said in router.spoken_asked(verb).items():
                    assert "_" not in said
                    for typed in (f"{said}=5", f"{said} = 5"):
                        tokens = joined(scan(f"edit XX-1 {typed}"), names.keys())
                        found = [names.get(each.name) for each in tokens if each.kind == "field"]
                        assert found == [name], (verb.id, typed, tokens)


@pytest.mark.usefixtures("added")
@EVERY
def test_no_sentence_about_a_filter_has_the_name_of_a_column(
    entity: type[Entity], works: UnitOfWorkFactory
) -> None:
    with works("T1", "U_ADA") as work:
        told = [Listing(work, entity).nearest("xyz")]
        for name in filter_fields.spoken_words(entity):
            told += wrong(entity, work, f"{name}x = 5", f"{name} has <", f"{name} > blue")
            told += wrong(entity, work, f"{name} = 12-34-56-78-90", f"{name} < zz", f"{name}.a = 5")
            told += wrong(entity, work, f"{name} ~ 2 or {name} ~", f"{name} in ()", f"is = {name}")
            told += wrong(entity, work, f"count({name}) > 2", f"owner.{name}x = 5")
        raw = {name for name in RAW.findall(" ".join(told)) if name in known_names()}
        assert not raw, [each for each in told if RAW.search(each)][:5]


def known_names() -> set[str]:
    return {name for entity in ENTITIES.values() for name in filter_fields.spoken_words(entity)}


def wrong(entity: type[Entity], work: object, *texts: str) -> Iterator[str]:
    """What is said about filters that are wrong."""
    for text in texts:
        try:
            node = filter_sql.read(text, entity)
            if node is not None:
                filter_sql.condition(node, entity, work)  # type: ignore[arg-type]
        except ValueError as error:
            yield without_quotes(str(error))


def without_quotes(sentence: str) -> str:
    """What somebody typed is shown as it is where it is not understood."""
    return re.sub(r"“[^”]*”", "", sentence)


@table(
    ("label", "said"),
    [
        ("Seats", "seats"),
        ("Contract type", "contract type"),
        ("Terms and conditions", '"terms and conditions"'),
        ("Contract (old)", '"contract (old)"'),
        ("No. of seats", "x no of seats"),
        ("a b & c", '"a b & c"'),
        ("One two three four five six", '"one two three four five six"'),
        ("Stage", "x stage"),
    ],
)
def test_a_name_that_would_be_read_otherwise_is_in_quotation_marks(label: str, said: str) -> None:
    name = "x_" + re.sub(r"\W+", "_", label.lower()).strip("_")
    kinds = {name: Text(label), "stage": Text("Stage")}
    words = words_of(kinds)
    assert spoken_of(kinds, words)[name] == said
    known = Vocabulary(words.keys())
    term = parse(f"{said} ~ x", known)
    assert isinstance(term, Term)
    assert words[term.field] == name


@table(
    ("text", "tree"),
    [
        ("close date < eom", Term("close_date", "<", "eom")),
        ('"Close  date" < eom', Term("close_date", "<", "eom")),
        ("“close date” < eom", Term("close_date", "<", "eom")),
        ("close date in (eom, eoq)", OneOf("close_date", ("eom", "eoq"))),
        ("close-date<eom", Term("close_date", "<", "eom")),
        ('"account.annual revenue" > 5', Term("account.annual_revenue", ">", "5")),
    ],
)
def test_a_field_of_several_words_is_compared(text: str, tree: object) -> None:
    assert parse(text, Vocabulary(frozenset({"close_date", "account"}))) == tree


def test_the_longest_name_has_a_limit() -> None:
    words = " ".join(["very"] * LONGEST + ["long"])
    with pytest.raises(ValueError, match="needs a value"):
        parse(f"{words} <", Vocabulary(frozenset({underscored(words)})))
