"""Put the application together: database, catalogue, Bolt. The one place that knows all the parts."""

from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_sdk import WebClient

from bot.config import Settings
from bot.signature import Signature
from handlers import ROUTERS
from handlers.core.dispatch import Dispatcher
from handlers.core.router import Doors
from handlers.core.routes import Catalogue
from handlers.home import home
from models.core.database import THREADS, open_engine
from models.core.work import Clock, Works


def create_works(settings: Settings, clock: Clock | None = None) -> Works:
    """The units of work over the database of the settings."""
    return Works(open_engine(settings.database_url), clock)


def create_dispatcher(works: Works, root: str = "/crm") -> Dispatcher:
    return Dispatcher(works, Catalogue(ROUTERS, root), home)


def create_client(settings: Settings) -> WebClient:
    """A client that never repeats a call by itself: Slack has no key that makes a second post harmless."""
    url = settings.slack_api_url or WebClient.BASE_URL
    return WebClient(token=settings.slack_bot_token, base_url=url, timeout=10, retry_handlers=[])


def create_app(client: WebClient, dispatcher: Dispatcher, signing_secret: str = "") -> App:
    """Bolt with one listener a payload type. signing_secret: needed where requests come over HTTP."""
    app = App(
        name="rapport",  # without one Bolt reads the whole call stack with its sources: 25 ms
        client=client,
        process_before_response=True,
        request_verification_enabled=False,
        before_authorize=Signature(signing_secret),
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="listener"),
    )
    Doors(dispatcher).open(app)
    return app
