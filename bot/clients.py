"""Slack's Web API for each workspace, with the token it gave us."""

from slack_sdk import WebClient

from models.core.errors import NotFound


class Clients:
    """One client a workspace. None repeats a call by itself: Slack has no key that makes a second post harmless."""

    def __init__(self, base_url: str = "") -> None:
        self.base_url = base_url or WebClient.BASE_URL
        self.known: dict[str, WebClient] = {}

    def add(self, workspace: str, token: str) -> WebClient:
        """Remember the token of a workspace."""
        self.known[workspace] = WebClient(token=token, base_url=self.base_url, timeout=10, retry_handlers=[])
        return self.known[workspace]

    def workspaces(self) -> list[str]:
        """Where we may speak."""
        return list(self.known)

    def of(self, workspace: str) -> WebClient:
        """The client of a workspace; NotFound where there is none."""
        if workspace not in self.known:
            raise NotFound("The app is not installed in this workspace.")
        return self.known[workspace]

    def ended(self, workspace: str) -> None:
        """The app was removed or its token revoked: nothing more is sent there."""
        self.known.pop(workspace, None)
