"""Whom the server believes and who may ask from a browser, checked when it starts: a value that is
none would be taken, and match nobody."""

import re
from ipaddress import ip_address, ip_network

ANY = "*"
PROXY = 'an address (10.0.0.1, ::1), a network (10.0.0.0/8), or "*" alone for any'
ORIGIN = re.compile(
    r"([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?", re.ASCII
)
"""as a browser sends it: in lower case, no path, no slash at its end"""
OWN_PORT = {"http": "80", "https": "443"}
"""that a browser leaves out"""
MAX_PORT = 65535


def check_proxy(proxy: str) -> str:
    """Names of hosts are refused too: a connection comes from an address, and uvicorn asks no DNS.

    Raises:
        ValueError: what is allowed.
    """
    if proxy == ANY:
        return proxy
    try:
        ip_network(proxy) if "/" in proxy else ip_address(proxy)
    except ValueError as error:
        bits = " (it has host bits set)" if "host bits" in str(error) else ""
        raise ValueError(f"allowed is {PROXY}{bits}") from error
    return proxy


def check_proxies(proxies: tuple[str, ...]) -> tuple[str, ...]:
    """Raises ValueError: uvicorn takes * for any only where it stands alone."""
    if ANY in proxies and len(proxies) > 1:
        raise ValueError(f"{', '.join(proxies):.80}: each is {PROXY}")
    return proxies


def check_origin(origin: str) -> str:
    """Raises ValueError: no browser sends such an origin."""
    if origin == ANY:
        return origin
    match = ORIGIN.fullmatch(origin)
    scheme, port = (match[1], match[3] or "") if match else ("", "")
    if not scheme or int(port or 0) > MAX_PORT or port == OWN_PORT.get(scheme):
        raise ValueError(
            'allowed is scheme://host or scheme://host:port as a browser sends it (lower case, no "/" '
            'at its end, no :80 of http and :443 of https), or "*" for any'
        )
    return origin
