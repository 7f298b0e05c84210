"""Everything that can go wrong in a way that people should know about."""

from collections.abc import Mapping, Sequence


class CRMError(Exception):
    """An error whose text is shown to the person as it is."""


class Invalid(CRMError):
    """Some texts could not become values: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("\n".join(self.errors.values()))


class Incomplete(Invalid):
    """A record lacks what it needs where it is to go.

    Attributes:
        fields: The fields that are empty.
    """

    def __init__(self, sentence: str, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__({self.fields[0]: sentence})


class Taken(Invalid):
    """Somebody was faster: another record got the value that may be there only once."""


class NeedsApproval(Invalid):
    """A rule lets this happen only after somebody else has approved it.

    Attributes:
        people: The ids of those who may approve it, and do it without asking.
    """

    def __init__(self, errors: Mapping[str, str], people: Sequence[int]) -> None:
        self.people = tuple(people)
        super().__init__(errors)


class NotFound(CRMError):
    """What the person named does not exist, or not for them."""


class Ambiguous(CRMError, ValueError):
    """A name fits several records: each one's reference and title is offered, and none is guessed.

    Args:
        text: What was typed.
    """

    def __init__(self, sentence: str, text: str, candidates: list[tuple[str, str]]) -> None:
        self.text, self.candidates = text, candidates
        super().__init__(sentence)


class Conflict(CRMError):
    """The record is not in a state for this, or someone was faster."""


class Stale(Conflict):
    """A form was filled in from a version that is no longer current: what changed meanwhile."""

    def __init__(self, sentence: str, version: int) -> None:
        self.version = version
        super().__init__(sentence)


class Busy(CRMError):
    """The database did not let us in, in time or at all: which one, and what the person can do."""

    def __init__(
        self, sentence: str = "The database is busy right now. Nothing was saved; please try again."
    ) -> None:
        super().__init__(sentence)


class Outrun(Busy):
    """Somebody changed people, roles, teams or fields since the act began."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed roles, teams or fields at the same moment. Nothing was saved; please try again."
        )


class Unusable(CRMError):
    """The database cannot be used as it is: why, and what the person who runs this can do."""


class Forbidden(CRMError):
    """The person may not do this.

    Args:
        request: The line that asks somebody who can give the right for it.
    """

    def __init__(self, sentence: str, request: str = "") -> None:
        self.request = request
        super().__init__(sentence)
