"""Releases and keys, as files and as a user meets them."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from patience import PATIENCE

from tepal.formats.rsa import is_signed
from umbel.errors import UmbelError
from umbel.release import KeyRing, PublicKey, Release, Wishes, build, private_keys, sign, signed_by
from umbel.release.manifest import Signature
from umbel.release.signing import with_command

WISHES = Wishes(name="demo", version="1.2.3")
FILES = {"main.py": b"print(1)\n", "lib/a.py.z": b"", "web/index.html.gz": bytes(range(256))}
MPY = b"M\x06\x00\x1f"
RP2 = b"M\x06\x13\x1f"  # native code, 6.3 for armv6m


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """Two keys; making one takes a while."""
    made = KeyRing(tmp_path_factory.mktemp("state") / "keys")
    private_keys.new(made, "home")
    private_keys.new(made, "locked", "tansy")
    return made


Umbel = Callable[..., tuple[int, str]]


@pytest.fixture
def umbel(umbel: Umbel, ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> Umbel:
    """The same, where these keys are."""
    monkeypatch.setenv("UMBEL_STATE", str(ring.folder.parent))
    return umbel


# --- building


def test_a_release_is_the_same_in_a_folder_and_in_a_zip_file(tmp_path: Path):
    made = build(FILES, WISHES)

    for name in ("release", "release.zip"):
        made.save(tmp_path / name)
        assert Release.load(tmp_path / name) == made


def test_the_same_release_gives_the_same_zip_file(tmp_path: Path):
    for name in ("a.zip", "b.zip"):
        build(dict(sorted(FILES.items(), reverse=name == "a.zip")), WISHES).save(tmp_path / name)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_folder_holds_the_newest_release_and_nothing_else(tmp_path: Path):
    build(FILES, WISHES).save(tmp_path / "out")

    made = build({"main.py": b"2"}, WISHES)
    made.save(tmp_path / "out")

    assert Release.load(tmp_path / "out") == made


def test_a_folder_that_is_no_release_is_left_alone(tmp_path: Path):
    (tmp_path / "precious").write_text("x")

    with pytest.raises(UmbelError, match="is no release"):
        build(FILES, WISHES).save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("path", ["../a", "/a", "a b", "ü", "a/", "manifest", "x" * 97])
def test_a_file_that_no_node_would_take_is_refused(path: str):
    with pytest.raises(UmbelError, match="cannot be in a release"):
        build({path: b""}, WISHES)


@pytest.mark.parametrize(
    "wishes, expected",
    [
        (Wishes(name="a b;", version="1.2.3"), "letters, digits"),
        (Wishes(name="demo", version="1.2.3\nkey: x"), "--sequence"),
        (Wishes(name="demo", version="1.2.3\nkey: x", sequence=1), "384 bytes"),
        (Wishes(name="demo", version="new"), "which release is newer"),
        (Wishes(name="demo", version="1.2.3", sequence=10**9), "a number up to"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(wishes: Wishes, expected: str):
    with pytest.raises(UmbelError) as refused:
        build(FILES, wishes)

    assert expected in f"{refused.value} {refused.value.remedy}"


def test_a_release_says_which_bytecode_it_is():
    def mpy(files: dict[str, bytes]) -> object:
        return build(files, WISHES).manifest.head.get("mpy")

    assert mpy({"a.py": b""}) is None
    assert mpy({"a.mpy": MPY}) == "6"
    assert mpy({"a.mpy": MPY, "b.mpy": RP2}) == "6.3 armv6m"
    with pytest.raises(UmbelError, match="different MicroPythons"):
        mpy({"a.mpy": MPY, "b.mpy": b"M\x05\x00\x1f"})
    with pytest.raises(UmbelError, match="no compiled file"):
        mpy({"a.mpy": b"print"})


# --- damage


def damaged(folder: Path, how: str) -> Path:
    """A release to which something has happened."""
    path = folder / "release"
    build(FILES, WISHES).save(path)
    if how == "missing":
        (path / "lib/a.py.z").unlink()
    elif how == "changed":
        (path / "main.py").write_bytes(b"print(2)\n")
    elif how == "added":
        (path / "more.py").write_bytes(b"")
    elif how == "linked":
        (path / "main.py").unlink()
        (path / "main.py").symlink_to(folder)
    elif how == "cut":
        manifest = path / "manifest"
        manifest.write_bytes(manifest.read_bytes()[:-1])
    return path


@pytest.mark.parametrize(
    "how, said",
    [
        ("missing", "lib/a.py.z is missing"),
        ("changed", "main.py is not what the manifest says"),
        ("added", "more.py is not in the manifest"),
        ("linked", "main.py is missing"),
        ("cut", "a whole line"),
    ],
)
def test_a_damaged_release_is_refused(tmp_path: Path, how: str, said: str):
    with pytest.raises(UmbelError, match=said):
        Release.load(damaged(tmp_path, how))


def test_a_zip_file_of_ill_will_is_refused(tmp_path: Path):
    manifest = build(FILES, WISHES).manifest.signed
    path = tmp_path / "a.zip"

    def refused(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> str:
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
            warnings.simplefilter("ignore")  # of names that stand there twice
            for name, content in members:
                archive.writestr(name, content)
        with pytest.raises(UmbelError) as error:
            Release.load(path)
        return str(error.value)

    whole = [("manifest", manifest), *FILES.items()]
    assert "../evil is not in the manifest" in refused(*whole, ("../evil", b""))
    assert "twice" in refused(*whole, ("main.py", b"2"))
    bomb = ("main.py", bytes(20_000_000))
    assert "at most 500 with" in refused(whole[0], bomb, compression=zipfile.ZIP_DEFLATED)
    assert "no manifest" in refused(*FILES.items())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UmbelError, match="is no release"):
        Release.load(path)


# --- keys


def test_a_private_key_is_for_its_owner_alone(ring: KeyRing):
    for name in ("home", "locked"):
        assert ring.private_path(name).stat().st_mode & 0o777 == 0o600
    assert ring.folder.stat().st_mode & 0o777 == 0o700
    assert b"ENCRYPTED" in ring.private_path("locked").read_bytes()


def test_a_private_key_that_others_can_read_is_refused(ring: KeyRing, tmp_path: Path):
    other = KeyRing(tmp_path)
    other.add(ring.public("home"), ring.read_private("home"))

    for mode in (0o640, 0o604, 0o644, 0o660):
        other.private_path("home").chmod(mode)
        with pytest.raises(UmbelError, match="can be read by others") as refused:
            private_keys.signer(other, "home")
        assert refused.value.remedy == f"chmod 600 {other.private_path('home')}"


def test_a_locked_key_wants_its_passphrase(ring: KeyRing):
    with pytest.raises(UmbelError, match="wants its passphrase"):
        private_keys.signer(ring, "locked")
    with pytest.raises(UmbelError, match="passphrase is wrong"):
        private_keys.signer(ring, "locked", "yarrow")

    assert private_keys.signer(ring, "locked", "tansy")(b"x")
    assert private_keys.is_locked(ring, "locked")
    assert not private_keys.is_locked(ring, "home")


def test_a_public_key_comes_back_from_either_form(ring: KeyRing, tmp_path: Path):
    home = ring.public("home")
    other = KeyRing(tmp_path / "other")
    (tmp_path / "line").write_text(f"{home.line}\n")
    (tmp_path / "pem").write_text(private_keys.pem(home))

    for name in ("line", "pem"):
        assert private_keys.take(other, name, tmp_path / name).modulus == home.modulus
    assert {key.id for key in other} == {home.id}
    assert not other.has_private("line")
    with pytest.raises(UmbelError, match="private half of line is not here"):
        private_keys.signer(other, "line")


def test_a_key_that_no_node_can_use_is_refused(ring: KeyRing, tmp_path: Path):
    def pem(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return key.public_bytes(serialization.Encoding.PEM, kind)

    short = rsa.generate_private_key(65537, 2048).public_key()
    number = int.from_bytes(ring.public("home").modulus)
    with_three = rsa.RSAPublicNumbers(3, number).public_key()
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    line = ring.public("home").line
    for content, said in (
        (pem(short), "2048 bits, nodes want RSA-3072"),
        (pem(with_three), "exponent 65537"),
        (pem(curve), "an RSA key"),
        (ring.read_private("home"), "a public one was expected"),
        (b"-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n", "no public key"),
        (b"hello", "a line 'rsa ID MODULUS'"),
        (line.replace(line[-8:], "00000001").encode(), "the id is not that"),
    ):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(UmbelError, match=said):
            private_keys.take(KeyRing(tmp_path / "other"), "new", tmp_path / "key")


@pytest.mark.parametrize("name", ["", "../home", "a/b", "UPPER", "x" * 33, ".hidden"])
def test_a_name_that_is_none_is_refused(ring: KeyRing, name: str):
    with pytest.raises(UmbelError, match="is no name of a key"):
        ring.public(name)


# --- signing


def test_a_release_is_signed_by_whom_it_says(ring: KeyRing):
    home, locked = ring.public("home"), ring.public("locked")

    once = sign(build(FILES, WISHES), home, private_keys.signer(ring, "home"))
    twice = sign(once, locked, private_keys.signer(ring, "locked", "tansy"))
    again = sign(twice, home, private_keys.signer(ring, "home"))

    assert signed_by(once.manifest, [home, locked]) == (home,)
    assert set(signed_by(again.manifest, [home, locked])) == {home, locked}
    assert len(again.manifest.signatures) == 2
    assert signed_by(again.manifest, []) == ()


def test_a_signature_of_another_release_is_refused(ring: KeyRing):
    home = ring.public("home")
    signed = sign(build(FILES, WISHES), home, private_keys.signer(ring, "home"))
    other = build({"main.py": b"2"}, WISHES).with_signature(signed.manifest.signatures[0])

    with pytest.raises(UmbelError, match="the signature by home is wrong"):
        signed_by(other.manifest, [home])


def test_a_release_is_signed_by_three_keys_at_most(ring: KeyRing):
    signed = build(FILES, WISHES)
    for number in range(3):
        other = Signature(kind="rsa", id=f"{number:016x}", content=bytes(384))
        signed = signed.with_signature(other)

    with pytest.raises(UmbelError, match="3 keys have signed already"):
        sign(signed, ring.public("home"), private_keys.signer(ring, "home"))


def test_a_command_signs_what_it_gets(ring: KeyRing, tmp_path: Path):
    home = ring.public("home")
    program = tmp_path / "card.py"
    program.write_text(
        "import sys, base64\n"
        "from pathlib import Path\n"
        "from umbel.release import KeyRing, private_keys\n"
        f"made = private_keys.signer(KeyRing(Path({str(ring.folder)!r})), 'home')\n"
        "signature = made(sys.stdin.buffer.read())\n"
        "forms = {'raw': signature, 'hex': signature.hex().encode()}\n"
        "forms['base64'] = base64.encodebytes(signature)\n"
        "sys.stdout.buffer.write(forms[sys.argv[1]])\n"
    )
    unsigned = build(FILES, WISHES)

    for form in ("raw", "hex", "base64"):
        signer = with_command(f"{sys.executable} {program} {form}")
        assert signed_by(sign(unsigned, home, signer).manifest, [home]) == (home,)


@pytest.mark.parametrize(
    "command, said",
    [
        (f"{sys.executable} -c 'import sys; sys.exit(\"no card\")'", "ended with 1: no card"),
        ("true", "no signature by home"),
        ("/nowhere/card", "No such file"),
        ("card 'unclosed", "No closing quotation"),
    ],
)
def test_a_command_that_does_not_sign_is_named(ring: KeyRing, command: str, said: str):
    with pytest.raises(UmbelError, match=said):
        sign(build(FILES, WISHES), ring.public("home"), with_command(command))


def test_signatures_that_are_nearly_right_are_wrong():
    """With the exponent 3, a forger needs no private key: RFC 8017's block must be whole."""
    key = rsa.generate_private_key(65537, 3072)
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n.to_bytes(384)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"x")
    hashed = digest.finalize()
    right = key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
    prefix = bytes.fromhex("003031300d060960864801650304020105000420")
    short = int.from_bytes((b"\0\1\xff" + prefix + hashed).ljust(384, b"\xff"))
    root = round_root(short)

    assert is_signed(hashed, right, modulus)
    for wrong in (
        key.sign(b"x", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
        key.sign(b"x", padding.PKCS1v15(), hashes.SHA512()),
        root.to_bytes(384),
        right[1:] + right[:1],
    ):
        assert not is_signed(hashed, wrong, modulus)


def round_root(number: int) -> int:
    """The integer below the cube root."""
    low, high = 0, 1 << 1025
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle)
    return low


# --- the command line


def test_a_key_is_made_shown_and_exported(umbel: Umbel, ring: KeyRing):
    home = ring.public("home")

    assert umbel("keys", "show", "home")[1] == f"name: home\nid: {home.id}\nprivate: here\n"
    assert umbel("keys", "export-public", "home") == (0, f"{home.line}\n")
    assert umbel("keys", "export-public", "home", "--pem")[1] == private_keys.pem(home)
    assert home.id in umbel("keys", "list")[1]
    assert umbel("keys", "new", "home")[0] == 1
    code, printed = umbel("keys", "show", "nobody")
    assert (code, "there are: home, locked" in printed) == (1, True)


def test_a_release_is_built_signed_and_verified(umbel: Umbel, tmp_path: Path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("print(1)\n")
    (tmp_path / "app/.git").mkdir()
    (tmp_path / "app/.git/config").write_text("x")

    build = ("release", "build", "--from", "app", "--version", "1.2.3", "--out")
    code, printed = umbel(*build, "a.zip", "--platform", "rp2")
    assert code == 0
    assert printed.startswith("a.zip: app 1.2.3, sequence 1002003, for platform rp2\n1 file, 1 KB")
    assert umbel("release", "verify", "a.zip") == (
        1,
        "error: a.zip is not signed by home or locked\n",
    )
    assert umbel("release", "sign", "a.zip", "--key", "home")[0] == 0
    code, printed = umbel("release", "verify", "a.zip")
    assert (code, "signed by home" in printed) == (0, True)
    assert umbel("release", "verify", "a.zip", "--key", "locked")[0] == 1


def test_a_release_changes_the_keys(umbel: Umbel, ring: KeyRing, tmp_path: Path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("print(1)\n")

    umbel(
        *("release", "build", "--from", "app", "--version", "1.2.3", "--out", "new"),
        *("--introduce", "locked", "--retire", "home", "--downgrade", "2000000"),
    )

    lines = (tmp_path / "new/manifest").read_text().splitlines()
    assert f"key: {ring.public('locked').modulus.hex()}" in lines
    assert f"retire: {ring.public('home').id}" in lines
    assert "downgrade: 2000000" in lines


def test_tepal_itself_is_the_same_every_time(umbel: Umbel, tmp_path: Path):
    options = ("--module", "rgb", "--platform", "rp2")
    for name in ("a.zip", "b.zip"):
        assert umbel("release", "build", "--out", name, *options)[0] == 0

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    made = Release.load(tmp_path / "a.zip")
    assert made.manifest.head["mpy"] == "6"
    assert "tepal/node.mpy.z" in made.files
    assert "modules/LM_switch.mpy.z" not in made.files


def test_what_is_missing_is_named_with_its_remedy(tmp_path: Path):
    """Without the extras everything else still works."""
    script = (
        "import sys; sys.modules.update(dict.fromkeys(['cryptography', 'watchfiles', 're2']));"
        "from umbel.cli import main; main()"
    )
    environment = {**os.environ, "UMBEL_STATE": str(tmp_path)}

    def said(*arguments: str) -> str:
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.stderr

    assert said("keys", "list") == ""
    assert "try: pip install 'umbel[release]'" in said("keys", "new", "home")
    assert "try: pip install 'umbel[ota]'" in said("promote", "--path", str(tmp_path))


def test_a_public_key_is_known_by_what_it_is(ring: KeyRing):
    home = ring.public("home")

    assert PublicKey(name="other", modulus=home.modulus).id == home.id
    assert len(home.id) == 16
