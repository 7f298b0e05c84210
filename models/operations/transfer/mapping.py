"""Which column of a file fills which field: guessed from the headers, corrected by the person."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from models.core import values
from models.core.base import Entity
from models.core.errors import Invalid

REF, EXTERNAL_ID, CREATED_AT, DELETED, PERSON_NAME = "ref", "external_id", "created_at", "deleted", "full_name"
ORIGIN = "exported_from"
"""What a column can fill besides fields: our reference, the id and the birthday the record has elsewhere, whether it is
deleted there (such rows are passed over), a person's first and last name in one, and which workspace our own export is
of."""

REASON = "reason rejected"
"""The column that a file of rejected rows has at its end."""

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "id": (EXTERNAL_ID,), "recordid": (EXTERNAL_ID,), "externalid": (EXTERNAL_ID,),
    "createddate": (CREATED_AT,), "createdate": (CREATED_AT,), "createdat": (CREATED_AT,), "created": (CREATED_AT,),
    "addtime": (CREATED_AT,),
    "isdeleted": (DELETED,), "deleted": (DELETED,),
    "ownerid": ("owner", "assignee"), "ownername": ("owner", "assignee"), "ownerfullname": ("owner", "assignee"),
    "name": (PERSON_NAME,), "fullname": (PERSON_NAME,), "title": ("name", "job_title", "subject"),
    "dealname": ("name",), "opportunityname": ("name",),
    "company": ("account", "company", "name"), "companyname": ("account", "company", "name"),
    "accountname": ("account", "company", "name"), "organization": ("account", "company", "name"),
    "organizationname": ("account", "company", "name"), "associatedcompany": ("account", "company"),
    "accountid": ("account",), "parentid": ("parent",), "parentaccountid": ("parent",),
    "contactid": ("customer",), "contactname": ("customer",), "contactperson": ("customer",),
    "associatedcontact": ("customer",), "whoid": ("customer",), "opportunityid": ("opportunity",), "caseid": ("case",),
    "stagename": ("stage",), "dealstage": ("stage",), "closedate": ("close_date",),
    "expectedclosedate": ("close_date",), "value": ("amount",), "currencyisocode": ("currency",),
    "forecastcategoryname": ("forecast",),
    "closedlostreason": ("lost_reason",), "lossreason": ("lost_reason",), "lostreason": ("lost_reason",),
    "numberofemployees": ("employees",), "employeecount": ("employees",),
    "companydomainname": ("domain",), "websiteurl": ("domain",),
    "description": ("notes",), "comments": ("notes", "description"), "subject": ("description",),
    "note": ("description",),
    "leadsource": ("source",), "leadstatus": ("status",), "phonenumber": ("phone",), "emailaddress": ("email",),
    "activitydate": ("due_date",), "duedate": ("due_date",), "activitytype": ("type",), "tasksubtype": ("type",),
    "mailingstreet": ("street",), "mailingcity": ("city",), "mailingstate": ("region",),
    "mailingpostalcode": ("postal_code",), "mailingcountry": ("country",), "billingcountry": ("country",),
    "countryregion": ("country",), "stateregion": ("region",), "streetaddress": ("street",),
}  # fmt: skip
"""What Salesforce, HubSpot and Pipedrive write over their columns, in lower case without spaces or signs → the field
here, the first that the entity has."""

OTHER_NOUNS = {"account": "organization", "customer": "person"}
"""What Pipedrive calls our entities; it writes the noun before every header."""

IDS_OF_PEOPLE = ("ownerid",)
"""Columns that hold another system's ids of people: of use only to who knows the people behind them."""


@dataclass
class Columns:
    """What becomes of each column of a file: the field it fills, or why it is left out."""

    fields: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def guess(
    entity: type[Entity],
    headers: Iterable[str],
    filled: Collection[str] | None = None,
    chosen: Mapping[str, str] | None = None,
    people: bool = False,
) -> Columns:
    """What each column fills: what the person chose, then the entity's own words, then what other systems call things.

    filled: the headers under which anything stands, all when None. chosen: header → field, or "" to leave the column
    out; Invalid says what is not there. people: whether the ids of other systems' people are known.
    """
    headers = list(dict.fromkeys(headers))
    taken = choose(entity, headers, chosen or {})
    usable = [header for header in headers if header and (filled is None or header in filled)]
    for words in (own_words(entity), other_words(entity, people)):
        for header in usable:
            target = words.get(squeeze(header, entity))
            if target and header not in taken and target not in taken.values():
                taken[header] = target
    columns = Columns({header: taken[header] for header in headers if taken.get(header)})
    for header in headers:
        if header not in columns.fields:
            columns.left_out[header] = why_not(entity, header, header in usable, taken)
    return columns


def choose(entity: type[Entity], headers: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """What the person said, with headers as the file spells them and fields by their real names."""
    written = {values.fold(header): header for header in headers}
    words = own_words(entity)
    taken: dict[str, str] = {}
    for header, word in chosen.items():
        if values.fold(header) not in written:
            raise Invalid({header: f"The file has no column “{header[:60]}”. It has: {', '.join(written.values())}."})
        if word and squeeze(word) not in words:
            close = difflib.get_close_matches(squeeze(word), words, 1)
            hint = f"Did you mean {words[close[0]]}?" if close else f"Try one of: {', '.join(targets(entity))}."
            raise Invalid({header: f"There is no “{word[:60]}” to fill. {hint}"})
        taken[written[values.fold(header)]] = words[squeeze(word)] if word else ""
    return taken


def why_not(entity: type[Entity], header: str, usable: bool, taken: Mapping[str, str]) -> str:
    word = squeeze(header, entity)
    target = own_words(entity).get(word) or other_words(entity, people=True).get(word)
    other = next((other for other in taken if target and taken[other] == target), None)
    if header in taken:
        return "left out as you said"
    if not header:
        return "has no name"
    if header == REASON:
        return "what was wrong before"
    if not usable:
        return "empty"
    if other:
        return f"{target} comes from {other}"
    return "nobody here is known by these ids" if target else "nothing here is called that"


def targets(entity: type[Entity]) -> list[str]:
    """Everything a column can fill."""
    fields = [name for name in entity.fields() if name != "deleted_at"]
    return [
        REF,
        *fields,
        *entity.besides,
        EXTERNAL_ID,
        CREATED_AT,
        DELETED,
        ORIGIN,
        *([PERSON_NAME] if "first_name" in fields else []),
    ]


def own_words(entity: type[Entity]) -> dict[str, str]:
    names = entity.field_names() | {target: target for target in targets(entity)}
    return {squeeze(word): name for word, name in names.items() if name != "deleted_at"}


def other_words(entity: type[Entity], people: bool) -> dict[str, str]:
    known = targets(entity)
    found = {word: next((name for name in names if name in known), "") for word, names in ELSEWHERE.items()}
    return {word: name for word, name in found.items() if people or word not in IDS_OF_PEOPLE}


def squeeze(header: str, entity: type[Entity] | None = None) -> str:
    """`CLOSE_DATE`, `Close date` and, for a deal, `Deal - Close date` as closedate."""
    prefix, dash, rest = header.partition(" - ")
    nouns = (entity.slug(), *entity.nouns, OTHER_NOUNS.get(entity.slug())) if entity else ()
    return re.sub("[^a-z0-9]", "", values.fold(rest if dash and values.fold(prefix) in nouns else header))
