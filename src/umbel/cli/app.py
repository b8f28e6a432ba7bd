"""``umbel app``: write, check, pack and offer apps; choose those that fit together, and install them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import _app_common, _app_control, _app_install, _app_run
from umbel.cli._app_common import AsJson, IndexKeys, Unsigned
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.apps.finding import Finding

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the app.")]
Key = Annotated[
    str | None, typer.Option(metavar="KEY", help="Sign with this key, see umbel keys list.")
]


def register(app: typer.Typer) -> None:
    apps = typer.Typer(
        help="Write, check, pack and offer apps; bring them to nodes.", no_args_is_help=True
    )
    for command in (new, check, icon, _app_run.run, pack, index, resolve, rules):
        apps.command(command.__name__)(command)
    for command in (_app_install.install, _app_install.upgrade):
        apps.command(command.__name__)(command)
    for name, command in _app_control.COMMANDS.items():
        # A value may be -5, which is no option.
        more = {"ignore_unknown_options": True} if name == "set" else None
        apps.command(name, context_settings=more)(command)
    app.add_typer(apps, name="app")


def new(
    folder: Folder,
    title: Annotated[str | None, typer.Option(help="What people call it; the name.")] = None,
    licence: Annotated[str, typer.Option("--license", help="As spdx.org names it.")] = "MIT",
) -> None:
    """Write an app that runs: code, icon, translations, setup scripts, a test."""
    _app_common.need()
    from umbel.apps import template

    for name in template.write(folder, title or folder.resolve().name.capitalize(), licence):
        print(folder / name)


def check(folder: Folder, as_json: AsJson = False) -> None:
    """Say everything that is wrong with an app, or with an archive; 1 is the exit code of errors."""
    _app_common.need()
    from umbel.apps import Archive, Source
    from umbel.apps import check as look
    from umbel.apps.check import has_errors
    from umbel.cli import _output

    if folder.is_file():
        archive = Archive.read(folder)
        if as_json:
            _output.print_json([])
            return
        print(f"{folder}: {archive.uid} {archive.version}, {len(archive.release.files)} files")
        return
    findings = look(Source.at(folder))
    if as_json:
        _output.print_json([one.as_json() for one in findings])
    else:
        _say(folder, findings)
    if has_errors(findings):
        raise typer.Exit(1)


def icon(
    folder: Folder,
    picture: Annotated[Path, typer.Argument(help="Any picture; the larger the better.")],
    size: Annotated[
        list[int] | None, typer.Option(min=8, max=512, help="Pixels; may be repeated. 32 and 64.")
    ] = None,
) -> None:
    """Make the icons of an app, in colour and in black and white."""
    _app_common.need()
    from umbel.apps import icons
    from umbel.build.compile import write_if_changed

    if not picture.is_file():
        raise UmbelError(f"there is no picture {picture}")
    for name, content in icons.make(picture, tuple(size or icons.SIZES)).items():
        write_if_changed(folder / name, content)
        print(folder / name)


def pack(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="The folder for the archive.")] = Path(),
    platform: Annotated[
        list[str] | None,
        typer.Option("--platform", help="Only for this: esp32, rp2; may be repeated. For all."),
    ] = None,
    with_source: Annotated[
        bool, typer.Option("--source", help="Carry the Python files too, in source/.")
    ] = False,
    key: Key = None,
    url: Annotated[
        str | None, typer.Option(help="Where the folder will be served; mip needs it for others.")
    ] = None,
) -> None:
    """Make the archive of an app. The same folder gives the same bytes, on every machine."""
    _app_common.need()
    from umbel.apps import Source, mip
    from umbel.apps import pack as pack_app
    from umbel.apps.pack import Choice
    from umbel.cli import _keys

    source = Source.at(folder)
    choice = Choice(platforms=tuple(sorted(platform or ())), with_source=with_source)
    release = pack_app(source, choice)
    if key:
        release = _keys.signed(release, key)
    said = release.manifest
    name = "-".join([said.name, said.version, *choice.platforms]) + ".zip"
    release.save(out / name)
    count = len(said.files)
    print(f"{out / name}: {count} files, {-(-said.size // 1024)} KB")
    print(f"signed by {key}" if key else "not signed; --key NAME signs it")
    written = mip.write(source, out, url)
    print(f"{written}: for mip, without what only Tepal knows")


def index(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of archives.")],
    key: Key = None,
    yank: Annotated[
        str | None, typer.Option(metavar="APP-VERSION", help="Take this version back.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why it is taken back.")] = "taken back",
) -> None:
    """Make the index of a folder of archives; any web server can serve it."""
    _app_common.need()
    from umbel.apps import indexing
    from umbel.cli import _keys

    if yank:
        indexing.yank(folder, yank, reason)
    made = indexing.make(folder)
    if key:
        content = _keys.signed(made.release, key).manifest.content
        (folder / indexing.MANIFEST).write_bytes(content)
    said = made.release.manifest
    print(f"{folder}: {made.apps} apps, {made.versions} versions, number {said.sequence}")
    for advice in made.advice:
        print(f"note: {advice}")
    if key:
        print(f"signed by {key}")
    elif not said.signatures:
        print("not signed; --key NAME signs it")


def resolve(  # noqa: PLR0913, PLR0917 - each is an option
    wanted: Annotated[
        list[str], typer.Argument(metavar="APP…", help="acme, acme-1.x.x, acme-1.2.x, acme-1.2.3.")
    ],
    where: Annotated[
        str, typer.Option("--index", metavar="DIR|URL", help="The index to choose from.")
    ],
    lock: Annotated[Path | None, typer.Option(help="Keep what was chosen there.")] = None,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="The newest of all; what is exact stays.")
    ] = False,
    key: IndexKeys = None,
    unsigned: Unsigned = False,
    as_json: AsJson = False,
) -> None:
    """Choose versions: of the apps you name, and of all that they need."""
    _app_common.need()
    from umbel.apps.choosing import choose, places
    from umbel.cli import _keys, _output

    keys = _keys.named(key or ())
    found = choose(where, wanted, lock=lock, upgrade=upgrade, keys=keys)
    _app_common.refuse_unsigned(found.index, where, key, unsigned=unsigned)
    if lock:
        found.lock.save(lock)
    if as_json:
        _output.print_json(found.lock.apps)
        return
    for text, versions in found.lock.apps.items():
        print(f"{text}: {', '.join(f'{uid} {version}' for uid, version in versions.items())}")
    for uid, (newest, *others) in places(found.lock).items():
        if others:
            print(f"{uid}: {newest}, and in versions/ {', '.join(others)}")
    for warning in found.warnings:
        print(f"note: {warning}")


def rules(as_json: AsJson = False) -> None:
    """List the rules of the format."""
    _app_common.need()
    from umbel.apps.finding import rules as all_rules
    from umbel.cli import _output

    known = all_rules().values()
    if as_json:
        _output.print_json([{"rule": one.number, "demand": one.demand} for one in known])
        return
    _output.print_table(
        ("rule", "level", "what it demands"),
        [
            (one.number, "error" if one.is_error else "warning", _output.escaped(one.demand))
            for one in known
        ],
    )


def _say(folder: Path, findings: list[Finding]) -> None:
    for one in findings:
        print(one.sentence)
        print(f"  try: {one.rule.remedy}")
    errors = sum(one.rule.is_error for one in findings)
    warnings = len(findings) - errors
    sys.stdout.flush()
    print(f"{folder}: {_count(errors, 'error')}, {_count(warnings, 'warning')}")


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
