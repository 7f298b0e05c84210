"""The letters with which languages are written, and the encodings in which they are written."""

LATIN: dict[str, tuple[str, float]] = {
    "de": ("äöüß", 0),
    "fr": ("àâçéèêëîïôùûœæ", 0),
    "es": ("áéíñóúü", 0),
    "pt": ("áâãàçéêíóôõú", 0),
    "it": ("àèéìòù", 0),
    "nl": ("ëïéèöü", 0),
    "sv": ("åäöé", 0),
    "da": ("æøåé", 0),
    "ca": ("àçèéíïòóúü", 0.05),
    "is": ("áðéíóúýþæö", 0.2),
    "et": ("äöüõšž", 0.25),
    "tr": ("çğıöşüâî", 0),
    "pl": ("ąćęłńóśźż", 0),
    "cs": ("áčďéěíňóřšťúůýž", 0),
    "sk": ("áäčďéíĺľňóôŕšťúýž", 0),
    "hu": ("áéíóöőúüű", 0),
    "ro": ("ăâîşţșț", 0),
    "hr": ("čćđšž", 0),
    "lt": ("ąčęėįšųūž", 0),
    "lv": ("āčēģīķļņšūž", 0),
    "fi": ("äöåšž", 0.3),
}
"""Language → its letters beyond a to z, and how rare it is.

The second figure says how much rarer the language is than its neighbours in what it shares with
them.
"""

WEST = ("de", "fr", "es", "pt", "it", "nl", "sv", "da", "ca", "is", "fi")
EAST = ("pl", "cs", "sk", "hu", "ro", "hr", "de")

SINGLE: dict[str, tuple[str, ...]] = {
    "cp1252": WEST,
    "iso8859-15": WEST,
    "cp1250": EAST,
    "iso8859-2": EAST,
    "cp1254": ("tr", "de", "fr"),
    "cp1257": ("lt", "lv", "et"),
    "mac_roman": WEST,
    "mac_latin2": EAST,
    "mac_turkish": ("tr", "de"),
    "cp850": ("de", "fr", "es", "it", "nl", "sv", "da"),
    "cp437": ("de", "fr", "es", "it", "nl", "sv"),
    "cp852": EAST,
    "cp857": ("tr", "de"),
    "cp1251": ("cyrillic",),
    "koi8-u": ("cyrillic",),
    "cp866": ("cyrillic",),
    "iso8859-5": ("cyrillic",),
    "mac_cyrillic": ("cyrillic",),
    "cp1253": ("greek",),
    "iso8859-7": ("greek",),
    "mac_greek": ("greek",),
    "cp737": ("greek",),
    "cp1255": ("hebrew",),
    "cp1256": ("arabic",),
    "cp874": ("thai",),
}
"""Encodings with one byte per letter, the most frequent first, and what is written in them."""

SELDOM = dict.fromkeys(("mac_latin2", "mac_turkish", "mac_greek", "cp857", "cp737", "cp437"), 0.13)
"""Encodings that hardly anybody uses any more, and how much odder that makes them."""

CYRILLIC = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "абвгдежзийклмнопрстуфхцчшщъьюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
)
CYRILLIC_VOWELS = frozenset("аеёиоуыэюяіїє")
RARE_CYRILLIC = dict.fromkeys("ъёэщ", 0.6) | dict.fromkeys("фцюжшхђјљњћџґўє", 0.3)
NEVER_FIRST = frozenset("ъыь")
FINAL_HEBREW = frozenset("םןץףך")

LEADS: dict[str, tuple[tuple[int, int, float], ...]] = {
    "gb18030": (
        (0xB0, 0xD7, 0),
        (0xD8, 0xF7, 0.45),
        (0xA1, 0xA3, 0.1),
        (0xA4, 0xA5, 1),
        (0, 0xFF, 0.8),
    ),
    "cp950": ((0xA4, 0xC6, 0), (0xC9, 0xF9, 0.5), (0xA1, 0xA3, 0.1), (0, 0xFF, 0.9)),
    "cp932": (
        (0x82, 0x83, 0),
        (0x88, 0x97, 0.05),
        (0x98, 0x9F, 0.5),
        (0xE0, 0xEA, 0.5),
        (0x81, 0x81, 0.1),
        (0xA1, 0xDF, 0.6),
        (0, 0xFF, 0.9),
    ),
    "euc_jp": (
        (0xA4, 0xA5, 0),
        (0xB0, 0xCF, 0.05),
        (0xD0, 0xF4, 0.5),
        (0xA1, 0xA3, 0.1),
        (0x8E, 0x8E, 0.6),
        (0, 0xFF, 0.9),
    ),
    "cp949": ((0xB0, 0xC8, 0), (0xCA, 0xFD, 0.6), (0xA1, 0xA3, 0.1), (0, 0xFF, 0.8)),
}
"""Encodings with two bytes per character → how odd a character is, by its first byte.

These encodings put the common characters first.
"""

SPOKEN = {
    "cp1252": "Western European",
    "iso8859-15": "Western European",
    "cp1250": "Central European",
    "iso8859-2": "Central European",
    "mac_roman": "Macintosh",
    "mac_latin2": "Macintosh, Central European",
    "mac_cyrillic": "Macintosh, Cyrillic",
    "mac_greek": "Macintosh, Greek",
    "mac_turkish": "Macintosh, Turkish",
    "cp1254": "Turkish",
    "cp857": "Turkish, DOS",
    "cp1257": "Baltic",
    "cp850": "Western European, DOS",
    "cp437": "DOS",
    "cp852": "Central European, DOS",
    "cp1251": "Cyrillic",
    "koi8-u": "Cyrillic",
    "cp866": "Cyrillic, DOS",
    "iso8859-5": "Cyrillic",
    "cp1253": "Greek",
    "iso8859-7": "Greek",
    "cp737": "Greek, DOS",
    "cp1255": "Hebrew",
    "cp1256": "Arabic",
    "cp874": "Thai",
    "gb18030": "Chinese, GBK",
    "cp950": "Chinese, Big5",
    "cp932": "Japanese, Shift-JIS",
    "euc_jp": "Japanese, EUC",
    "cp949": "Korean",
    "iso2022_jp": "Japanese",
    "utf-16-le": "Unicode",
    "utf-16-be": "Unicode",
}
"""What an encoding is for, in the words shown to people."""
