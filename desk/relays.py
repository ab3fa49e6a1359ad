"""Relays (TURN, coturn with `use-auth-secret`): what the two people of a call may use, till when.

A credential is the moment of its end and whom it is for, signed with the secret that the desk
shares with coturn (draft-uberti-behave-turn-rest-00). Nobody gets one but by the page of their own
open call; a recorder makes its own.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from desk.settings import Settings
from signaling.messages import Side

VALID_FOR = timedelta(hours=1)


def relay_urls(settings: Settings) -> list[str]:
    """Each way to a relay as browsers want it: `turn:` by UDP and TCP, `turns:` by TLS."""
    return [way for url in settings.turn_urls for way in _ways(url)]


def ice_of(settings: Settings, call: str, side: Side, now: datetime) -> dict[str, Any]:
    """What one side's page needs to find a path: servers, whether through them alone, until when.

    `ice_servers` is a list of RTCIceServer (W3C WebRTC 1.0, 4.2.1).
    """
    servers = servers_for(settings, f"{call}-{side}", now)
    return {
        "ice_servers": servers,
        "ice_expires_at": now + VALID_FOR if servers else None,
        "relay_only": settings.relay_only,
    }


def servers_for(settings: Settings, whom: str, now: datetime) -> list[dict[str, Any]]:
    """The relays with a credential of somebody's, as a list of RTCIceServer."""
    urls = relay_urls(settings)
    return [_server(urls, settings.turn_secret, whom, now + VALID_FOR)] if urls else []


def _server(
    urls: Iterable[str], secret: str, whom: str, expires_at: datetime
) -> dict[str, str | list[str]]:
    user = f"{int(expires_at.timestamp())}:{whom}"
    # SHA-1 is what coturn checks; the secret is long and each signature lives for an hour.
    signed = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
    return {
        "urls": list(urls),
        "username": user,
        "credential": base64.b64encode(signed).decode(),
    }


def _ways(url: str) -> list[str]:
    if "?" in url:
        return [url]
    transports = ("tcp",) if url.startswith("turns:") else ("udp", "tcp")
    return [f"{url}?transport={transport}" for transport in transports]
