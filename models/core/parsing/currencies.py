"""The currencies of ISO 4217: their codes, the signs people write for them, their decimals."""

from models.core.parsing.texts import plain, wrong

ISO_4217 = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""

CODES = frozenset(ISO_4217.split())

RUPEES = ("INR", "PKR", "LKR", "NPR", "MUR", "SCR")

# A sign that several currencies share means the person's own one if it is one of them, else the
# first.
SIGNS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU"),
    "€": ("EUR",),
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP"),
    "¥": ("JPY", "CNY"),
    "￥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW", "KPW"),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "₴": ("UAH",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "฿": ("THB",),
    "₸": ("KZT",),
    "₾": ("GEL",),
    "₡": ("CRC",),
    "₲": ("PYG",),
    "₵": ("GHS",),
    "us$": ("USD",),
    "ca$": ("CAD",),
    "c$": ("CAD",),
    "au$": ("AUD",),
    "a$": ("AUD",),
    "nz$": ("NZD",),
    "s$": ("SGD",),
    "hk$": ("HKD",),
    "nt$": ("TWD",),
    "mx$": ("MXN",),
    "r$": ("BRL",),
    "cn¥": ("CNY",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "ft": ("HUF",),
    "lei": ("RON", "MDL"),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "dollar": ("USD", "CAD", "AUD", "NZD"),
    "dollars": ("USD", "CAD", "AUD", "NZD"),
    "pounds": ("GBP",),
    "yen": ("JPY",),
    "francs": ("CHF",),
    "franken": ("CHF",),
    "fr": ("CHF",),
    "sfr": ("CHF",),
    "rs": RUPEES,
    "re": RUPEES,
    "₨": RUPEES,
    "rupee": RUPEES,
    "rupees": RUPEES,
}

SHOWN = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
"""The signs that are written as well as read; every other currency is shown by its code."""

WHOLE = frozenset(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    )
)
"""Currencies without a minor unit.

The few with three decimals are kept to two, as all amounts are.
"""


def find_currency(word: str, default: str = "") -> str | None:
    """Return the currency code that a code, sign or name means, or None."""
    if word.upper() in CODES and word.isascii():
        return word.upper()
    meant = SIGNS.get(word.lower().removesuffix("."))
    if meant is None:
        return None
    return default if default in meant else meant[0]


def read_currency(text: str) -> str:
    """Return the ISO 4217 code that a code, a sign or a name means."""
    currency = find_currency(plain(text))
    if currency is None:
        raise wrong(text, "is not a currency", "EUR or USD")
    return currency


def decimals(currency: str) -> int:
    return 0 if currency in WHOLE else 2
