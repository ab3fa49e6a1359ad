"""What the application carries: typed keys, so that nothing hangs in module globals."""

import asyncio
from collections.abc import Callable

from aiohttp import MultipartReader, web

from desk.access.store import DocumentStore
from desk.accounts.attempts import Attempts
from desk.accounts.sessions import Identity
from desk.assets import Assets
from desk.clock import Clock
from desk.database import Database
from desk.denials import Denials
from desk.limits import Limits
from desk.reaper import Reaper
from desk.recording.control_room import ControlRoom
from desk.settings import Settings
from desk.templating import Templates
from signaling.server import Signaling

SETTINGS = web.AppKey("settings", Settings)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
DATABASE = web.AppKey("database", Database)
ASSETS = web.AppKey("assets", Assets)
TEMPLATES = web.AppKey("templates", Templates)
DOCUMENTS = web.AppKey("documents", DocumentStore)
SIGNALING = web.AppKey("signaling", Signaling)
ATTEMPTS = web.AppKey("attempts", Attempts)
LIMITS = web.AppKey("limits", Limits)
DENIALS = web.AppKey("denials", Denials)
DRAINING = web.AppKey("draining", asyncio.Event)
CONTROL_ROOM = web.AppKey("control_room", ControlRoom)
REAPER = web.AppKey("reaper", Reaper)
# The OpenAPI document, made when it is first asked for.
DESCRIPTION: web.AppKey[Callable[[], bytes]] = web.AppKey("description")
MAIL_WAITS = web.AppKey("mail_waits", asyncio.Event)

IDENTITY = web.RequestKey("identity", Identity)
PARTS = web.RequestKey("parts", MultipartReader)
# How many notices whoever asks has not read, where a page was opened.
UNREAD = web.RequestKey("unread", int)
NONCE = web.RequestKey("nonce", str)
