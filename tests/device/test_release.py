import binascii
import hashlib

from house import refused
from release_key import SIGNED_TEPAL, modulus, sign_block

NODE_KEY = bytes(range(32))
SHA = hashlib.sha256(b"x").digest()
PREFIX = binascii.unhexlify("003031300d060960864801650304020105000420")


def number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def block_of(digest: bytes, prefix: bytes = PREFIX) -> bytes:
    tail = prefix + digest
    return b"\0\1" + b"\xff" * (382 - len(tail)) + tail


def file_line(path: str, size: int = 1, digest: bytes = SHA) -> bytes:
    return ("%s %d %s\n" % (binascii.hexlify(digest).decode(), size, path)).encode()


def lines_of(*head: str, paths=("lib/a.mpy", "lib.mpy")) -> list:
    """Return the lines of a manifest; what is in ``head`` stands before the list of files."""
    lines = ["tepal-release 1", "name: tepal", "version: 1.2.3", "sequence: 7"]
    lines += head
    lines.append("files: %d %d" % (len(paths), len(paths)))
    return [(line + "\n").encode() for line in lines] + [file_line(path) for path in paths]


def read(lines):
    from tepal.formats.manifest import Manifest

    manifest = Manifest()
    for line in lines:
        manifest.take(line)
    manifest.end()
    return manifest


def rsa_line(lines: list, key: bytes = b"") -> bytes:
    from tepal.formats.rsa import key_id

    signature = sign_block(block_of(hashlib.sha256(b"".join(lines)).digest()))
    text = "signature: rsa %s %s\n" % (
        key_id(key or modulus()),
        binascii.hexlify(signature).decode(),
    )
    return text.encode()


def hmac_line(lines: list, key: bytes, name: str = "attic") -> bytes:
    from tepal.core.release_trust import proof

    made = proof(key, hashlib.sha256(b"".join(lines)).digest())
    return ("signature: hmac %s %s\n" % (name, binascii.hexlify(made).decode())).encode()


def trust(keys=(), sequence: int = 0, is_strict: bool = True):
    from tepal.core.release_trust import Trust

    return Trust(list(keys), NODE_KEY, "attic", sequence, is_strict)


# --- the manifest


def test_a_manifest_tells_what_a_release_is_and_each_file():
    from tepal.formats.manifest import Manifest

    lines = lines_of("mpy: 6", "platform: esp32 rp2", "tomorrow: unknown today")
    manifest = Manifest()

    files = [one for one in [manifest.take(line) for line in lines] if one]
    manifest.end()

    assert files == [("lib/a.mpy", 1, SHA), ("lib.mpy", 1, SHA)]
    assert manifest.head["sequence"] == 7
    assert manifest.head["platform"] == "esp32 rp2"
    assert "tomorrow" not in manifest.head
    assert manifest.digest == hashlib.sha256(b"".join(lines)).digest()


def test_a_manifest_that_ends_early_is_refused():
    lines = lines_of()

    for count in range(len(lines)):
        assert "expected" in refused(read, lines[:count])
    for count in range(len(lines)):
        cut = lines[:count] + [lines[count][:-1]]
        assert "a whole line" in refused(read, cut)


def test_a_path_that_leaves_the_release_is_refused():
    for path in ("../main.py", "/main.py", "a/../b", "a//b", "a/", ".", "a/.", "a\\b", "a:b", "é"):
        assert "line 6: expected" in refused(read, lines_of(paths=(path,)))
    for path in ("a" * 97, "a/b/c/d/e/f/g/h/i"):
        assert "a path" in refused(read, lines_of(paths=(path,)))


def test_a_path_twice_or_below_a_file_is_refused():
    for paths in (("a", "a"), ("b", "a"), ("a", "a/b"), ("a-b", "a/b")):
        assert "each path once" in refused(read, lines_of(paths=paths))

    assert read(lines_of(paths=("a/b", "a-b", "a.b", "ab"))).count == 4


def test_a_head_that_makes_no_sense_is_refused():
    for line, expected in (
        ("sequence: 8", "sequence once"),
        ("downgrade: -1", "a number"),
        ("downgrade: 007", "a number"),
        ("mpy:6", "key: value"),
        ("mpy: 6;", "letters"),
        ("board: " + "x" * 129, "up to 128"),
        ("key: 00", "384 bytes"),
        ("retire: zz", "8 bytes"),
        ("files: 501 1", "up to 500"),
        ("files: 0 0", "a file"),
    ):
        assert expected in refused(read, lines_of(line)), line
    assert "version before" in refused(read, [b"tepal-release 1\n", b"name: a\n", b"files: 1 1\n"])
    assert "tepal-release 1" in refused(read, [b"tepal-release 2\n"])


def test_sizes_that_do_not_add_up_are_refused():
    lines = lines_of()[:-1] + [file_line("lib.mpy", 2)]

    assert "2 bytes in all, not 3" in refused(read, lines)


def test_a_manifest_without_an_end_is_refused():
    from tepal.formats.manifest import Manifest

    lines = lines_of("key: " + "f0" * 384)
    endless = Manifest()
    for line in lines[:5] + [b"files: 500 500\n"]:
        endless.take(line)

    def feed():
        for number in range(500):
            endless.take(file_line("a" * 90 + str(1000 + number)))

    assert "at most 65536 bytes" in refused(feed)
    assert "key: value" in refused(read, lines[:1] + [b"more: head\n"] * 40)
    assert "a whole line" in refused(Manifest().take, b"x" * 1025)
    key, retired = "key: " + "f0" * 384, "retire: " + "f0" * 8
    assert len(read(lines_of(*[key] * 4 + [retired] * 4 + ["mpy: 6"])).keys) == 4
    for many in ([key] * 5, [retired] * 5):
        assert "at most 4" in refused(read, lines_of(*many))


def test_what_was_signed_as_an_app_is_never_taken_for_a_release():
    from tepal.formats.manifest import Manifest

    def take(lines, kind):
        manifest = Manifest(kind)
        for line in lines:
            manifest.take(line)
        return manifest

    app = [b"tepal-app 1\n"] + [line for line in lines_of()[1:] if line[:8] != b"sequence"]

    assert take(app, "app").digest
    assert "tepal-release 1" in refused(take, app, "release")
    assert "tepal-app 1" in refused(take, lines_of(), "app")
    assert "sequence before" in refused(take, lines_of()[:1] + app[1:], "release")


# --- does it fit


def fits(**wanted):
    from tepal.formats import fitting

    about = fitting.About(6 | 3 << 8 | 4 << 10, (1, 27, 0, ""), "rp2", "RPI_PICO_W")
    fitting.check(wanted, about)


def test_a_release_for_this_node_fits():
    fits()
    fits(mpy="6", platform="esp32 rp2", board="RPI_PICO_W", micropython="1.27.0")
    fits(mpy="6.3 xtensawin armv6m")
    fits(mpy="6.1")


def test_a_release_for_another_node_does_not_fit():
    def tried(wanted):
        fits(**wanted)

    assert "this node: 6.3 armv6m" in refused(tried, {"mpy": "5"})
    assert "bytecode 6.2 armv6m" in refused(tried, {"mpy": "6.2 armv6m"})
    assert "bytecode 6.3 xtensawin" in refused(tried, {"mpy": "6.3 xtensawin"})
    assert "for platform esp32" in refused(tried, {"platform": "esp32"})
    assert "for board PICO" in refused(tried, {"board": "PICO"})
    assert "1.27.1 or later" in refused(tried, {"micropython": "1.27.1"})
    assert "a version expected" in refused(tried, {"micropython": "new"})


# --- signatures


def test_a_signature_made_by_another_library_is_right():
    from tepal.formats.rsa import is_signed

    signature = binascii.unhexlify(SIGNED_TEPAL)
    digest = hashlib.sha256(b"tepal").digest()

    assert is_signed(digest, signature, modulus())
    assert not is_signed(hashlib.sha256(b"tepal ").digest(), signature, modulus())
    assert not is_signed(digest, signature[:-1] + b"\0", modulus())


def test_a_block_that_is_not_exactly_as_it_must_be_is_refused():
    from tepal.formats.rsa import is_signed

    right = block_of(SHA)
    sha1 = PREFIX[:9] + b"\x05" + PREFIX[10:]
    garbage = b"\0\1" + b"\xff" * 8 + PREFIX + SHA
    forged = (
        garbage + bytes(384 - len(garbage)),  # Bleichenbacher: what follows is not looked at
        b"\0\1" + b"\xff" * 20 + right[22:40].replace(b"\xff", b"\xfe") + right[40:],
        b"\0\2" + right[2:],
        b"\1\1" + right[2:],
        right[:332] + b"\xff" + right[333:],  # no zero before the name of the hash
        block_of(SHA, sha1),
        block_of(SHA, PREFIX[:2] + PREFIX[3:]),
        block_of(SHA[:-1]),
        bytes(384 - 32) + SHA,
    )

    assert is_signed(SHA, sign_block(right), modulus())
    for block in forged:
        assert len(block) == 384
        assert not is_signed(SHA, sign_block(block), modulus()), block


def test_numbers_out_of_range_are_no_signatures():
    from tepal.formats.rsa import is_signed

    signature = number(sign_block(block_of(SHA)))

    for wrong in (0, 1, number(modulus()) - 1, number(modulus())):
        assert not is_signed(SHA, wrong.to_bytes(384, "big"), modulus())
    more = signature + number(modulus())  # the same number once more around
    if more < 1 << 3072:
        assert not is_signed(SHA, more.to_bytes(384, "big"), modulus())
    assert not is_signed(SHA, signature.to_bytes(385, "big"), modulus())
    assert not is_signed(SHA, b"", b"")
    assert not is_signed(SHA, signature.to_bytes(384, "big"), bytes(384))


# --- whom a node believes


def test_a_release_signed_by_a_known_key_is_believed():
    from tepal.core import release_trust

    lines = lines_of()
    manifest = read(lines + [rsa_line(lines)])

    other = b"\xf0" + modulus()[1:]
    assert release_trust.check(manifest, trust([modulus()])) == release_trust.PUBLISHER
    assert release_trust.check(manifest, trust([other, modulus()])) == release_trust.PUBLISHER
    twice = read(lines + [rsa_line(lines, other), rsa_line(lines)])
    assert release_trust.check(twice, trust([other, modulus()])) == release_trust.PUBLISHER


def test_with_a_release_key_nothing_else_is_believed():
    from tepal.core import release_trust

    lines = lines_of()
    other = b"\xf0" + modulus()[1:]
    trusted = trust([modulus()], is_strict=False)

    for more in ([], [hmac_line(lines, NODE_KEY)], [rsa_line(lines, other)]):
        said = refused(release_trust.check, read(lines + more), trusted)
        assert said.startswith("release unsigned: a signature by ")
    wrong = lines_of("mpy: 6") + [rsa_line(lines)]
    assert "no signature of a known key" in refused(release_trust.check, read(wrong), trusted)


def test_without_a_release_key_a_node_believes_its_own():
    from tepal.core import release_trust

    lines = lines_of()

    manifest = read(lines + [hmac_line(lines, NODE_KEY)])
    assert release_trust.check(manifest, trust()) == release_trust.NODE_KEY
    forged = read(lines + [hmac_line(lines, bytes(32))])
    assert "is wrong" in refused(release_trust.check, forged, trust(is_strict=False))
    of_another = read(lines + [hmac_line(lines, NODE_KEY, "cellar")])
    assert "this node's key expected" in refused(release_trust.check, of_another, trust())
    assert release_trust.check(read(lines), trust(is_strict=False)) == release_trust.HASHES


def test_a_manifest_that_was_not_read_to_its_end_is_not_believed():
    from tepal.core import release_trust
    from tepal.formats.manifest import Manifest

    manifest = Manifest()
    for line in lines_of()[:-1]:
        manifest.take(line)

    said = refused(release_trust.check, manifest, trust(is_strict=False))
    assert said == "manifest: line 6: expected 1 more files"


def test_an_older_release_is_refused_unless_it_says_so_itself():
    from tepal.core import release_trust

    lenient = trust(sequence=9, is_strict=False)

    assert "7 is older than 9" in refused(release_trust.check, read(lines_of()), lenient)
    assert "older" in refused(release_trust.check, read(lines_of("downgrade: 8")), lenient)
    release_trust.check(read(lines_of("downgrade: 9")), lenient)
    release_trust.check(read(lines_of()), trust(sequence=7, is_strict=False))


def test_a_release_brings_a_new_key_and_takes_the_old_one_away():
    from tepal.core import release_trust
    from tepal.formats.rsa import key_id

    new = b"\xf0" + modulus()[1:]
    head = ("key: " + binascii.hexlify(new).decode(), "retire: " + key_id(modulus()))
    both, gone = read(lines_of(head[0])), read(lines_of(*head))
    keys = [modulus()]
    publisher = release_trust.PUBLISHER

    assert release_trust.keys_after(both, keys, publisher) == [modulus(), new]
    assert release_trust.keys_after(gone, keys, publisher) == [new]
    assert release_trust.keys_after(gone, [], release_trust.NODE_KEY) == []
    nobody = read(lines_of(head[1]))
    assert "keys must be left" in refused(release_trust.keys_after, nobody, keys, publisher)
    even = read(lines_of("key: " + "f0" * 384))
    assert "no RSA key" in refused(release_trust.keys_after, even, keys, publisher)
