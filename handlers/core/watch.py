"""What happens while the bot runs, told to whoever counts it."""


class Watch:
    """Hears of everything and keeps nothing; `bot.metrics` keeps figures. No name of a person or record gets here."""

    def handled(self, name: str, outcome: str, seconds: float) -> None:
        """Somebody's act was answered. name: of the verb; outcome: done, invalid, refused, busy, late or failed."""

    def delivered(self, kind: str, outcome: str, lag: float) -> None:
        """A delivery ended or was put back. outcome: sent, refused, unknown, limited or dropped; lag: seconds since
        it was due."""

    def ran(self, job: str, outcome: str, seconds: float) -> None:
        """A job looked whether it had something to do. outcome: done or failed."""
