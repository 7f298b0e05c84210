"""The words of this CRM for which others have another one; both are understood."""

GLOSSARY = (
    ("customer", "a person you deal with; the company they are from is an `account`"),
    ("contact detail", "a way to reach a customer: a number, an address (`contact`)"),
    ("works at", "where a customer works, as what, since when (`membership`)"),
    ("deal", "what you hope to sell (`opportunity`); what you sold is a `sale` (`purchase`)"),
    ("task", "what is to be done; once done it is a call, meeting, e-mail or note (`activity`)"),
)
"""(our word, what it is and which other word works)."""
