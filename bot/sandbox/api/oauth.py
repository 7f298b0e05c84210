"""The installation of the app: a person agrees in the browser, and the app gets a token."""

from urllib.parse import parse_qs, urlencode, urlsplit

from bot.sandbox.entities import Json

from ..slack import APP_ID, Slack
from ..tickets import Refused
from .core import method

SPENT = "oauth.v2.access"


def agree(slack: Slack, address: str, user: str) -> str:
    """Agree as a person who was sent to this address of `/oauth/v2/authorize`.

    Return where the browser goes next. The code says which workspace it is for; the app may ask for
    no more than its manifest does.
    """
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if asked.get("client_id") != slack.client_id:
        raise Refused("invalid_client_id")
    if set(asked.get("scope", "").split(",")) != set(_scopes(slack)):
        raise Refused("invalid_scope")
    code = f"{slack.team_id}.{user}.{next(slack.numbers)}"
    back = asked.get("redirect_uri") or (_addresses(slack) or [""])[0]
    return f"{back}?{urlencode({'code': code, 'state': asked.get('state', '')})}"


@method("oauth.v2.access", client=True)
def access(slack: Slack, args: Json) -> Json:
    """Return the token for a code, once."""
    code = str(args.get("code") or "")
    team, _, rest = code.partition(".")
    if team != slack.team_id:
        raise Refused("invalid_code")
    if sum(name == SPENT and before.get("code") == code for name, before in slack.calls) > 1:
        raise Refused("code_already_used")
    if args.get("redirect_uri") and args["redirect_uri"] not in _addresses(slack):
        raise Refused("bad_redirect_uri")
    return {
        "app_id": APP_ID,
        "authed_user": {"id": rest.partition(".")[0]},
        "scope": ",".join(_scopes(slack)),
        "token_type": "bot",
        "access_token": slack.bot_token,
        "bot_user_id": slack.bot.id,
        "team": {"id": slack.team_id, "name": slack.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _scopes(slack: Slack) -> list[str]:
    return list(slack.manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))


def _addresses(slack: Slack) -> list[str]:
    """Return where the manifest lets Slack send browsers back to."""
    return list(slack.manifest.get("oauth_config", {}).get("redirect_urls", []))
