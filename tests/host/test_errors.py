"""What holds for every error of ours."""

import inspect
import re

from umbel import errors
from umbel.errors import UmbelError


def classes() -> dict[str, type]:
    return dict(inspect.getmembers(errors, inspect.isclass))


def test_every_error_descends_from_the_one_base():
    for error in classes().values():
        assert issubclass(error, UmbelError)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    tree = (errors.__doc__ or "").partition("\n\n")[2]

    drawn = re.findall(r"^[│├└─ ]*(\w+)", tree, flags=re.MULTILINE)

    assert sorted(drawn) == sorted(classes())


def test_an_error_is_its_message_and_has_a_remedy_if_we_know_one():
    error = UmbelError("the disk is full", remedy="make clean")

    assert str(error) == "the disk is full"
    assert error.remedy == "make clean"
    assert UmbelError("nobody knows").remedy is None
