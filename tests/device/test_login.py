from house import build_node, fails, leave

from tepal.core import login, passwords, secrets
from tepal.core.commands import ADMIN, CONTROL, NOBODY, VIEW


async def with_passwords():
    node = build_node(auth=True)
    for key in ("appwd", "ctlpwd", "viewpwd"):
        await node.config.set(key, key + "-123")
    return node


async def test_a_password_opens_its_role():
    node = await with_passwords()

    for key, role in (("appwd", ADMIN), ("ctlpwd", CONTROL), ("viewpwd", VIEW)):
        assert await login.with_password(node.auth, key + "-123", "a") == role
    leave()


async def test_a_wrong_password_opens_nothing_and_costs_time():
    node = await with_passwords()
    for _ in range(3):
        await fails(login.with_password(node.auth, "guess", "evil"), "wrong_password")

    assert int(await fails(login.with_password(node.auth, "appwd-123", "evil"), "wait")) >= 1
    assert await login.with_password(node.auth, "appwd-123", "friend") == ADMIN
    leave()


async def test_the_wait_grows_but_not_for_ever():
    node = await with_passwords()
    waits = []
    for _ in range(14):
        try:
            await login.with_password(node.auth, "guess", "evil")
        except Exception:
            pass
        count, until = node.auth.failures["evil"]
        waits.append(until - node.clock.uptime_ms())
        node.auth.failures["evil"] = (count, 0)

    assert waits[0] <= 0
    assert 500 < waits[2] <= 1000
    assert 3000 < waits[4] <= 4000
    assert 59000 < waits[-1] <= 60000
    leave()


async def test_without_any_password_nobody_comes_in():
    node = build_node(auth=True)

    for password in ("", "None", "ADmin123"):
        await fails(login.with_password(node.auth, password, password), "wrong_password")
    leave()


async def test_the_first_password_is_made_once():
    node = build_node(auth=True)

    password = await login.provision(node.auth)

    assert len(password) == 12
    assert await login.provision(node.auth) == ""
    assert await login.with_password(node.auth, password, "a") == ADMIN
    assert len(secrets.get(node.auth.secrets, "key")) == 64
    leave()


async def test_a_role_can_be_closed_but_not_the_admin():
    node = await with_passwords()

    await node.config.set("viewpwd", "")

    await fails(login.with_password(node.auth, "viewpwd-123", "a"), "wrong_password")
    await fails(node.config.set("appwd", ""), "config_value")
    leave()


async def test_a_new_password_ends_all_sessions():
    node = await with_passwords()
    token = login.open_session(node.auth, ADMIN)
    assert login.session_role(node.auth, token) == ADMIN

    await node.config.set("appwd", "another-one")

    assert login.session_role(node.auth, token) == NOBODY
    leave()


def test_sessions_are_bounded_and_the_oldest_goes_first():
    node = build_node(auth=True)
    tokens = [login.open_session(node.auth, VIEW) for _ in range(20)]

    assert len(node.auth.sessions) == 8
    assert login.session_role(node.auth, tokens[0]) == NOBODY
    assert login.session_role(node.auth, tokens[-1]) == VIEW
    leave()


async def test_a_signature_works_once_and_in_order():
    node = build_node(auth=True)
    await login.provision(node.auth)
    key = bytes.fromhex(secrets.get(node.auth.secrets, "key"))
    nonce = login.new_nonce(node.auth)

    def sign(message, count, key=key):
        return passwords.hmac_sha256(key, ("%s\n%s\n%d" % (message, nonce, count)).encode()).hex()

    def check(message, count, mac):
        return login.with_signature(node.auth, nonce, count, mac, message)

    assert check("m", 1, sign("m", 1)) == ADMIN
    assert check("m", 5, sign("m", 5)) == ADMIN
    for message, count, mac in (
        ("m", 5, sign("m", 5)),
        ("m", 4, sign("m", 4)),
        ("other", 6, sign("m", 6)),
        ("m", 7, sign("m", 6)),
        ("m", 8, sign("m", 8, b"x" * 32)),
        ("m", 9, ""),
    ):
        try:
            check(message, count, mac)
            raise AssertionError((message, count))
        except login.TepalError as error:
            assert error.code == "signature"
    try:
        login.with_signature(node.auth, "00", 1, sign("m", 1), "m")
        raise AssertionError
    except login.TepalError as error:
        assert error.code == "stale"
    leave()


async def test_the_hashes_are_those_of_the_standards():
    # RFC 7914 section 11 (PBKDF2-HMAC-SHA-256) and RFC 4231 case 2 (HMAC-SHA-256)
    hashed = await passwords.hash_password("passwd", b"salt", 1)
    assert hashed.hex()[:32] == "55ac046e56e3089fec1691c22544b605"

    mac = passwords.hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex()
    assert mac == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_comparing_finds_every_difference():
    assert passwords.is_equal(b"abc", b"abc")
    for other in (b"abd", b"ab", b"abcd", b""):
        assert not passwords.is_equal(b"abc", other)
