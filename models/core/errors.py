"""Everything that can go wrong in a way worth telling the person about."""

from collections.abc import Mapping


class CRMError(Exception):
    """Its text is shown to the person as it is."""


class Invalid(CRMError):
    """Some texts could not become values: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("\n".join(self.errors.values()))


class NotFound(CRMError):
    """What the person named does not exist, or not for them."""


class Ambiguous(CRMError, ValueError):
    """A name fits several records: (reference, title) of each is offered, never guessed. text: what
    was typed.
    """

    def __init__(self, sentence: str, text: str, candidates: list[tuple[str, str]]) -> None:
        self.text, self.candidates = text, candidates
        super().__init__(sentence)


class Conflict(CRMError):
    """The record is not in a state for this, or someone was faster."""


class Stale(Conflict):
    """A form was filled in from an older version than the one that stands: what changed
    meanwhile.
    """

    def __init__(self, sentence: str, version: int) -> None:
        self.version = version
        super().__init__(sentence)


class Busy(CRMError):
    """The database did not let us in, in time or at all: says which, and what the person can do."""

    def __init__(
        self, sentence: str = "The database is busy right now. Nothing was saved; please try again."
    ) -> None:
        super().__init__(sentence)


class Outrun(Busy):
    """Somebody changed people, roles or teams between the question whether one may do something and
    the act.
    """

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed roles or teams at the same moment. Nothing was saved; please try again."
        )


class Unusable(CRMError):
    """The database cannot be used as it is; says why, and what whoever runs this can do."""


class Forbidden(CRMError):
    """The person may not do this. request: the line that asks who can give the right for it."""

    def __init__(self, sentence: str, request: str = "") -> None:
        self.request = request
        super().__init__(sentence)
