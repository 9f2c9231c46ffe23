# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""RFC 8949 appendix A: every example, sorted into what our subset of CBOR takes and refuses.

JSON can't write bytes, tags or maps with integer keys, so a value stands as a pair of its type
and its content; maps as a list of pairs in the order of the encoding.
"""

Value = list[object]


def _u(value: int) -> Value:
    return ["int", value]


def _b(digits: str) -> Value:
    return ["bytes", digits]


def _t(text: str) -> Value:
    return ["text", text]


def _a(*items: Value) -> Value:
    return ["array", list(items)]


def _m(*pairs: tuple[Value, Value]) -> Value:
    return ["map", [list(pair) for pair in pairs]]


def _tag(number: int, value: Value) -> Value:
    return ["tag", [number, value]]


_TO_25 = _a(*(_u(i) for i in range(1, 26)))

TAKEN: dict[str, Value] = {
    "00": _u(0),
    "01": _u(1),
    "0a": _u(10),
    "17": _u(23),
    "1818": _u(24),
    "1819": _u(25),
    "1864": _u(100),
    "1903e8": _u(1000),
    "1a000f4240": _u(1000000),
    "1b000000e8d4a51000": _u(1000000000000),
    "1bffffffffffffffff": _u(18446744073709551615),
    "3bffffffffffffffff": _u(-18446744073709551616),
    "20": _u(-1),
    "29": _u(-10),
    "3863": _u(-100),
    "3903e7": _u(-1000),
    "f4": ["bool", False],
    "f5": ["bool", True],
    "f6": ["null", None],
    "c249010000000000000000": _tag(2, _b("010000000000000000")),
    "c349010000000000000000": _tag(3, _b("010000000000000000")),
    "c074323031332d30332d32315432303a30343a30305a": _tag(0, _t("2013-03-21T20:04:00Z")),
    "c11a514b67b0": _tag(1, _u(1363896240)),
    "d74401020304": _tag(23, _b("01020304")),
    "d818456449455446": _tag(24, _b("6449455446")),
    "d82076687474703a2f2f7777772e6578616d706c652e636f6d": _tag(32, _t("http://www.example.com")),
    "40": _b(""),
    "4401020304": _b("01020304"),
    "60": _t(""),
    "6161": _t("a"),
    "6449455446": _t("IETF"),
    "62225c": _t('"\\'),
    "62c3bc": _t("\u00fc"),
    "63e6b0b4": _t("\u6c34"),
    "64f0908591": _t("\U00010151"),
    "80": _a(),
    "83010203": _a(_u(1), _u(2), _u(3)),
    "8301820203820405": _a(_u(1), _a(_u(2), _u(3)), _a(_u(4), _u(5))),
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819": _TO_25,
    "a0": _m(),
    "a201020304": _m((_u(1), _u(2)), (_u(3), _u(4))),
    "a26161016162820203": _m((_t("a"), _u(1)), (_t("b"), _a(_u(2), _u(3)))),
    "826161a161626163": _a(_t("a"), _m((_t("b"), _t("c")))),
    "a56161614161626142616361436164614461656145": _m(
        *((_t(letter), _t(letter.upper())) for letter in "abcde")
    ),
}

FLOATS = """
f90000 f98000 f93c00 fb3ff199999999999a f93e00 f97bff fa47c35000 fa7f7fffff fb7e37e43c8800759c
f90001 f90400 f9c400 fbc010666666666666 f97c00 f97e00 f9fc00 fa7f800000 fa7fc00000 faff800000
fb7ff0000000000000 fb7ff8000000000000 fbfff0000000000000 c1fb41d452d9e8200000
""".split()

SIMPLE = "f7 f0 f8ff".split()

INDEFINITE = """
5f42010243030405ff 7f657374726561646d696e67ff 9fff 9f018202039f0405ffff 9f01820203820405ff
83018202039f0405ff 83019f0203ff820405 9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff
bf61610161629f0203ffff 826161bf61626163ff bf6346756ef563416d7421ff
""".split()


def vectors() -> list[dict[str, object]]:
    """Taken ones with their value; the others with why they are refused."""
    out: list[dict[str, object]] = [
        {"encoded": digits, "value": value} for digits, value in TAKEN.items()
    ]
    for reason, group in (("float", FLOATS), ("simple", SIMPLE), ("indefinite", INDEFINITE)):
        out += [{"encoded": digits, "refused": reason} for digits in group]
    return out
