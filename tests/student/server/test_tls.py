"""https by `tls_cert` and `tls_key`, with a certificate that the test has made."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from server_process import Served, server_process

HOST = "127.0.0.1"


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Signed by its own key, for this machine, valid today; both in PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tts-distill's test")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_path.write_bytes(key.private_bytes(pem, *plain))
    return cert_path, key_path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    cert, key = write_certificate(tmp_path_factory.mktemp("tls"))
    with server_process(f"tls_cert={cert}", f"tls_key={key}", scheme="https") as process:
        yield process, cert


def test_who_trusts_the_certificate_is_answered(served: tuple[Served, Path]) -> None:
    process, cert = served
    url = process.http.base_url
    trusting = ssl.create_default_context(cafile=cert)
    with httpx.Client(base_url=url, verify=trusting, trust_env=False, timeout=60) as client:
        asked = {"model": "tts-1", "voice": "alloy", "input": "Yes.", "response_format": "wav"}
        spoken = client.post("/v1/audio/speech", json=asked)
    assert spoken.status_code == 200
    assert spoken.content.startswith(b"RIFF")


def test_the_handshake_is_of_today_and_shows_the_certificate(served: tuple[Served, Path]) -> None:
    process, cert = served
    trusting = ssl.create_default_context(cafile=cert)
    port = process.http.base_url.port
    with (
        socket.create_connection((HOST, port), 30) as plain,
        trusting.wrap_socket(plain, server_hostname=HOST) as secured,
    ):
        assert secured.version() in ("TLSv1.2", "TLSv1.3")
        shown = secured.getpeercert(binary_form=True)
    assert shown == ssl.PEM_cert_to_DER_cert(cert.read_text())


def test_who_does_not_trust_it_or_speaks_plain_http_hears_nothing(
    served: tuple[Served, Path],
) -> None:
    process, _ = served
    url = process.http.base_url
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(url.join("/healthz"), trust_env=False)
    with pytest.raises(httpx.TransportError):
        httpx.get(url.copy_with(scheme="http").join("/healthz"), trust_env=False)
    assert process.state() == 200


def test_the_server_introduces_itself_as_https(served: tuple[Served, Path]) -> None:
    """The last test: it ends the server."""
    process, _ = served
    assert process.end() == 0
    assert f"mini at https://{HOST}:" in process.told
    assert "curl https://" in process.told
    assert "Traceback" not in process.told
