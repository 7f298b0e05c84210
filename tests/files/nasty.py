"""Forty and more small files that are hard to read, with the right reading of each; run as a module
it writes them.
"""

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent / "nasty"

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Nasty:
    """A file. rows: what its rows say, by field · asked: a part of what is asked, or said, instead
    of reading it · answers: what the person then says, with which `rows` are read · told: a part of
    what is told about the reading.
    """

    name: str
    entity: str
    content: bytes
    rows: Rows = field(default_factory=list)
    asked: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    told: str = ""
    first: dict[str, Any] = field(default_factory=dict)
    """What the person says before they are asked."""


def text(name: str, entity: str, content: str, encoding: str = "utf-8", **right: Any) -> Nasty:
    return Nasty(name, entity, content.encode(encoding), **right)


def names(*pairs: tuple[str, str]) -> Rows:
    return [{"full_name": name, "city": city} for name, city in pairs]


def people(
    name: str, encoding: str, *pairs: tuple[str, str], end: str = "\r\n", **right: Any
) -> Nasty:
    """People with their cities in an encoding."""
    lines = ["Name,City", *(f"{person},{city}" for person, city in pairs), ""]
    return text(name, "customer", end.join(lines), encoding, **({"rows": names(*pairs)} | right))


def workbook(name: str, entity: str, sheets: dict[str, list[list[Any]]], **right: Any) -> Nasty:
    """The least that is a workbook: each sheet with its rows, texts inside of the cells; a number
    is a number.
    """
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{kind}.worksheet+xml"/>'
            for n in range(len(sheets))
        )
        + "</Types>",
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        + "".join(
            f'<sheet name="{s}" sheetId="{n + 1}" r:id="r{n}"/>' for n, s in enumerate(sheets)
        )
        + "</sheets></workbook>",
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="style" Type="{relations}/styles" Target="styles.xml"/>'
        + "".join(
            f'<Relationship Id="r{n}" Type="{relations}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in range(len(sheets))
        )
        + "</Relationships>",
    }
    for n, rows in enumerate(sheets.values()):
        body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        files[f"xl/worksheets/s{n}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(
                zipfile.ZipInfo(path), f'<?xml version="1.0" encoding="UTF-8"?>{content}'
            )
    return Nasty(name, entity, packed.getvalue(), **right)


def cell(value: Any) -> str:
    """A cell; a pair is a number that is shown as a day."""
    if isinstance(value, tuple):
        return f'<c s="1"><v>{value[0]}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else "<c/>"


WEST = (("Jürgen Müller", "Köln"), ("Zoé Lefèvre", "Orléans"), ("José Peña", "Málaga"))
POLES = (("Łukasz Wójcik", "Łódź"), ("Małgorzata Żak", "Kraków"), ("Paweł Dąbrowski", "Gdańsk"))
RUSSIANS = (("Иван Петров", "Москва"), ("Ольга Смирнова", "Казань"))
CHINESE = (("张伟", "北京"), ("王芳", "上海"), ("李娜", "深圳"), ("刘洋", "杭州市西湖区"))
JAPANESE = (("山田太郎", "東京"), ("鈴木はなこ", "大阪"), ("ソニー株式会社", "東京都港区"))

ENCODINGS = [
    people("utf8.csv", "utf-8", *WEST, *POLES, *RUSSIANS, *CHINESE),
    people("utf8_mark.csv", "utf-8-sig", *WEST, *CHINESE),
    people("utf16.csv", "utf-16", *WEST, *RUSSIANS),
    people("utf16_le.csv", "utf-16-le", *WEST, *POLES),
    people("utf16_be.csv", "utf-16-be", *WEST, *CHINESE),
    people("cp1252.csv", "cp1252", *WEST, told="Western European (cp1252): “Jürgen”"),
    people("cp1250.csv", "cp1250", *POLES, told="(cp1250): “Łukasz”"),
    people(
        "iso8859_2.csv",
        "iso8859-2",
        ("Jiří Dvořák", "Plzeň"),
        ("Lukáš Černý", "Děčín"),
        told="“Jiří”",
    ),
    people("cp1251.csv", "cp1251", *RUSSIANS, told="(cp1251): “Иван”"),
    people("koi8_r.csv", "koi8-r", *RUSSIANS, told="“Иван”"),
    people("cp866.csv", "cp866", *RUSSIANS, told="(cp866): “Иван”"),
    people(
        "cp1253.csv",
        "cp1253",
        ("Γιώργος Παπαδόπουλος", "Αθήνα"),
        ("Μαρία Νικολάου", "Πάτρα"),
        told="“Γιώργος”",
    ),
    people(
        "cp1254.csv",
        "cp1254",
        ("Işıl Yıldız", "Diyarbakır"),
        ("Çağrı Öztürk", "Muğla"),
        told="“Işıl”",
    ),
    people(
        "cp850.csv",
        "cp850",
        ("Jürgen Müller", "Köln"),
        ("Sören Groß", "Düsseldorf"),
        told="“Jürgen”",
    ),
    people("mac.csv", "mac_roman", *WEST, end="\r", told="Macintosh (mac_roman): “Jürgen”"),
    people("gbk.csv", "gbk", *CHINESE, told="Chinese, GBK (gb18030): “张伟”"),
    people(
        "big5.csv", "big5", ("王小明", "台北"), ("陳美玲", "高雄市"), told="Big5 (cp950): “王小明”"
    ),
    people("shift_jis.csv", "shift_jis", *JAPANESE, told="Shift-JIS (cp932): “山田太郎”"),
    people("euc_jp.csv", "euc_jp", *JAPANESE, told="(euc_jp): “山田太郎”"),
    people("iso2022_jp.csv", "iso2022_jp", *JAPANESE),
    people(
        "euc_kr.csv",
        "euc_kr",
        ("김철수", "서울"),
        ("이영희", "부산"),
        ("박민수", "대구광역시"),
        told="“김철수”",
    ),
    people(
        "mac_or_not.csv",
        "mac_roman",
        ("Ada", "Köln"),
        ("Bob", "Paris"),
        asked="mac_roman (Macintosh): “Köln”",
        answers={"encoding": "mac-roman"},
    ),
    Nasty(
        "two_encodings.csv",
        "customer",
        "Name,City\nJürgen,Köln\n".encode() + "Zoé,Orléans\n".encode("cp1252"),
        asked="Line 3 of the file is not UTF-8",
    ),
]

ACCOUNTS = [{"name": "Lark & Sons", "country": "FR"}, {"name": "Wren", "country": "DE"}]
DIALECTS = [
    text(
        "sep.csv",
        "account",
        "sep=;\r\nName;Country\r\nLark & Sons;FR\r\nWren;DE\r\n",
        rows=ACCOUNTS,
    ),
    text("tab.csv", "account", "Name\tCountry\nLark & Sons\tFR\nWren\tDE\n", rows=ACCOUNTS),
    text("pipe.csv", "account", "Name|Country\nLark & Sons|FR\nWren|DE\n", rows=ACCOUNTS),
    text(
        "tilde.csv",
        "account",
        "Name~Country\nLark & Sons~FR\nWren~DE\n",
        rows=ACCOUNTS,
        told="separated by “~”",
    ),
    text(
        "single_quotes.csv",
        "account",
        "'Name','Country'\n'Lark, Sons','FR'\n'O''Neill','IE'\n",
        rows=[{"name": "Lark, Sons", "country": "FR"}, {"name": "O'Neill", "country": "IE"}],
        told="quoted with '",
    ),
    text(
        "backslash.csv",
        "account",
        '"Name","Country"\n"The \\"Lark\\", Sons","FR"\n"Wren","DE"\n',
        rows=[{"name": 'The "Lark", Sons', "country": "FR"}, {"name": "Wren", "country": "DE"}],
        told="backslash",
    ),
    text(
        "spaced.csv",
        "account",
        '"Name", "Country"\n"Lark, Sons", "FR"\n"Wren", "DE"\n',
        rows=[{"name": "Lark, Sons", "country": "FR"}, {"name": "Wren", "country": "DE"}],
    ),
    text(
        "sheathed.csv",
        "customer",
        'Id,Last name,Zip\n="007",Bond,="01234"\n',
        rows=[{"external_id": "007", "last_name": "Bond", "postal_code": "01234"}],
    ),
    text(
        "unclosed.csv",
        "account",
        'Name,Country\nLark,FR\n"Wren,DE\nTern,IT\n',
        asked="Line 3 has a quote",
    ),
    text(
        "swallowed.csv",
        "account",
        'Name,Country\n"Lark,FR\nWren,DE\nTern,"\n',
        asked="before “Lark,FR” is never closed",
    ),
    text(
        "long_cell.csv",
        "customer",
        f"Last name,Notes\nKing,{'word ' * 28_000}\nByron,short\n",
        rows=[{"last_name": "King"}, {"last_name": "Byron", "notes": "short"}],
    ),
    text(
        "lines_in_cells.csv",
        "customer",
        'Last name,Notes\r\nKing,"one, two\r\nthree"\r\nByron,four\r\n',
        rows=[
            {"last_name": "King", "notes": "one, two\r\nthree"},
            {"last_name": "Byron", "notes": "four"},
        ],
    ),
]

REPORT = """Open deals by owner
As of 2026-03-01 10:00

Opportunity Name,Stage,Close Date,Account Name
Renewal,Prospecting,2026-04-01,Lark
Sails,Closed Won,2026-01-15,Wren

Grand Total,,2

Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.
Confidential Information - Do Not Distribute
Generated By:  Jane Doe  3/1/2026 10:00 AM
"""
SHAPES = [
    text(
        "report.csv",
        "opportunity",
        REPORT,
        told="below the last record",
        rows=[
            {
                "name": "Renewal",
                "stage": "qualification",
                "close_date": "2026-04-01",
                "account": "Lark",
            },
            {"name": "Sails", "stage": "won", "close_date": "2026-01-15", "account": "Wren"},
        ],
    ),
    text(
        "blank_first.csv",
        "account",
        "\r\n,\r\nName,Country\r\nLark & Sons,FR\r\n,\r\nWren,DE\r\n",
        rows=ACCOUNTS,
    ),
    text(
        "connections.csv",
        "customer",
        'Notes:\n"When exporting your connection data, you may notice that some e-mail addresses are missing."\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Ada,King,https://linkedin.example/ada,ada@example.org,Lark,Engineer,05 Mar 2026\n",
        rows=[
            {
                "first_name": "Ada",
                "last_name": "King",
                "email": "ada@example.org",
                "account": "Lark",
                "job_title": "Engineer",
                "created_at": "05 Mar 2026",
            }
        ],
        told="above the headers",
    ),
    text(
        "equal_headers.csv",
        "customer",
        "Last name,Phone,Phone\nKing,,+49 30 1234567\nByron,+49 30 7654321,\n",
        rows=[
            {"last_name": "King", "phone": "+49 30 1234567"},
            {"last_name": "Byron", "phone": "+49 30 7654321"},
        ],
    ),
    text(
        "empty_words.csv",
        "account",
        "Id,Name,ParentId,Industry,Employees\n001A,Lark,000000000000000AAA,N/A,NULL\n001B,Wren,NULL,-,nan\n"
        "001C,Tern,#N/A,None,12\n",
        rows=[{"name": "Lark"}, {"name": "Wren"}, {"name": "Tern", "employees": "12"}],
        told="“NULL” (1)",
    ),
    text(
        "day_first.csv",
        "opportunity",
        "Name,Close Date\nA,13/01/2026\nB,05/06/2026\nC,07/08/2026\n",
        rows=[
            {"name": n, "close_date": d}
            for n, d in (("A", "2026-01-13"), ("B", "2026-06-05"), ("C", "2026-08-07"))
        ],
        told="Close Date: the day first, as in 13/01/2026.",
    ),
    text(
        "month_first.csv",
        "opportunity",
        "Name,Close Date\nA,1/13/26\nB,5/6/26\n",
        rows=[{"name": "A", "close_date": "2026-01-13"}, {"name": "B", "close_date": "2026-05-06"}],
        told="Close Date: the month first, as in 1/13/26.",
    ),
    text(
        "either_first.csv",
        "opportunity",
        "Name,Close Date\nA,05/06/2026\nB,07/08/2026\n",
        asked="--dates dmy",
        answers={"dates": "mdy"},
        rows=[{"name": "A", "close_date": "2026-05-06"}, {"name": "B", "close_date": "2026-07-08"}],
    ),
    text(
        "both_first.csv",
        "opportunity",
        "Name,Close Date\nA,13/06/2026\nB,07/28/2026\n",
        asked="07/28/2026 the month",
    ),
    text(
        "serials.csv",
        "opportunity",
        "Name,Close Date\nA,46035\nB,46178.5\n",
        rows=[
            {"name": "A", "close_date": "2026-01-13"},
            {"name": "B", "close_date": "2026-06-05 12:00"},
        ],
        told="46035 is 2026-01-13",
    ),
    text(
        "decimal_comma.csv",
        "opportunity",
        'Name;Amount;Probability\nA;"1.200,50 €";0,2\nB;3.000;1\nC;7,5;0,4\n',
        rows=[
            {"name": "A", "amount": "1200.50 €", "probability": "20"},
            {"name": "B", "amount": "3000", "probability": "100"},
            {"name": "C", "amount": "7.5", "probability": "40"},
        ],
        told="Probability: parts of one",
    ),
    text(
        "point_or_comma.csv",
        "opportunity",
        "Name,Amount\nA,1.200\nB,3.000\n",
        asked="--decimal",
        answers={"decimal": ","},
        rows=[{"name": "A", "amount": "1200"}, {"name": "B", "amount": "3000"}],
    ),
    text(
        "unit_in_header.csv",
        "opportunity",
        'Name,Amount (EUR)\nA,"1,200.00"\n',
        rows=[{"name": "A", "amount": "1200.00 EUR"}],
        told="in EUR, as its header says",
    ),
    text(
        "unknown_words.csv",
        "opportunity",
        "Name,Stage\nA,Engaging\nB,Engaging\nC,closedwon\n",
        asked="“Engaging” (2)",
        answers={"words": {("Stage", "Engaging"): "qualification"}},
        rows=[
            {"name": "A", "stage": "qualification"},
            {"name": "B", "stage": "qualification"},
            {"name": "C", "stage": "won"},
        ],
    ),
    text(
        "ids_15.csv",
        "account",
        "Account ID,Account Name\n0015000000Gv7qJ,Lark\n",
        rows=[{"external_id": "0015000000Gv7qJAAR", "name": "Lark"}],
    ),
    text(
        "web_page.xls",
        "account",
        "<html><table><tr><td>Name</td></tr></table></html>",
        asked="not a table",
    ),
    text("nothing.csv", "account", "\n\n", asked="The file is empty"),
    workbook(
        "days.xlsx",
        "opportunity",
        {
            "Deals": [
                ["Deal Name", "Amount", "Close Date", "Deal ID"],
                ["A", 1200.5, (46035, "day"), 4915112345678],
            ]
        },
        rows=[
            {
                "name": "A",
                "amount": "1200.5",
                "close_date": "2026-01-13",
                "external_id": "4915112345678",
            }
        ],
    ),
    workbook(
        "two_sheets.xlsx",
        "account",
        {
            "Cover": [],
            "Customers": [
                ["Our customers"],
                [],
                ["Name", "Country"],
                ["Lark & Sons", "FR"],
                ["Wren", "DE"],
            ],
            "Old": [["Name"], ["Tern"]],
        },
        rows=ACCOUNTS,
        told="“Customers” was read, whose headers fit best; not read: “Old” (2 rows).",
    ),
    workbook(
        "whole_export.xlsx",
        "opportunity",
        {
            "Read me": [["How to use this workbook"], ["Do not"]],
            "Accounts": [["Account Name", "Industry"], ["Lark", "Birds"], ["Wren", "Birds"]],
            "Deals": [["Deal Name", "Amount", "Stage"], ["Sails", 12, "Closed Won"]],
        },
        rows=[{"name": "Sails", "amount": "12", "stage": "won"}],
        told="“Deals” was read, whose headers fit best; not read: “Read me” (2 rows), “Accounts” (3 rows).",
    ),
    workbook(
        "named_sheet.xlsx",
        "account",
        {
            "2025": [["Name", "Country"], ["Tern", "IT"]],
            "2026": [["Name", "Country"], ["Lark & Sons", "FR"], ["Wren", "DE"]],
        },
        asked="It has: “2025” (2 rows), “2026” (3 rows).",
        first={"sheet": "2024"},
        answers={"sheet": "2026"},
        rows=ACCOUNTS,
        told="“2026” was read; not read: “2025” (2 rows).",
    ),
]

FILES = [*ENCODINGS, *DIALECTS, *SHAPES]

if __name__ == "__main__":
    for each in FILES:
        (FOLDER / each.name).write_bytes(each.content)
