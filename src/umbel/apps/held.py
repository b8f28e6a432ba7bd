"""What apps a node has, as its command ``app`` tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from umbel.apps.formats import appconfig, semver
from umbel.errors import LinkError, NodeError
from umbel.link.api import Api

_UNKNOWN = ("unknown_module", "unknown_function", "not_included")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app on a node."""

    uid: str
    version: str  # the newest that is there
    title: str = ""
    state: str = ""  # running, stopped, failed, done
    others: tuple[str, ...] = ()  # versions that are there beside it
    needs: tuple[tuple[str, tuple[int | None, ...]], ...] = ()  # of the newest

    @property
    def versions(self) -> tuple[str, ...]:
        """All that are there."""
        return (self.version, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All apps of a node, by name."""

    platform: str = ""
    apps: Mapping[str, App] = field(default_factory=dict[str, App])


async def listed(api: Api) -> list[App]:
    """The apps of a node, without what they need.

    Raises:
        UmbelError: the node has no apps at all, or cannot be asked.
    """
    try:
        told = (await api.run("app list")).value
    except NodeError as error:
        if error.code in _UNKNOWN:
            name = api.node.name
            raise NodeError(
                error.code,
                f"{name} can have no apps: its release is older, or made without them",
                remedy=f"umbel update {name}",
            ) from error
        raise
    if not isinstance(told, list):
        raise LinkError(f"{api.node.name} answered nonsense: a list of apps expected")
    return [_app(one) for one in cast("list[dict[str, Any]]", told)]


async def look(api: Api) -> Held:
    """What a node has.

    Raises:
        UmbelError: the node has no apps at all, or cannot be asked.
    """
    about = await api.about()
    apps = [await _with_needs(api, one) for one in await listed(api)]
    return Held(platform=str(about.get("platform", "")), apps={one.uid: one for one in apps})


async def _with_needs(api: Api, app: App) -> App:
    told = (await api.run(f"app info {app.uid}")).value
    said: dict[str, Any] = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    try:
        needs = tuple(appconfig.dependencies(said))
    except ValueError as exc:
        raise LinkError(f"{api.node.name} answered nonsense: {exc}") from exc
    versions = _versions(said.get("versions"))
    return App(
        uid=app.uid,
        version=app.version,
        title=app.title,
        state=app.state,
        others=tuple(one for one in versions if one != app.version),
        needs=needs,
    )


def _versions(told: object) -> list[str]:
    """The versions that a node names: texts, or objects with a version."""
    found: list[str] = []
    for one in cast("list[Any]", told) if isinstance(told, list) else []:
        text = cast("dict[str, Any]", one).get("version") if isinstance(one, dict) else one
        if isinstance(text, str):
            found.append(text)
    return found


def _app(told: dict[str, Any]) -> App:
    try:
        app = App(
            uid=str(told["uid"]),
            version=str(told["version"]),
            title=str(told.get("title", "")),
            state=str(told.get("state", "")),
        )
        semver.parse(app.version)
    except (KeyError, TypeError, ValueError) as exc:
        raise LinkError(f"a node answered nonsense: an app expected, not {told!r:.80}") from exc
    return app
