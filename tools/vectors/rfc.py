# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Write `tests/vectors/rfc/*.json` from standards' own vectors: `python -m tools.vectors.rfc`.

The source is the package `cryptography_vectors` (RFC 4231, 5869, 7748, 8032, 9180, NIST CAVP)
unless a function says otherwise. Bytes become lower-case hex; nothing is computed that a standard
gives. Long sets are thinned by a fixed step; tests run the whole of some from the package itself.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cryptography_vectors

from tools.vectors import appendix_a, refused25519

OUT = Path(__file__).parents[2] / "tests/vectors/rfc"
SOURCE = Path(cryptography_vectors.__file__).parent

Vector = dict[str, object]


def _fields(text: str) -> Iterator[dict[str, str]]:
    """Blocks of `name = value` lines, comments and [sections] left out, names in lower case."""
    block: dict[str, str] = {}
    for line in text.splitlines():
        pair = re.fullmatch(r"(\w+)\s*=\s*(.*)", line.strip())
        if pair:
            block[pair[1].lower()] = pair[2].strip()
        elif block and not line.strip():
            yield block
            block = {}
    if block:
        yield block


def _read(path: str) -> Iterator[dict[str, str]]:
    return _fields((SOURCE / path).read_text())


def ed25519_all() -> list[Vector]:
    """All 1,024 of the reference implementation; the first three and the last are RFC 8032's."""
    out: list[Vector] = []
    for line in (SOURCE / "asymmetric/Ed25519/sign.input").read_text().splitlines():
        secret, public, message, signed = line.split(":")[:4]
        out.append(
            {
                "seed": secret[:64],
                "public": public,
                "message": message,
                "signature": signed[:128],
            }
        )
    return out


def ed25519() -> list[Vector]:
    """RFC 8032 section 7.1 (its TEST SHA(abc) apart) and every 16th of the long set."""
    vectors = ed25519_all()
    return [v for i, v in enumerate(vectors) if i < 3 or i % 16 == 15]


def x25519() -> list[Vector]:
    """RFC 7748 section 5.2: single steps, and iterations where `times` is above 1."""
    out: list[Vector] = []
    for block in _read("asymmetric/X25519/rfc7748.txt"):
        out.append(
            {
                "scalar": block["input_scalar"],
                "u": block["input_u"],
                "times": 1,
                "out": block["output_u"],
            }
        )
    base = "09" + 31 * "00"
    # The RFC's value after 1,000 iterations, which the package does not carry.
    thousand = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"
    out.append({"scalar": base, "u": base, "times": 1000, "out": thousand})
    return out


def x25519_weak() -> list[Vector]:
    """Points of small order, canonical and not: each must be refused (RFC 7748 section 6.1)."""
    return [{"u": u} for u in refused25519.weak_coordinates()]


def hmac256() -> list[Vector]:
    """RFC 4231 section 4 for SHA-256; the truncated case 5 is not among them."""
    return [
        {"key": block["key"], "message": block["msg"], "mac": block["md"]}
        for block in _read("HMAC/rfc-4231-sha256.txt")
    ]


def hkdf() -> list[Vector]:
    """RFC 5869 appendix A.1 to A.3."""
    text = (SOURCE / "KDF/rfc-5869-HKDF-SHA256.txt").read_text()
    return [
        {
            "secret": block["ikm"],
            "salt": block.get("salt", ""),
            "info": block.get("info", ""),
            "length": int(block["l"]),
            "prk": block["prk"],
            "okm": block["okm"],
        }
        # An empty line stands within some of the file's vectors.
        for block in _fields(text.replace("\n\nPRK", "\nPRK"))
        if "ikm" in block
    ]


def sha512() -> list[Vector]:
    """NIST CAVP: all short messages, every 32nd of the long ones."""
    short = [b for b in _read("hashes/SHA2/SHA512ShortMsg.rsp") if "msg" in b]
    long = [b for b in _read("hashes/SHA2/SHA512LongMsg.rsp") if "msg" in b]
    return [
        {"message": block["msg"] if block["len"] != "0" else "", "digest": block["md"]}
        for block in short + long[::32]
    ]


def sha512_monte() -> list[Vector]:
    """NIST CAVP's pseudorandom chain: 100 checkpoints, 1,000 digests apart."""
    blocks = list(_read("hashes/SHA2/SHA512Monte.rsp"))
    seed = next(block["seed"] for block in blocks if "seed" in block)
    return [{"seed": seed, "checkpoints": [block["md"] for block in blocks if "md" in block]}]


def gcm() -> list[Vector]:
    """NIST CAVP, AES-256, nonce of 96 bits, tag of 128: every 3rd of its kind."""
    text = (SOURCE / "ciphers/AES/GCM/gcmEncryptExtIV256.rsp").read_text()
    out: list[Vector] = []
    # The parameters stand above each run of vectors, within brackets.
    for part in text.split("[Keylen = 256]")[1:]:
        if "[IVlen = 96]" in part and "[Taglen = 128]" in part:
            vectors = [block for block in _fields(part) if "key" in block]
            for block in vectors[::3]:
                names = {"key": "key", "iv": "nonce", "aad": "aad", "pt": "plaintext"}
                vector: Vector = {new: block[old] for old, new in names.items()}
                out.append({**vector, "sealed": block["ct"] + block["tag"]})
    return out


def cbc() -> list[Vector]:
    """NIST CAVP, AES-256-CBC multi-block messages: that the runtime's cipher is AES-CBC."""
    text = (SOURCE / "ciphers/AES/CBC/CBCMMT256.rsp").read_text().split("[DECRYPT]")[0]
    return [
        {name: block[name] for name in ("key", "iv", "plaintext", "ciphertext")}
        for block in _fields(text)
        if "key" in block
    ]


def hpke() -> list[Vector]:
    """RFC 9180: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, first message."""
    suite = {"mode": 0, "kem_id": 0x20, "kdf_id": 1, "aead_id": 2}
    out: list[Vector] = []
    for vector in json.loads((SOURCE / "HPKE/test-vectors.json").read_text()):
        if all(vector[name] == value for name, value in suite.items()):
            kept = {name: vector[name] for name in ("info", "skEm", "skRm", "pkRm", "enc")}
            first = vector["encryptions"][0]
            out.append({**kept, "aad": first["aad"], "pt": first["pt"], "ct": first["ct"]})
    return out


FILES: dict[str, Callable[[], list[Vector]]] = {
    "ed25519": ed25519,
    "ed25519-refused": refused25519.vectors,
    "x25519": x25519,
    "x25519-weak": x25519_weak,
    "hmac256": hmac256,
    "hkdf": hkdf,
    "sha512": sha512,
    "sha512-monte": sha512_monte,
    "gcm": gcm,
    "cbc": cbc,
    "hpke": hpke,
    "cbor": appendix_a.vectors,
}


def render(vectors: list[Vector]) -> str:
    """A JSON list, one vector a line."""
    return "[\n" + ",\n".join(json.dumps(vector) for vector in vectors) + "\n]\n"


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        (OUT / f"{name}.json").write_text(render(make()))
