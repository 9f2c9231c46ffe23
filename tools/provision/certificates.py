# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""TLS certificates (P-256): an intermediate for each role, and what it issues.

Each side trusts one intermediate alone, so each is its own trust anchor, signed by itself. What a
dock intermediate issues begins at the intermediate's own beginning: a camera's clock may be as
early as its provisioning (docs/link.md §2). Name constraints are not critical, since the camera's
TLS refuses a critical extension that it does not know; OpenSSL obeys them either way.
"""

from __future__ import annotations

import datetime
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH

_INTERMEDIATE_DAYS = 3650
_LEAF_DAYS = 1095


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def key_der(self) -> bytes:
        """SEC 1, which every TLS library of a camera reads."""
        form = PrivateFormat.TraditionalOpenSSL
        return self.key.private_bytes(Encoding.DER, form, NoEncryption())


class Intermediate:
    """Issues certificates for one role."""

    def __init__(
        self,
        name: str,
        usages: Sequence[ObjectIdentifier],
        begins: datetime.datetime,
        names: Sequence[x509.GeneralName] = (),
    ) -> None:
        self._usages = frozenset(usages)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        builder = _builder(subject, subject, key, begins, _INTERMEDIATE_DAYS, key)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_key_usage(signs_certificates=True), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), False)
        if names:
            constraints = x509.NameConstraints(permitted_subtrees=names, excluded_subtrees=None)
            builder = builder.add_extension(constraints, False)
        self.pair = Pair(builder.sign(key, hashes.SHA256()), key)

    def issue(
        self,
        name: str,
        usage: ObjectIdentifier,
        names: Sequence[x509.GeneralName] = (),
    ) -> Pair:
        """A certificate for one use; it begins when its intermediate begins."""
        if usage not in self._usages:
            raise ValueError("this intermediate does not issue certificates for that use")
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = self.pair.certificate
        begins = issuer.not_valid_before_utc
        builder = _builder(_named(name), issuer.subject, key, begins, _LEAF_DAYS, self.pair.key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        builder = builder.add_extension(_key_usage(signs_certificates=False), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        return Pair(builder.sign(self.pair.key, hashes.SHA256()), key)


def host_names(*names: str) -> list[x509.GeneralName]:
    """DNS names, and IP addresses or networks where a text is one."""
    return [_host_name(name) for name in names]


def _host_name(name: str) -> x509.GeneralName:
    try:
        network = ipaddress.ip_network(name)
    except ValueError:
        return x509.DNSName(name)
    return x509.IPAddress(network if "/" in name else network.network_address)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime.datetime,
    days: int,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(secrets.token_bytes(19), "big") + 1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=days))
        .add_extension(identifier, False)
        .add_extension(authority, False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
