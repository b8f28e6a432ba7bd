"""TP-Link Kasa: JSON behind a running XOR, on TCP port 9999. Newer firmware has closed that port."""

import asyncio
import json

from micropython import const

PORT = const(9999)
_FIRST_KEY = const(171)
_LONGEST = const(4096)  # bytes


def encode(text: str) -> bytes:
    """Return a request as it goes over the wire: its length, then what the key makes of it."""
    data = bytearray(text.encode())
    key = _FIRST_KEY
    for place, byte in enumerate(data):
        data[place] = key = byte ^ key
    return len(data).to_bytes(4, "big") + bytes(data)


def decode(data: bytes) -> str:
    """Return what stands behind the length. Raises: ValueError (no text)."""
    plain = bytearray(len(data))
    key = _FIRST_KEY
    for place, byte in enumerate(data):
        plain[place] = byte ^ key
        key = byte
    return plain.decode()


async def ask(host: str, request: dict, port: int = PORT) -> dict:
    """Return the answer to a request. Raises: OSError, ValueError (it is no answer)."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(encode(json.dumps(request)))
        await writer.drain()
        size = int.from_bytes(await reader.readexactly(4), "big")
        if size > _LONGEST:
            raise ValueError("the answer is longer than %d bytes" % _LONGEST)
        return json.loads(decode(await reader.readexactly(size)))
    except EOFError:
        raise ValueError("the answer is cut off")
    finally:
        writer.close()
        await writer.wait_closed()


def fault(answer) -> int:
    """Return the first ``err_code`` in an answer; 0 means that all is well, -1 that there is none."""
    if isinstance(answer, dict):
        if "err_code" in answer:
            return answer["err_code"]
        for value in answer.values():
            found = fault(value)
            if found != -1:
                return found
    return -1
