"""What is on flash, as the node lists it. Packs are opened in tests/host/test_app_on_micropython.py."""

import os

from house import empty_folder, leave, refused

from tepal.core import shelf, storage


def lay(folder):
    """Make a folder look as if a version was in it."""
    path = ""
    for part in folder.split("/"):
        path += part
        storage.make_folder(path)
        path += "/"
    for name in ("manifest", "pack"):
        open(path + name, "w").close()


def test_an_app_is_there_when_its_pack_and_its_manifest_are():
    empty_folder()
    lay("apps/thermo")
    lay("apps/.new")
    lay("apps/half")
    lay("apps/No App")
    os.remove("apps/half/manifest")

    assert shelf.uids() == ["thermo"]
    assert shelf.require("thermo") == "apps/thermo"
    leave()


def test_an_app_that_is_not_there_is_named():
    empty_folder()

    assert refused(shelf.require, "nobody") == "app missing: nobody"
    leave()


def test_a_name_that_leads_out_of_the_folder_is_refused():
    empty_folder()

    assert refused(shelf.require, "../data").startswith("app: ../data")
    leave()
