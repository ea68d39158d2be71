"""The server's certificate: made at its first use, for this machine's own names, its key readable by nobody else."""

from __future__ import annotations

import mmap
import os
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dmcli.errors import ConfigError, LockedError
from dmcli.local.files import read_text, write_private
from dmcli.local.locks import Claims
from dmcli.local.paths import state_folder
from dmcli.words import tr

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

INSTALL = "python -m pip install 'dmcli[tls]'"  # untranslated: a line of a shell
_DAYS = 397  # what browsers accept at most
_RENEWED = timedelta(days=30)
_PATIENCE = 30.0  # seconds to wait for another process
_ROOM = 24 << 20  # bytes of memory that cryptography finds: it takes 17 MiB, and ends the process where they lack
_making = threading.Lock()  # a claim holds between processes only


def path_of(environ: Mapping[str, str]) -> str:
    """The file with certificate and key. It need not exist."""
    return os.path.join(state_folder(environ), "sandbox-tls.pem")


def trusted(environ: Mapping[str, str]) -> str:
    """The same file for clients that are to trust the server, made where it is not there; empty where that cannot be.

    Raises LocalIOError when it cannot be written, LockedError when another process takes too long over it.
    """
    if not available():
        return ""
    _ensure(path_of(environ))
    return path_of(environ)


def context_for(path: str) -> ssl.SSLContext:
    """The server's side of TLS, with the certificate that clients find in the file.

    Raises ConfigError when the library that makes certificates is not there, LocalIOError when the file cannot be
    written, LockedError when another process takes too long over it.
    """
    import ssl

    _ensure(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return context


def available() -> bool:
    """Whether a certificate could be made."""
    from importlib.util import find_spec

    return find_spec("cryptography") is not None


def _ensure(path: str) -> None:
    """Make the certificate unless there is one that lasts; of all who want it at the same moment one does."""
    if not available():
        raise ConfigError(tr("TLS needs the package cryptography: {install}", install=INSTALL))
    mmap.mmap(-1, _ROOM).close()  # OSError where there is no room
    if _lasts(read_text(path)[0]):
        return
    with _making, closing(Claims(f"{path}.lock")) as claims:
        deadline = time.monotonic() + _PATIENCE
        while not claims.take(0):
            if time.monotonic() >= deadline:
                raise LockedError(tr("another run is making {path}; try again when that has ended", path=path))
            time.sleep(0.01)
        # Read again: another may have made it while this one waited for its turn.
        if not _lasts(read_text(path)[0]):
            write_private(path, _made(datetime.now(UTC)))


def _lasts(pem: str) -> bool:
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    return certificate.not_valid_after_utc - datetime.now(UTC) > _RENEWED


def _made(now: datetime) -> str:
    """A certificate of its own and its key, as one text."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dm sandbox")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(ip_address(address)) for address in ("127.0.0.1", "::1")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode() + secret.decode()
