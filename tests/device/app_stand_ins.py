"""What CPython lacks for apps: a way to mount a pack."""

import os
import shutil
import sys


class Mounts:
    """Packs that are unpacked instead of mounted."""

    def mount(self, folder, uid, name):
        from start import Pack

        place = os.path.abspath("mounted") + "/" + name
        pack = Pack(folder)
        with open(folder + "/manifest") as file:
            paths = [line.split()[2] for line in file if len(line.split()[0]) == 64]
        for path in paths:
            plain = path.removesuffix(".z")
            target = place + plain[len(uid) :]
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with pack.open(plain, "") as source, open(target, "wb") as written:
                written.write(source.read(pack.size if plain.endswith(".gz") else -1))
        sys.path.insert(0, os.path.dirname(place))
        sys.path_importer_cache.clear()
        return place

    def unmount(self, name):
        place = os.path.abspath("mounted")
        if place not in sys.path:
            raise OSError(2)
        sys.path.remove(place)
        shutil.rmtree(place)
        for module in list(sys.modules):
            if module == name or module.startswith(name + "."):
                sys.modules.pop(module)


def mounts() -> Mounts:
    return Mounts()
