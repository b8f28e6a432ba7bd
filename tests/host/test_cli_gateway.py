"""The command line of the gateway."""

from __future__ import annotations

import socket

import pytest
from typer.testing import CliRunner

from umbel import cli
from umbel.errors import UmbelError


def run(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(cli.program(), ["gateway", *arguments]).exception


@pytest.mark.parametrize(
    "text", ["attic", "attic=", "=127.0.0.1", "attic=a b", "attic=host:99999"]
)
def test_a_node_that_cannot_be_read_is_a_sentence_with_an_example(text: str):
    error = run("--node", text)

    assert isinstance(error, UmbelError)
    assert repr(text) in str(error)
    assert error.remedy == "--node attic=192.168.1.20:80"


def test_a_port_that_is_taken_is_a_sentence_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
):
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path_factory.mktemp("state")))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = run("--port", str(taken.getsockname()[1]))

    assert isinstance(error, UmbelError)
    assert str(error).startswith("cannot listen at 127.0.0.1:")
    assert str(error).endswith(": Address already in use")
    assert error.remedy == "--port 0 takes a free one"


def test_an_address_of_another_machine_is_a_sentence():
    error = run("--host", "192.0.2.1", "--port", "0")

    assert isinstance(error, UmbelError)
    assert "192.0.2.1" in str(error)
