"""``umbel release``: build, sign and verify what nodes run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import _selection
from umbel.cli._selection import Modules, Without
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.release import PublicKey, Release

Where = Annotated[Path, typer.Argument(help="The release: a folder, or a zip file.")]


def register(app: typer.Typer) -> None:
    release = typer.Typer(help="Build, sign and verify what nodes run.", no_args_is_help=True)
    release.command("build")(build)
    release.command("sign")(sign)
    release.command("verify")(verify)
    app.add_typer(release, name="release")


def build(  # noqa: PLR0913, PLR0917 - each is an option
    out: Annotated[Path, typer.Option(help="Where to: a folder, or NAME.zip.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A folder with all its files; else Tepal's own, compiled."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What it is called; tepal, or the folder.")
    ] = None,
    version: Annotated[str | None, typer.Option(help="1.2.3; that of umbel.")] = None,
    sequence: Annotated[
        int | None, typer.Option(min=0, help="Tells old from new; made of the version.")
    ] = None,
    module: Modules = None,
    without: Without = None,
    platform: Annotated[
        list[str] | None,
        typer.Option("--platform", help="Only for this: esp32, rp2; may be repeated. For all."),
    ] = None,
    board: Annotated[
        list[str] | None,
        typer.Option("--board", help="Only for this: RPI_PICO_W; may be repeated."),
    ] = None,
    micropython: Annotated[
        str | None, typer.Option(help="The oldest MicroPython that runs it: 1.25.0.")
    ] = None,
    downgrade: Annotated[
        int | None,
        typer.Option(min=0, help="May replace newer releases, up to this sequence."),
    ] = None,
    introduce: Annotated[
        list[str] | None,
        typer.Option("--introduce", metavar="KEY", help="Nodes trust this key from now on."),
    ] = None,
    retire: Annotated[
        list[str] | None,
        typer.Option("--retire", metavar="KEY", help="Nodes do not trust this key any more."),
    ] = None,
) -> None:
    """Build a release. The same files and options give the same bytes, on every machine."""
    from importlib.metadata import version as version_of

    from umbel.cli import _keys
    from umbel.release import Wishes
    from umbel.release import build as build_release

    files = _own(module, platform, without) if source is None else _files(source, module, without)
    ring = _keys.ring()
    wishes = Wishes(
        name=name or ("tepal" if source is None else source.resolve().name),
        version=version or version_of("umbel"),
        sequence=sequence,
        platforms=tuple(platform or ()),
        boards=tuple(board or ()),
        micropython=micropython,
        downgrade=downgrade,
        introduce=tuple(map(ring.public, introduce or ())),
        retire=tuple(ring.public(key).id for key in retire or ()),
    )
    release = build_release(files, wishes)
    release.save(out)
    _say(release, out)
    print(f"not signed; sign it: umbel release sign {out} --key NAME")


def sign(
    path: Where,
    key: Annotated[str, typer.Option(help="The key, see umbel keys list.")],
    command: Annotated[
        str | None,
        typer.Option(
            "--with", help="Let this program sign what it gets on standard input, with SHA-256."
        ),
    ] = None,
) -> None:
    """Sign a release. A second key adds a second signature."""
    from umbel.cli import _keys
    from umbel.release import Release
    from umbel.release import sign as sign_release
    from umbel.release.signing import with_command

    public = _keys.ring().public(key)
    release = Release.load(path)
    signer = with_command(command) if command else _keys.signer(key)
    sign_release(release, public, signer).save(path)
    print(f"{path}: signed by {public.name}, rsa {public.id}")


def verify(
    path: Where,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help="Wanted signatures; may be repeated. One of any known key."),
    ] = None,
) -> None:
    """Check every file of a release, and who has signed it."""
    from umbel.cli import _keys
    from umbel.release import Release, signed_by

    release = Release.load(path)
    wanted = _keys.named(key or ())
    signers = signed_by(release.manifest, wanted)
    missing = [one.name for one in wanted if one not in signers] if key else []
    if missing or not signers:
        raise UmbelError(f"{path} is not signed by {_names(missing, wanted)}")
    _say(release, path)
    for signer in signers:
        print(f"signed by {signer.name}, rsa {signer.id}")


def _names(missing: list[str], keys: tuple[PublicKey, ...]) -> str:
    if missing:
        return " and ".join(missing)
    return " or ".join(key.name for key in keys) or "a key that you know"


def _say(release: Release, path: Path) -> None:
    said = release.manifest
    for_whom = [
        f"{key} {said.head[key]}" for key in ("mpy", "platform", "board") if key in said.head
    ]
    limits = f", for {', '.join(for_whom)}" if for_whom else ""
    print(f"{path}: {said.name} {said.version}, sequence {said.sequence}{limits}")
    files = "1 file" if len(said.files) == 1 else f"{len(said.files)} files"
    print(f"{files}, {-(-said.size // 1024)} KB")


def _own(
    modules: list[str] | None, platforms: list[str] | None, without: list[str] | None
) -> dict[str, bytes]:
    """Tepal as a node of these platforms gets it: what is below its slot."""
    from umbel.build import sources, stage

    return stage.release_files(
        selection=_selection.of(modules, without, platforms),
        web=sources.web_dir(),
        cache=sources.cache_dir(),
    )


def _files(folder: Path, modules: list[str] | None, without: list[str] | None) -> dict[str, bytes]:
    if modules or without:
        name = "--module" if modules else "--without"
        raise UmbelError(f"{name} is for Tepal's own files; a folder comes as it is")
    if not folder.is_dir():
        raise UmbelError(f"there is no folder {folder}")
    files = _contents(folder)
    files.pop("manifest", None)  # a release that is built anew
    if not files:
        raise UmbelError(f"{folder} has no files")
    return files


def _contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder; what begins with a dot, and links, stay away."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and not _is_hidden(path.relative_to(folder))
    }


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
