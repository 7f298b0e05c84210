"""Write the names of all countries in all languages of CLDR: `python -m tests.countries`.

It needs babel, which nothing else does. A name that languages use for several countries is left
out.
"""

from collections import defaultdict
from pathlib import Path

from babel import Locale, localedata
from babel.core import get_global

from models.core.parsing import countries
from tests.countries.official import official

TABLE = Path(countries.__file__).with_name("countries.txt")
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
COMMON = ("de", "fr", "es", "it", "pt", "nl")
HEAD = (
    "# What people call countries, made by `python -m tests.countries`. The names are of the Unicode Common Locale\n"
    "# Data Repository, whose licence is in countries.LICENSE, and official ones of ISO 3166-1.\n"
)


def main() -> None:
    ranks = [ours(), of_locales(["en"]), of_locales(COMMON), of_locales(all_languages())]
    meant: dict[str, str] = {}
    for names in ranks:
        for key, codes in names.items():
            if key not in meant and len(codes) == 1:
                meant[key] = next(iter(codes))
            elif key not in meant:
                meant[key] = ""
    keys = defaultdict(list)
    for key, code in meant.items():
        if code:
            keys[code].append(key)
    lines = ["\t".join((code, *sorted(keys[code]), "\n")) for code in sorted(keys)]
    TABLE.write_text(HEAD + "".join(lines), encoding="utf-8")


def ours() -> dict[str, set[str]]:
    """Return the codes, and the names of ISO and of everyday English: key → countries."""
    found = defaultdict(set)
    for code, name in countries.NAMES.items():
        for each in (name, code, *official().get(code, ())):
            found[countries.key_of(each)].add(code)
    for alias, codes in get_global("territory_aliases").items():
        if len(codes) == 1 and codes[0] in countries.NAMES:
            found[countries.key_of(alias)].add(codes[0])
    return found


def spellings(name: str) -> set[str]:
    """Return a name as it is, and as it is typed where there are no umlauts."""
    return {name, "".join(UMLAUTS.get(letter, letter) for letter in name)}


def of_locales(languages: list[str] | tuple[str, ...]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for language in languages:
        for code, name in Locale.parse(language).territories.items():
            if code in countries.NAMES:
                for spelling in spellings(name):
                    found[countries.key_of(spelling)].add(code)
    return found


def all_languages() -> list[str]:
    return sorted({each for each in localedata.locale_identifiers() if each != "root"})


if __name__ == "__main__":
    main()
