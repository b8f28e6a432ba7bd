"""What programs on a node can import without an app that offers it."""

from __future__ import annotations

# MicroPython 1.29 on ESP32, RP2 and Unix, with what is frozen into it.
MODULES = frozenset(
    [
        "aioespnow",
        "array",
        "asyncio",
        "binascii",
        "bluetooth",
        "btree",
        "builtins",
        "cmath",
        "collections",
        "cryptolib",
        "deflate",
        "dht",
        "ds18x20",
        "errno",
        "esp",
        "esp32",
        "espnow",
        "ffi",
        "flashbdev",
        "framebuf",
        "gc",
        "hashlib",
        "heapq",
        "inisetup",
        "io",
        "json",
        "lwip",
        "machine",
        "marshal",
        "math",
        "micropython",
        "mip",
        "neopixel",
        "network",
        "ntptime",
        "onewire",
        "openamp",
        "os",
        "platform",
        "random",
        "re",
        "requests",
        "rp2",
        "select",
        "socket",
        "ssd1306",
        "ssl",
        "struct",
        "sys",
        "termios",
        "time",
        "tls",
        "uarray",
        "uasyncio",
        "ubinascii",
        "uctypes",
        "uerrno",
        "uhashlib",
        "uio",
        "ujson",
        "uos",
        "upip",
        "urandom",
        "ure",
        "urequests",
        "uselect",
        "usocket",
        "ussl",
        "ustruct",
        "usys",
        "utime",
        "uwebsocket",
        "uzlib",
        "vfs",
        "webrepl",
        "webrepl_setup",
        "websocket",
        "zlib",
    ]
)
PINS = frozenset({"machine", "neopixel", "dht", "onewire", "ds18x20", "rp2", "esp32"})
NETWORK = frozenset({"network", "socket", "requests", "ssl", "tls", "espnow", "aioespnow", "lwip",
                     "bluetooth", "urequests", "usocket"})  # fmt: skip

# What native code in bin/bin<PLATFORM>/ is made for, as mpy-cross names it: the boards that most have.
ARCHITECTURES = {"ESP32": "xtensawin", "ESP8266": "xtensa", "RP2": "armv6m", "UNIX": "x64"}


def architecture(name: str) -> str:
    """For which machine a file of an app is compiled; nothing, if it runs on all."""
    top, slash, rest = name.partition("/")
    platform = rest.partition("/")[0].removesuffix(".py").removeprefix("bin")
    return ARCHITECTURES.get(platform, "") if slash and top == "bin" else ""
