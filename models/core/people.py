"""How people are named."""

from models.core import values


def split_name(words: str) -> dict[str, str]:
    """`Ada King Lovelace ada@x.org` as first_name, last_name and email texts."""
    found = words.split()
    emails = [word for word in found if "@" in word]
    names = [word for word in found if "@" not in word]
    texts = {"first_name": names[0]} if names else {}
    if len(names) > 1:
        texts["last_name"] = " ".join(names[1:])
    if emails:
        texts["email"] = values.from_slack(emails[0])
    return texts
