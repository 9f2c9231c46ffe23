# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Who is calling: the TLS context, the client's certificate and the role that its issuer gives.

TLS 1.3 alone. A certificate is optional at the handshake, so that `/health` answers anybody; each
other call asks for a role. The role is the intermediate that issued the certificate directly, and
nothing that the client says. docs/link.md §5.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from upstream.config import Settings
from upstream.errors import IdentityError, NoCertificateError, NotAuthorisedError


class Role(Enum):
    """What a client may be."""

    DOCK = "dock"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Peer:
    """A client whose certificate the handshake has checked."""

    role: Role
    subject: str
    certificate_digest: bytes


class Access:
    """Turns a client's certificate into a peer."""

    def __init__(self, settings: Settings) -> None:
        self._issuers = {
            Role.DOCK: _certificate(settings.dock_ca, "dock_ca"),
            Role.STAFF: _certificate(settings.staff_ca, "staff_ca"),
        }

    def peer(self, certificate: bytes | None) -> Peer | None:
        """The peer of a DER certificate that TLS accepted; None where there is none."""
        if certificate is None:
            return None
        try:
            parsed = x509.load_der_x509_certificate(certificate)
        except ValueError:
            return None
        for role, issuer in self._issuers.items():
            if _issued(parsed, issuer):
                return Peer(role, _subject(parsed), hashlib.sha256(certificate).digest())
        return None


def demand(peer: Peer | None, role: Role) -> Peer:
    """The peer, if it has this role."""
    if peer is None:
        raise NoCertificateError("This call needs a client certificate.")
    if peer.role is not role:
        raise NotAuthorisedError(f"This call is for {role.value} alone.")
    return peer


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The server's context; raises IdentityError naming the setting that is wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as error:
        what = "`tls_certificate` and `tls_key` cannot be used together"
        raise IdentityError(f"{what}: {error.strerror or error}.") from error
    for key in ("dock_ca", "staff_ca"):
        try:
            context.load_verify_locations(cafile=getattr(settings, key))
        except OSError as error:
            raise IdentityError(f"`{key}` cannot be read as certificates in PEM.") from error
    return context


def _certificate(path: Path, key: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise IdentityError(f"`{key}` cannot be read as a certificate in PEM.") from error


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _subject(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)[:64] if names else certificate.serial_number.to_bytes(20).hex()
