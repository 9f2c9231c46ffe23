# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Who may do what: the role is the intermediate that issued the client's certificate."""

from __future__ import annotations

import ssl

import httpx
import pytest

from tests.upstream.stage import Footage, Running, put
from tools.provision.certificates import CLIENT, SERVER, Intermediate, host_names

RECORDING = "00" * 16
CALLS = [
    ("GET", "/v1/recordings", "staff"),
    ("POST", f"/v1/recordings/{RECORDING}/open", "staff"),
    ("POST", f"/v1/recordings/{RECORDING}/bundle", "staff"),
    ("POST", "/v1/status", "dock"),
    ("PUT", f"/v1/segments/{RECORDING}/0", "dock"),
]


@pytest.mark.parametrize(("method", "path", "role"), CALLS)
def test_each_call_is_for_one_role(server: Running, method: str, path: str, role: str) -> None:
    clients = {"dock": server.dock(), "staff": server.staff()}
    other = next(name for name in clients if name != role)
    refused = clients[other].request(method, path, content=b"x")
    assert (refused.status_code, refused.json()["error"]) == (403, "not-authorised")
    nobody = server.client(server.stage.context()).request(method, path, content=b"x")
    assert (nobody.status_code, nobody.json()["error"]) == (401, "not-authorised")
    assert nobody.json()["next"]
    assert clients[role].request(method, path, content=b"x").status_code not in (401, 403)


def test_health_is_for_anybody(server: Running) -> None:
    answer = server.client(server.stage.context()).get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_certificate_of_another_issuer_is_refused_in_the_handshake(server: Running) -> None:
    stage = server.stage
    begins = stage.force.dock.pair.certificate.not_valid_before_utc
    # The same names as the real intermediate, but not its key.
    name = stage.force.dock.pair.certificate.subject.rfc4514_string().removeprefix("CN=")
    pretender = Intermediate(name, [CLIENT], begins, host_names("dock.candour"))
    for pair in (
        pretender.issue("dock-1", CLIENT),
        stage.force.camera.issue("0123456789abcdef", CLIENT),
        stage.force.dock.issue("dock-1", SERVER, host_names("dock.candour")),
    ):
        with pytest.raises(httpx.TransportError):
            server.client(stage.context(pair)).get("/health")


def test_only_tls_1_3_is_spoken(server: Running) -> None:
    context = server.stage.context(name="dock/client")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(httpx.ConnectError):
        server.client(context).get("/health")


def test_unknown_calls_are_named(server: Running) -> None:
    for method, path, status in (("GET", "/v2/x", 404), ("DELETE", "/v1/recordings", 405)):
        answer = server.staff().request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (status, "no-such-call")


def test_another_dock_of_the_force_may_bring_the_rest(footage: Footage) -> None:
    made = footage.writer()
    first, second = made.segments(2)
    footage.receipt(footage.put(made, 0, first))
    other = footage.server.client(footage.server.stage.second_dock())
    footage.receipt(put(other, footage.camera, made.recording_id, 1, second))
