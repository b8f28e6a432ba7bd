from house import refused

from tepal.formats.version import base, is_early, key

IN_ORDER = (
    "0.9",
    "1.0.dev1",
    "1.0a1.dev2",
    "1.0a1",
    "1.0a2",
    "1.0b1",
    "1.0rc1.dev3",
    "1.0rc1",
    "1.0",
    "1.0+5",
    "1.0.post1.dev1",
    "1.0.post1",
    "1.0.1",
    "1.2",
    "1.10",
    "2",
    "1!0.1",
)
THE_SAME = (
    ("1.0", "1", "v1.0.0", " 1.0 "),
    ("1.0a1", "1.0-alpha.1", "1.0.A1", "1.0_a_1"),
    ("1.0rc2", "1.0c2", "1.0-pre2", "1.0preview2"),
    ("1.0.post3", "1.0-3", "1.0rev3", "1.0-r3"),
    ("0.6.0dev", "0.6.dev0", "0.6-DEV"),
    ("1.0+ab.5", "1.0+AB.5"),
)
SEMANTIC = ("1.0.0-x.1", "1.0.0-x.7", "1.0.0-x.7.z", "1.0.0-x.z", "1.0.0-y", "1.0.0")


def test_versions_have_the_order_of_python_packages():
    for earlier, later in zip(IN_ORDER, IN_ORDER[1:]):
        assert key(earlier) < key(later), (earlier, later)


def test_spellings_of_one_version_are_the_same():
    for names in THE_SAME:
        for name in names:
            assert key(name) == key(names[0]), name


def test_semantic_versions_have_their_own_order():
    for earlier, later in zip(SEMANTIC, SEMANTIC[1:]):
        assert key(earlier) < key(later), (earlier, later)


def test_what_is_in_development_leads_to_a_version():
    assert base("0.6.0dev") == key("0.6.0")
    assert base("1.2.dev4") == key("1.2")
    assert base("1.2") == key("1.2")
    for text in ("1.0.dev1", "1.0a1", "1.0.0-x.1", "1.0.post1.dev2"):
        assert is_early(text), text
    for text in ("1.0", "1.0.post1", "1.0+local"):
        assert not is_early(text), text


def test_what_is_no_version_is_refused():
    for text in ("", "x", "1.x", "1.0 beta", "1..0", "1.0a1b1", "1!", "!1", "1.0q", "1" * 65):
        assert "a version expected" in refused(key, text), text
