"""Host names: asked of a name server in a datagram, so that nothing else has to wait."""

import asyncio
import socket

from house import fails, port

from tepal.core import names, waiting
from tepal.formats import lookup

ANSWER = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\x07"  # a pointer to the name, A, 10.0.0.7


async def name_server(listen: int, answer, questions: list):
    """Answer each question with what ``answer`` makes of it."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(socket.getaddrinfo("127.0.0.1", listen)[0][-1])
    sock.setblocking(False)
    try:
        while True:
            await waiting.readable(sock)
            question, sender = sock.recvfrom(512)
            questions.append(question)
            sock.sendto(answer(question), sender)
    finally:
        sock.close()


def found(question: bytes) -> bytes:
    return question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:] + ANSWER


async def resolved(answer, name: str = "broker.example"):
    listen = port()
    questions = []
    serving = asyncio.create_task(name_server(listen, answer, questions))
    await asyncio.sleep_ms(5)
    try:
        return await names.resolve(name, [("127.0.0.1", listen)]), questions
    finally:
        serving.cancel()
        await asyncio.sleep_ms(5)


async def test_a_name_server_knows_the_address():
    address, questions = await resolved(found)

    assert address == "10.0.0.7"
    assert b"\x06broker\x07example\0\0\1\0\1" in questions[0]


async def test_an_answer_to_another_question_is_not_believed():
    detail = await fails(resolved(lambda question: b"\0\1" + found(question)[2:]), "unreachable")

    assert detail == "broker.example: no such host"


async def test_an_address_needs_no_server():
    assert await names.resolve("10.0.0.9", []) == "10.0.0.9"
    assert await names.resolve("localhost", []) == "127.0.0.1"
    for text in ("1.2.3", "1.2.3.4.5", "1.2.a.3.4", "256.1.1.1", "", "1..2.3"):
        assert not names.is_address(text), text


async def test_what_is_no_host_name_is_refused():
    for name in ("a..b", "x" * 64 + ".org"):
        await fails(names.resolve(name, ["127.0.0.1"]), "unreachable")


def test_other_records_are_passed_over():
    alias = b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\2\xc0\x0c"
    question = lookup.question("a.org", 513)
    head = b"\2\1\x81\x80\0\1\0\2\0\0\0\0"

    assert lookup.address(head + question[12:] + alias + ANSWER, 513) == "10.0.0.7"
    assert lookup.address(head + question[12:] + alias + ANSWER, 514) == ""
    assert lookup.address(head + question[12:] + alias + ANSWER[:-1], 513) == ""
