"""Which browser asks, and on which system: only so that help names the right menu."""

from functools import lru_cache
from typing import Literal, NamedTuple

from ua_parser import parse

Family = Literal["chrome", "samsung", "firefox", "safari", "in_app", "other"]
System = Literal["windows", "macos", "android", "ios", "linux", "other"]

LONGEST = 300
REMEMBERED = 1_000
# Browsers that share their menus share a name here.
FAMILIES: dict[str, Family] = {
    "Chrome": "chrome", "Chrome Mobile": "chrome", "Chromium": "chrome", "HeadlessChrome": "chrome",
    "Edge": "chrome", "Edge Mobile": "chrome", "Opera": "chrome", "Opera Mobile": "chrome",
    "Samsung Internet": "samsung", "Firefox": "firefox", "Firefox Mobile": "firefox",
    "Safari": "safari", "Mobile Safari": "safari",
    "Mobile Safari UI/WKWebView": "in_app", "Facebook": "in_app", "Instagram": "in_app",
    "Chrome Mobile WebView": "in_app", "WhatsApp": "in_app", "Line": "in_app", "TikTok": "in_app",
}  # fmt: skip
SYSTEMS: dict[str, System] = {
    "Windows": "windows", "Mac OS X": "macos", "Android": "android", "iOS": "ios",
    "Linux": "linux", "Ubuntu": "linux", "Chrome OS": "other",
}  # fmt: skip


class Browser(NamedTuple):
    """A family of browsers that share their menus, and the system below it."""

    family: Family
    system: System


@lru_cache(REMEMBERED)
def recognise(user_agent: str) -> Browser:
    """What a `User-Agent` header tells; anything unknown is "other"."""
    told = parse(user_agent[:LONGEST])
    family = FAMILIES.get(told.user_agent.family, "other") if told.user_agent else "other"
    return Browser(family, SYSTEMS.get(told.os.family, "other") if told.os else "other")


# Its thousand patterns are compiled with the first answer, which no page is to wait for.
recognise("")
