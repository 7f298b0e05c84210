"""Which column of a file fills which field."""

import pytest

from models.core.errors import Invalid
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange import guess
from models.exchange.mapping import REASON
from models.sales.opportunity import Opportunity
from models.support.case import Case


def test_salesforce_accounts_are_understood() -> None:
    columns = guess(
        Account,
        [
            "ID",
            "ISDELETED",
            "NAME",
            "PARENTID",
            "BILLINGCOUNTRY",
            "WEBSITE",
            "INDUSTRY",
            "ANNUALREVENUE",
            "NUMBEROFEMPLOYEES",
            "CREATEDDATE",
        ],
    )
    assert list(columns.fields.values()) == [
        "external_id",
        "deleted",
        "name",
        "parent",
        "country",
        "domain",
        "industry",
        "annual_revenue",
        "employees",
        "created_at",
    ]
    assert not columns.left_out


def test_salesforce_opportunities_are_understood() -> None:
    headers = "ACCOUNTID NAME STAGENAME AMOUNT PROBABILITY CLOSEDATE NEXTSTEP FORECASTCATEGORY CURRENCYISOCODE"
    columns = guess(Opportunity, headers.split())
    assert list(columns.fields.values()) == [
        "account",
        "name",
        "stage",
        "amount",
        "probability",
        "close_date",
        "next_step",
        "forecast",
        "currency",
    ]


def test_salesforce_contacts_become_customers() -> None:
    headers = "FIRSTNAME LASTNAME EMAIL PHONE TITLE MAILINGSTREET MAILINGCITY MAILINGSTATE MAILINGCOUNTRY DESCRIPTION"
    columns = guess(Customer, headers.split())
    assert list(columns.fields.values()) == [
        "first_name",
        "last_name",
        "email",
        "phone",
        "job_title",
        "street",
        "city",
        "region",
        "country",
        "notes",
    ]


def test_hubspot_deals_are_understood() -> None:
    headers = [
        "Record ID",
        "Deal Name",
        "Deal Stage",
        "Close Date",
        "Amount",
        "Associated Company",
        "Create Date",
    ]
    columns = guess(Opportunity, headers)
    assert list(columns.fields.values()) == [
        "external_id",
        "name",
        "stage",
        "close_date",
        "amount",
        "account",
        "created_at",
    ]


def test_pipedrive_writes_the_noun_before_every_header() -> None:
    columns = guess(
        Opportunity,
        ["Deal - ID", "Deal - Title", "Deal - Value", "Deal - Stage", "Deal - Organization"],
    )
    assert list(columns.fields.values()) == ["external_id", "name", "amount", "stage", "account"]
    assert guess(Account, ["Organization - Name"]).fields == {"Organization - Name": "name"}


def test_labels_names_and_other_words_of_a_field_all_name_it() -> None:
    assert guess(Opportunity, ["Close date"]).fields == {"Close date": "close_date"}
    assert guess(Opportunity, ["close_date"]).fields == {"close_date": "close_date"}
    assert guess(Opportunity, ["closes"]).fields == {"closes": "close_date"}


def test_our_own_word_wins_over_what_others_call_it() -> None:
    columns = guess(Account, ["BILLINGCOUNTRY", "Country"])
    assert columns.fields == {"Country": "country"}
    assert columns.left_out == {"BILLINGCOUNTRY": "country comes from Country"}


def test_what_is_left_out_says_why() -> None:
    columns = guess(Account, ["NAME", "SIC", "FAX", "", REASON], filled=["NAME", "FAX", REASON])
    assert columns.left_out == {
        "SIC": "empty",
        "FAX": "nothing here is called that",
        "": "has no name",
        REASON: "what was wrong before",
    }


def test_ids_of_people_name_the_owner_where_nothing_clearer_does() -> None:
    assert guess(Account, ["OWNERID"]).fields == {"OWNERID": "owner"}
    assert guess(Case, ["OWNERID"]).fields == {"OWNERID": "assignee"}
    assert guess(Account, ["OWNERID", "Owner"]).fields == {"Owner": "owner"}


def test_a_person_can_say_what_a_column_is() -> None:
    columns = guess(
        Account, ["NAME", "SITE", "INDUSTRY"], chosen={"site": "Website", "INDUSTRY": ""}
    )
    assert columns.fields == {"SITE": "domain", "NAME": "name"}
    assert columns.left_out == {"INDUSTRY": "left out as you said"}


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(Invalid, match="The file has no column “SITE”. It has: NAME"):
        guess(Account, ["NAME"], chosen={"SITE": "website"})


def test_a_field_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(Invalid, match="There is no “industri” to fill. Did you mean industry?"):
        guess(Account, ["NAME"], chosen={"NAME": "industri"})
    with pytest.raises(Invalid, match="Try one of: ref, name"):
        guess(Account, ["NAME"], chosen={"NAME": "zzz"})


def test_nobody_deletes_by_import() -> None:
    assert "deleted_at" not in guess(Account, ["Deleted", "deleted_at"]).fields.values()
