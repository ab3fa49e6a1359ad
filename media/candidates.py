"""Where a leg may be sent to: what an offer names is filtered before aiortc sees it.

aiortc sends STUN to every address that a candidate names. An offer comes from somebody we do not
trust: it must not make the recorder knock at doors of its own network.
"""

import ipaddress
from collections.abc import Sequence

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


class NoCandidates(Exception):
    """An offer names no address that may be sent to."""


def kept(sdp: str, allowed: Sequence[Network] = ()) -> str:
    """The offer with those candidates alone that may be sent to. Raises NoCandidates.

    `allowed` are networks that are not public and may be sent to all the same.
    """
    lines, count = [], 0
    for line in sdp.splitlines():
        if line.lstrip().lower().startswith("a=candidate"):
            if count == MOST or not _may_be_sent_to(line, allowed):
                continue
            count += 1
        lines.append(line)
    if not count:
        raise NoCandidates
    return "\r\n".join(lines) + "\r\n"


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
