"""Files as programs and people write them."""

import io

import pytest

from models.core.errors import CRMError
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange import storage, survey
from models.exchange.csv_files import Plain
from tests.models.exchange.steps import everything, imported, rejected
from tests.models.marks import SQLITE


@SQLITE
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(works: UnitOfWorkFactory, delimiter: str) -> None:
    header = delimiter.join(['"NAME"', '"INDUSTRY, ours"', "COUNTRY"])
    outcome = imported(works, Account, f"{header}\nLark{delimiter}{delimiter}FR\n")
    assert outcome.created == 1
    assert everything(works, Account)[0].country == "FR"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_however_it_is_written(works: UnitOfWorkFactory, encoding: str) -> None:
    outcome = imported(works, Account, "NAME\nKöln Øre 東京\n".encode(encoding))
    assert outcome.notes == []
    assert everything(works, Account)[0].name == "Köln Øre 東京"


@SQLITE
def test_windows_1252_is_read_with_a_note(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, "NAME\nKöln – 5 € für Öl\n".encode("cp1252"))
    (note,) = outcome.notes
    assert note.startswith(
        "The file is not UTF-8 and was read as Western European (cp1252): “Köln”, “–”, “€”."
    )
    assert everything(works, Account)[0].name == "Köln – 5 € für Öl"


def test_a_byte_that_is_not_unicode_far_down_is_noticed() -> None:
    sheet = survey(io.BytesIO(b"NAME\n" + b"Lark\n" * (1 << 18) + "Café\n".encode("cp1252")))
    assert isinstance(sheet.source, Plain)
    assert sheet.source.encoding.name == "cp1252"


@SQLITE
def test_cells_over_several_lines_and_blank_lines(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Customer, 'Last name,Notes\r\n\r\nKing,"one\r\ntwo"\r\n,\r\n')
    assert (outcome.read, outcome.created) == (1, 1)
    assert everything(works, Customer)[0].notes == "one\ntwo"


@SQLITE
def test_a_row_with_too_many_cells_is_rejected_and_one_with_too_few_is_not(
    works: UnitOfWorkFactory,
) -> None:
    reasons = rejected(works, Account, "NAME,COUNTRY\nLark\nWren,DE,5\n")
    assert reasons == ["The row has 3 cells, but there are 2 columns."]
    assert [account.name for account in everything(works, Account)] == ["Lark"]


@SQLITE
def test_a_missing_name_is_said(works: UnitOfWorkFactory) -> None:
    assert rejected(works, Account, "NAME,COUNTRY\n,DE\n") == ["Name is required."]


@SQLITE
def test_several_things_wrong_are_said_at_once(works: UnitOfWorkFactory) -> None:
    (reason,) = rejected(
        works, Account, "NAME,COUNTRY,EMPLOYEES\nLark,Atlantis,many\n", strict=True
    )
    assert reason.startswith("Employees: “many” is not a number.")
    assert "Country: “Atlantis”" in reason


@SQLITE
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty"),
        ("\n\n", "The file is empty"),
        ("colour,shape\nred,round\n", "None of the columns is a field of accounts: colour, shape."),
        (
            'NAME\nLark\n"Wren\nTern\n',
            'Line 3 has a quote \\("\\) that is never closed. Close it or remove it',
        ),
        (
            'NAME,COUNTRY\n"Lark,FR\nWren,"DE"\n',
            "Line 2 is not CSV: .* Put quotes around the whole cell",
        ),
        (
            'NAME,COUNTRY\n"Lark,FR\nWren,DE\nTern,"\n',
            'A quote \\("\\) before “Lark,FR” is never closed',
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(
    works: UnitOfWorkFactory, text: str, message: str
) -> None:
    with pytest.raises(CRMError, match=message):
        imported(works, Account, text)


@SQLITE
@pytest.mark.parametrize(("flag", "created"), [("true", 0), ("1", 0), ("false", 1), ("", 1)])
def test_rows_that_are_deleted_elsewhere_are_passed_over(
    works: UnitOfWorkFactory, flag: str, created: int
) -> None:
    outcome = imported(works, Account, f"NAME,ISDELETED\nLark,{flag}\n")
    assert (outcome.created, outcome.skipped) == (created, 1 - created)


@SQLITE
def test_whether_a_row_is_deleted_must_be_clear(works: UnitOfWorkFactory) -> None:
    (reason,) = rejected(works, Account, "NAME,ISDELETED\nLark,perhaps\n")
    assert reason.startswith("“perhaps” is neither yes nor no")


@pytest.mark.parametrize(
    ("text", "value"), [("6.0E7", 60_000_000), ("1e3", 1000), ("500000.0", 500_000)]
)
def test_numbers_are_read_as_programs_write_them(
    works: UnitOfWorkFactory, text: str, value: int
) -> None:
    imported(works, Account, f"NAME,ANNUALREVENUE\nLark,{text}\n")
    assert everything(works, Account)[0].annual_revenue == value


@SQLITE
@pytest.mark.parametrize("text", ["6.0E99", "E7"])
def test_a_number_that_could_mean_two_things_is_rejected(
    works: UnitOfWorkFactory, text: str
) -> None:
    (reason,) = rejected(works, Account, f"NAME,ANNUALREVENUE\nLark,{text}\n", strict=True)
    assert reason.startswith("Annual revenue: “")


@SQLITE
def test_a_birthday_that_is_no_moment_is_rejected(works: UnitOfWorkFactory) -> None:
    (reason,) = rejected(works, Account, "NAME,CREATEDDATE\nLark,soon\n", strict=True)
    assert reason.startswith("Created: “soon”")


@SQLITE
def test_the_name_of_a_column_may_come_twice(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME,COUNTRY,NAME\nLark,FR,Wren\n")
    assert everything(works, Account)[0].name == "Lark"


def test_progress_is_told_in_rows(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BATCH", 5)
    told: list[tuple[int, int]] = []
    rows = 8
    imported(
        works,
        Account,
        "NAME\n" + "\n".join(map(str, range(rows))),
        progress=lambda *done: told.append(done),
    )
    assert told == [(6, rows), (rows, rows), (rows, rows)]


@SQLITE
def test_text_that_looks_like_a_formula_is_rejected_as_text(works: UnitOfWorkFactory) -> None:
    file = io.StringIO(newline="")
    imported(works, Account, "NAME,COUNTRY\n=1+1,Atlantis\n", rejected=file, strict=True)
    assert "\r\n'=1+1,Atlantis," in file.getvalue()


@SQLITE
def test_a_lone_name_below_a_blank_line_is_a_row(works: UnitOfWorkFactory) -> None:
    assert imported(works, Account, "Name,Industry,Country\nLark,Ships,FR\n\nWren\n").created == 2


@SQLITE
def test_a_lone_name_between_the_rows_and_a_total_is_a_row(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, "Name,Industry,Employees\nLark,Ships,12\nWren\nTotal,,12\n")
    assert [account.name for account in everything(works, Account)] == ["Lark", "Wren"]
    assert "Passed over below the last record: “Total" in outcome.notes[0]


@SQLITE
@pytest.mark.parametrize(
    "footer",
    [
        "Grand Total,,12",
        "\nMy deals\nCopyright (c) 2000-2026 salesforce.com",
        'Total,,"1,200.00"',
        "\nGenerated by: Ada",
    ],
)
def test_footers_are_no_rows_and_told(works: UnitOfWorkFactory, footer: str) -> None:
    outcome = imported(
        works, Account, f"Name,Industry,Employees\nLark,Ships,12\nTotal Energies,Oil,5\n{footer}\n"
    )
    assert [account.name for account in everything(works, Account)] == ["Lark", "Total Energies"]
    assert "Passed over below the last record" in outcome.notes[0]


@SQLITE
def test_titles_above_the_headers_are_told(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, "Our accounts\n\nName,Industry,Employees\nLark,Ships,12\n")
    assert outcome.notes == ["Passed over above the headers: “Our accounts”."]
