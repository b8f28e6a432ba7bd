"""Requests to the web door of a node without a network, and its answers."""

import json

from house import talk

from tepal.services import http


def request(method="GET", path="/", body=None, **headers):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: node01"]
    lines += ["%s: %s" % (name.replace("_", "-"), headers[name]) for name in headers]
    data = (
        b"" if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
    )
    if body is not None:
        lines.append("Content-Length: %d" % len(data))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def split(sent):
    """Return [(status, headers, body)] of all answers in ``sent``."""
    answers = []
    while sent:
        head, _, rest = sent.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while True:
                size, _, rest = rest.partition(b"\r\n")
                count = int(size, 16)
                body += rest[:count]
                rest = rest[count + 2 :]
                if not count:
                    break
        else:
            count = int(headers["content-length"])
            body, rest = rest[:count], rest[count:]
        answers.append((int(lines[0].split(" ")[1]), headers, body))
        sent = rest
    return answers


async def ask(node, *requests):
    return split(await talk(node, http, *requests))
