"""Debian packages: installed by root, or unpacked into a folder by anybody."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from umbel.errors import FetchError, Unobtainable
from umbel.runtimes.process import run

_SOURCES = Path("/etc/apt")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TIMEOUT = 600.0  # seconds; Chromium is about 100 MB
_LINE = re.compile(r"deb\s+(?:\[[^]]*\]\s+)?(?P<uri>\S+)\s+\S+\s+(?P<components>.*)")

# A complete apt of its own: nothing of the machine's is read but the mirror, the keys and the
# settings of the network, and nothing of it is written.
_CONFIGURATION = """\
Dir::Etc "{folder}/etc";
Dir::Etc::sourcelist "{folder}/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::parts "{folder}/etc/apt.conf.d";
Dir::State::lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "";
Acquire::Languages "none";
"""
_NETWORK = re.compile(r"Acquire::(http|https|ftp|Retries|ForceIPv)\b")


def obstacle() -> str | None:
    """Why no package can be unpacked here; None where it can."""
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not _KEYRING.is_file():
        return "Debian's archive keys are not installed"
    if mirror() is None:
        return "apt's sources name no Debian mirror"
    return None


def install_obstacle() -> str | None:
    """Why no package can be installed here; None where it can."""
    if shutil.which("apt-get") is None:
        return "apt-get is not installed"
    if os.geteuid() != 0:
        return "only root can install it"
    return None


def mirror() -> str | None:
    """The first Debian archive that the machine's apt reads; None if it reads none."""
    for uri, components in _archives(_SOURCES):
        name = uri.rstrip("/").rpartition("/")[2]
        if name in {"debian", "debian.list"} and "main" in components:
            return uri
    return None


def program(
    name: str,
    find: Callable[[], Path | None],
    packages: Iterable[str],
    *,
    size: str,
    report: Callable[[str], None],
) -> Path:
    """What ``find`` finds, installed for the whole machine if it is not there.

    Raises:
        Unobtainable: only root can, and only where there is apt.
        FetchError: apt refused.
    """
    present = find()
    if present is not None:
        return present
    report(f"installing it for the whole machine, {size}")
    for package in packages:
        install(package)
    installed = find()
    if installed is None:
        raise FetchError(f"apt installed {name}, but there is no such program on PATH")
    return installed


def install(package: str) -> None:
    """Install ``package`` for the whole machine, without its suggestions.

    Raises:
        Unobtainable: only root can, and only where there is apt.
        FetchError: apt refused.
    """
    if reason := install_obstacle():
        raise Unobtainable(f"{package}: {reason}", remedy=f"as root: apt-get install {package}")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ("-qq", "-o", "DPkg::Lock::Timeout=120")
    run(["apt-get", *options, "update"], timeout=_TIMEOUT, env=quietly)
    command = ["apt-get", *options, "install", "--yes", "--no-install-recommends", package]
    run(command, timeout=_TIMEOUT, env=quietly)


def download(
    packages: Sequence[str], *, suite: str, architecture: str, into: Path
) -> tuple[Path, ...]:
    """The ``.deb`` files of ``packages``, verified by the archive's signatures.

    Raises:
        Unobtainable: this machine has no apt, no keys or no mirror.
        FetchError: apt refused.
    """
    if reason := obstacle():
        raise Unobtainable(f"Debian's {packages[0]}: {reason}")
    configuration = into / "apt"
    env = {**os.environ, "APT_CONFIG": str(_configure(configuration, suite, architecture))}
    debs = into / "debs"
    debs.mkdir()
    run(["apt-get", "-qq", "update"], timeout=_TIMEOUT, env=env)
    wanted = [f"{package}/{suite}" for package in packages]
    run(["apt-get", "-qq", "download", *wanted], timeout=_TIMEOUT, env=env, cwd=debs)
    shutil.rmtree(configuration)
    return tuple(sorted(debs.glob("*.deb")))


def unpack(debs: Sequence[Path], into: Path) -> None:
    """Put the files of ``debs`` below ``into``; no script of theirs runs."""
    for deb in debs:
        run(["dpkg-deb", "-x", str(deb), str(into)], timeout=_TIMEOUT)


def _configure(folder: Path, suite: str, architecture: str) -> Path:
    for name in ("lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    source = f"deb [signed-by={_KEYRING}] {mirror()} {suite} main\n"
    (folder / "etc" / "sources.list").write_text(source)
    text = _CONFIGURATION.format(folder=folder, architecture=architecture)
    file = folder / "apt.conf"
    file.write_text(_network_settings() + text)
    return file


def _network_settings() -> str:
    """The machine's own proxies, certificates and retries."""
    if shutil.which("apt-config") is None:
        return ""
    lines = run(["apt-config", "dump"], timeout=_TIMEOUT).splitlines(keepends=True)
    return "".join(line for line in lines if _NETWORK.match(line))


def _archives(sources: Path) -> Iterator[tuple[str, list[str]]]:
    for file in [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]:
        if file.suffix == ".sources":
            yield from _from_stanzas(file.read_text())
        elif file.suffix == ".list" and file.is_file():
            yield from _from_lines(file.read_text())


def _from_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        if match := _LINE.match(line.strip()):
            yield match["uri"], match["components"].split()


def _from_stanzas(text: str) -> Iterator[tuple[str, list[str]]]:
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        fields = dict(line.split(":", 1) for line in lines if ":" in line and line[0] != " ")
        if fields.get("Enabled", "yes").strip() != "no":
            for uri in fields.get("URIs", "").split():
                yield uri, fields.get("Components", "").split()
