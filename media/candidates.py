"""Where a leg may be sent to: what an offer names is filtered before aiortc sees it.

aiortc sends STUN to every address that a candidate names. An offer comes from somebody we do not
trust: it must not make the recorder knock at doors of its own network.

A browser may hide its addresses behind names that its own network alone can look up (mDNS). It
knows the recorder's all the same, and its way is taken from where its own STUN comes from; until it
comes aioice needs somewhere to look, which is nowhere.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST = 30
CANDIDATE = "a=candidate:"
KINDS = {"host", "srflx", "relay"}
# foundation, component, transport, priority, address, port, "typ", kind
FIELDS = 8
LARGEST_PORT = 65_535
# Addresses that carry another one inside, and a cloud's own service on a public address.
NEVER = tuple(
    ipaddress.ip_network(one)
    for one in (
        "::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
        "168.63.129.16/32",
    )
)  # fmt: skip
HIDDEN = re.compile(
    r"a=candidate:\S+ 1 udp \d+ [0-9a-f-]{36}\.local \d+ typ host\b.*", re.IGNORECASE
)
# In a network that exists in documents alone (RFC 5737), at the port that discards.
NOWHERE = "a=candidate:0 1 udp 1 203.0.113.1 9 typ host"


class NoCandidates(Exception):
    """An offer names no address that may be sent to."""


def kept(sdp: str, allowed: Sequence[Network] = ()) -> str:
    """The offer with those candidates alone that may be sent to. Raises NoCandidates.

    `allowed` are networks that are not public and may be sent to all the same.
    """
    lines = sdp.splitlines()
    reachable = [line for line in lines if _may_be_sent_to(line, allowed)][:MOST]
    if not reachable:
        lines = [HIDDEN.sub(NOWHERE, line) for line in lines]
        reachable = [line for line in lines if line == NOWHERE][:1]
    if not reachable:
        raise NoCandidates
    return "\r\n".join(_with_these_alone(lines, reachable)) + "\r\n"


def _with_these_alone(lines: Sequence[str], candidates: list[str]) -> Iterator[str]:
    left = candidates.copy()
    for line in lines:
        if not line.lstrip().lower().startswith("a=candidate"):
            yield line
        elif line in left:
            left.remove(line)
            yield line


def _may_be_sent_to(line: str, allowed: Sequence[Network]) -> bool:
    fields = line.removeprefix(CANDIDATE).split()
    if not line.startswith(CANDIDATE) or len(fields) < FIELDS:
        return False
    _, component, transport, _, host, port, typ, kind = fields[:FIELDS]
    if (component, transport.lower(), typ) != ("1", "udp", "typ") or kind not in KINDS:
        return False
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= LARGEST_PORT):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A name, of this network (mDNS) or of any other: nobody looks it up.
        return False
    return _is_reachable(address, allowed)


def _is_reachable(address: Address, allowed: Sequence[Network]) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return False
    if any(address in network for network in NEVER):
        return False
    if any(address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast
