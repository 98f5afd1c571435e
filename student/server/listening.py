"""Where the server listens: taken before it says so, and told in one line where it cannot be."""

import socket
import ssl

from speech.errors import InputError
from student.server.catalog import Catalog
from student.server.config import ServeConfig


def listen(config: ServeConfig) -> socket.socket:
    """Raises InputError: a host that is not this machine's, a port that is taken, keys of TLS that
    are none."""
    if config.tls_cert is not None:
        _check_tls(config.tls_cert, config.tls_key)
    if config.wyoming_port is not None:
        _listening(config.host, config.wyoming_port, "wyoming_port").close()
    return _listening(config.host, config.port, "port")


def _listening(host: str, port: int, key: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        where = f"host={host} {key}={port}"
        reason = str(error.strerror).partition(" (while")[0]
        told = f"{where} cannot be listened on: {reason}; {key}=0 takes one that is free"
        raise InputError(told) from error
    # asyncio leaves Nagle's algorithm on where a socket does not name its protocol: the first piece
    # would wait 40 ms for the client's acknowledgement of the headers
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _check_tls(cert: str, key: str | None) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:  # ssl's errors are such too
        told = f"tls_cert={cert} and tls_key={key} are no certificate and its key, in PEM: "
        raise InputError(told + (error.strerror or str(error))) from error


def introduction(config: ServeConfig, catalog: Catalog, listening: socket.socket) -> str:
    """What is served where, and a command to try it with."""
    name = f"[{config.host}]" if ":" in config.host else config.host
    scheme, port = "https" if config.tls_cert else "http", listening.getsockname()[1]
    address = f"{scheme}://{name}:{port}"
    wyoming = "" if config.wyoming_port is None else f", Wyoming at port {config.wyoming_port}"
    body = '{"model": "tts-1", "voice": "alloy", "input": "Hello there."}'
    return (
        f"{', '.join(catalog)} at {address}, a page to type in and OpenAI's speech API, "
        f"described at {address}/docs{wyoming}; Ctrl-C ends it. Try:\n"
        f"curl {address}/v1/audio/speech -H 'Content-Type: application/json' \\\n"
        f"  -d '{body.replace('tts-1', catalog.first)}' -o hello.mp3"
    )
