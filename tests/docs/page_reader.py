"""The reader of a tutorial at the browser: does what a page says, and sees what it says.

A block ```` ```browser node01 ```` has a step on each line:

    log in                       with the password that was printed last
    see "Kettle"                 a text; "…" in it stands for anything
    see no "Kettle"              no such text
    see "Rule" at "80"           a slider, a field or a choice with this value
    see "On" on                  a switch, or "off"
    click "Start"                a button, a link, a switch, a tab
    set "Rule" to "80"           a slider, a field, a choice
    press "Enter"                a key
    in "Reading lamp"            what is indented below happens in the card, dialog, row or form of
                                 this name; one in another, where it is indented itself

A block at the same place goes on where the one before it ended. A step waits until it can be done.
A fault says which page, which line and what was there instead.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from page_session import ANYTHING, Look, Session
from playwright.async_api import Error, Locator, Page, expect

from umbel import registry

_QUOTED = '"([^"]+)"'
_PRESSED = ("button", "link", "switch", "checkbox", "tab", "radio", "menuitem")
_FILLED = ("slider", "spinbutton", "textbox", "searchbox", "combobox")
_SURROUNDING = ("article", "dialog", "region", "row", "listitem", "group", "form")
_SEEN = 1500  # characters of the page in a fault

Scope = Page | Locator
Visit = Callable[[str], Awaitable[Page]]


@dataclass(kw_only=True)
class Reader:
    """Does the blocks of one page; ``visit`` opens a URL in a browser of its own."""

    page: str  # its name in faults
    session: Session
    visit: Visit
    tmp: Path

    def __post_init__(self) -> None:
        self._open: dict[str, Page] = {}

    async def look(self, look: Look) -> None:
        """Do all steps of a block. Raises: AssertionError with the place and what was there."""
        if look.at not in self._open:
            self._open[look.at] = await self.visit(self._url(look.at))
        whole = self._open[look.at]
        scopes: list[Scope] = [whole]  # one for each depth
        for number, line in enumerate(look.lines, look.first_line):
            depth = (len(line) - len(line.lstrip())) // 2
            del scopes[depth + 1 :]
            inner = scopes[-1]
            try:
                scopes.append(await self._do(line.strip(), inner, whole))
            except (AssertionError, Error) as error:
                why = " / ".join(str(error).splitlines()[:2])
                place = f"{self.page}:{number}: {line.strip()}: {why}"
                raise AssertionError(f"{place}\n{await self._seen(number, inner)}") from None

    async def _do(self, line: str, scope: Scope, whole: Page) -> Scope:
        if not line:
            return scope
        for pattern, do in _STEPS:
            if match := re.fullmatch(pattern, line):
                return await do(scope, *match.groups()) or scope
        if line == "log in":
            await self._log_in(whole)
        elif match := re.fullmatch(f"press {_QUOTED}", line):
            await whole.keyboard.press(match[1])
        else:
            raise AssertionError("there is no such step")
        return scope

    async def _log_in(self, page: Page) -> None:
        passwords = re.findall(r"^password: (\S+)", self.session.printed, re.MULTILINE)
        assert passwords, "no password was printed"
        box = page.get_by_label("Password", exact=True)
        await box.fill(passwords[-1])
        await box.press("Enter")
        await expect(box).to_have_count(0)

    def _url(self, at: str) -> str:
        if "://" not in at:
            url = registry.resolve(at, registry.nodes()).url
            assert url, f"{at} has no page"
            return f"{url}/"
        pattern = r"[^\s)]*".join(map(re.escape, at.split(ANYTHING)))
        match = re.search(pattern, self.session.printed)
        assert match, f"{at} was not printed"
        return match[0]

    async def _seen(self, number: int, scope: Scope) -> str:
        picture = self.tmp / f"line{number}.png"
        await _page(scope).screenshot(path=picture, full_page=True)
        place = scope.locator("body") if isinstance(scope, Page) else scope
        text = await place.inner_text() if await place.count() else "nothing of that name"
        return f"there was instead:\n{text[:_SEEN]}\n{picture}"


async def _see(scope: Scope, text: str) -> None:
    await expect(_text(scope, text).first).to_be_visible()


async def _see_no(scope: Scope, text: str) -> None:
    await expect(_text(scope, text).filter(visible=True)).to_have_count(0)


async def _see_at(scope: Scope, name: str, value: str) -> None:
    await expect(await _one_of(scope, _FILLED, name)).to_have_value(value)


async def _see_switched(scope: Scope, name: str, state: str) -> None:
    switch = await _one_of(scope, ("switch", "checkbox", "radio"), name)
    await expect(switch).to_be_checked(checked=state == "on")


async def _click(scope: Scope, name: str) -> None:
    summary = scope.locator("summary").filter(has_text=name)
    found = _roles(scope, _PRESSED, name=name, exact=True).or_(summary).filter(visible=True).first
    await expect(found).to_be_visible()
    await found.click()


async def _set(scope: Scope, name: str, value: str) -> None:
    control = await _one_of(scope, _FILLED, name)
    if await control.evaluate("one => one.tagName") == "SELECT":
        await control.select_option(value)
    else:
        await control.fill(value)


async def _enter(scope: Scope, name: str) -> Scope:
    page = _page(scope)  # what is inside of something is not looked for from here
    heading = page.get_by_role("heading", name=name, exact=True)
    inside = _roles(scope, _SURROUNDING).filter(has=heading)
    named = _roles(scope, _SURROUNDING, name=name, exact=True)
    form = scope.locator("form", has=page.get_by_text(name, exact=True))
    found = named.or_(inside).or_(form).last  # the innermost
    await expect(found).to_be_visible()
    return found


async def _one_of(scope: Scope, roles: tuple[str, ...], name: str) -> Locator:
    found = _roles(scope, roles, name=name, exact=True).filter(visible=True).first
    await expect(found).to_be_visible()
    return found


def _roles(scope: Scope, roles: tuple[str, ...], **options: object) -> Locator:
    first, *others = (scope.get_by_role(role, **options) for role in roles)  # type: ignore[arg-type]
    for other in others:
        first = first.or_(other)
    return first


def _page(scope: Scope) -> Page:
    return scope if isinstance(scope, Page) else scope.page


def _text(scope: Scope, text: str) -> Locator:
    if ANYTHING not in text:
        return scope.get_by_text(text)
    return scope.get_by_text(re.compile(".*".join(map(re.escape, text.split(ANYTHING)))))


_STEPS = (
    (f"see {_QUOTED}", _see),
    (f"see no {_QUOTED}", _see_no),
    (f"see {_QUOTED} at {_QUOTED}", _see_at),
    (f"see {_QUOTED} (on|off)", _see_switched),
    (f"click {_QUOTED}", _click),
    (f"set {_QUOTED} to {_QUOTED}", _set),
    (f"in {_QUOTED}", _enter),
)
