"""Whether a coturn configuration keeps the relay from being used against its own network.

A relay sends packets wherever a client tells it to, so every special-purpose address must be
denied: the IANA registries of IPv4 and IPv6 (RFC 6890 and what came later), with all of multicast
and all that is reserved. `::` alone is left out: coturn takes a range that begins with it for every
address, and refuses the unspecified address by itself.
"""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Range = tuple[Address, Address]

MUST_BE_DENIED = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)  # fmt: skip
MUST_STAND = ("use-auth-secret", "fingerprint", "no-cli", "no-tcp-relay", "no-multicast-peers")
MUST_NOT_STAND = ("allow-loopback-peers", "web-admin", "oauth", "no-auth", "allowed-peer-ip")
MUST_BE_LIMITED = ("user-quota", "total-quota", "max-bps")
PLACEHOLDER = "CHANGE-ME"


def faults_of(configuration: str) -> list[str]:
    """What an operator has to mend, a sentence each; none where all is well."""
    options = list(_options(configuration))
    values = dict(options)
    denied = _denied([value for name, value in options if name == "denied-peer-ip"])
    secret = values.get("static-auth-secret", PLACEHOLDER)
    return [
        *(f"{name} is missing" for name in MUST_STAND if name not in values),
        *(f"{name} must not stand there" for name in MUST_NOT_STAND if name in values),
        *(f"{name} sets no limit" for name in MUST_BE_LIMITED if not _limits(values.get(name))),
        *(["denied-peer-ip=:: denies every address"] if _denies_all(denied) else []),
        *(["static-auth-secret is not set"] if secret in {"", PLACEHOLDER} else []),
        *(
            f"denied-peer-ip does not cover {net}"
            for net in MUST_BE_DENIED
            if not _covers(denied, ipaddress.ip_network(net))
        ),
    ]


def check(path: Path) -> int:
    """Print what is to be mended in this file; the exit status. Raises OSError."""
    faults = faults_of(path.read_text(encoding="utf-8"))
    print("\n".join(faults) or f"{path}: all {len(MUST_BE_DENIED)} ranges are denied")
    return 1 if faults else 0


def _options(configuration: str) -> Iterator[tuple[str, str]]:
    for line in configuration.splitlines():
        name, _is, value = line.partition("#")[0].partition("=")
        if name.strip():
            yield name.strip(), value.strip()


def _limits(value: str | None) -> bool:
    return bool(value) and re.fullmatch(r"0*[1-9]\d*", value or "") is not None


def _denied(values: list[str]) -> list[Range]:
    """The ranges as coturn reads them, in order, with those that touch made one."""
    merged: list[Range] = []
    for low, high in sorted(map(_range, values), key=lambda one: (one[0].version, int(one[0]))):
        before = merged[-1] if merged else None
        if before and before[0].version == low.version and int(low) <= int(before[1]) + 1:
            merged[-1] = (before[0], max(before[1], high, key=int))
        else:
            merged.append((low, high))
    return merged


def _range(value: str) -> Range:
    if "/" in value:
        net = ipaddress.ip_network(value, strict=False)
        return net[0], net[-1]
    low, _to, high = value.partition("-")
    first = ipaddress.ip_address(low)
    return first, ipaddress.ip_address(high) if high else first


def _denies_all(denied: list[Range]) -> bool:
    return any(low == ipaddress.ip_address("::") for low, _high in denied)


def _covers(denied: list[Range], net: Network) -> bool:
    first, last = int(net[0]), int(net[-1])
    return any(
        low.version == net.version and int(low) <= first and last <= int(high)
        for low, high in denied
    )
