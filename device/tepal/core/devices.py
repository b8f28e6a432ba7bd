"""Devices and sensors: what hangs on a node. Their base classes, and the house they live in.

Not RARE, and not there at all where no ``config/devices.json`` is. What is needed now and then is
in ``ordering`` (what one can tell an instance), ``rulebook`` (schedules, what lasts) and
``founding`` (from the file to instances).
"""

# Of the part devices, which a release can leave out.

import asyncio

from micropython import const

from tepal.core.commands import CONTROL, VIEW
from tepal.formats import arbiter
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_VIEWS = const(("status", "get_attributes", "get_schedule_rules", "condition_met"))
_LONGEST_MS = const(3600000)  # between two looks at the schedule
_RETRY_MS = const(5000)
_LONGEST_RETRY_MS = const(320000)
_LOOK_MS = const(20)
_TELL_MS = const(250)  # between two pieces of news of one instance, for those who watch


class Instance:
    """One device or sensor; the loader fills in what the configuration says.

    Who derives from it takes its own parameters in ``__init__`` and nothing else.
    """

    name = nickname = type = ""  # "device1"; what people call it; the ``config_name`` of its type
    rule_prompt = "standard"  # the kind of its rules, see ``formats.rules``
    rule_limits: "Any" = None  # (lowest, highest)
    min_rule: "Any" = None  # narrower limits of one that fades
    max_rule: "Any" = None
    enabled = True
    current_rule: "Any" = None
    scheduled_rule: "Any" = None
    default_rule: "Any" = None
    override: "Any" = None  # how long a rule set by hand holds, see ``formats.ruling``
    fade: "Any" = None
    wanted: "Any" = None  # of a device: on or off; None: nobody has said anything yet
    decided: "Any" = None  # by its sensors
    since: "Any" = None  # [UTC seconds, rule]: what is in force of the schedule
    schedule = ""  # as JSON, see ``rulebook.rules``
    timers: dict = {}  # what falls due at which millisecond of uptime
    commands = ()  # methods that are commands besides those that all have
    fault = ""  # what went wrong last; empty again when it goes well
    poll_ms = 0  # between two calls of ``measure`` while enabled; 0 for none
    deadline_ms = 5000  # for ``send`` and ``measure``
    is_busy = is_due = is_noted = False
    house: "Any" = None
    node: "Any" = None

    def validator(self, rule):
        """Return ``rule`` as it is to be followed; False, or an error of ours, where it cannot be.

        "enabled" and "disabled" do not come here: everything follows these.
        """
        from tepal.formats import rules

        return rules.check(self.rule_prompt, rule, self.limits())

    def rule_validator(self, rule):
        """Return any rule as it is to be followed. Raises: TepalError ``rule``."""
        from tepal.formats import rules

        if isinstance(rule, str) and rule.lower() in rules.SWITCHING:
            return rule.lower()
        found = False
        try:
            found = self.validator(rule)
        except (ValueError, TypeError):
            pass
        if found is False:  # as the original says it; 0 is a rule
            raise TepalError("rule", rules.expected(self.rule_prompt, self.limits()))
        return found

    def limits(self):
        """Return (lowest, highest) of its rules; None where there are none."""
        return self.rule_limits if self.min_rule is None else (self.min_rule, self.max_rule)

    async def measure(self) -> None:
        """Look at the hardware; called every ``poll_ms`` and after ``enable``."""

    def changed(self, now_ms: int) -> None:
        """Another rule is in force, or it was enabled or disabled."""

    async def enable(self):
        """Take part again."""
        return await _ordering().enable(self)

    async def disable(self):
        """Take part no more: a device goes off, a sensor is not counted."""
        return await _ordering().disable(self)

    async def set_rule(self, rule, minutes=None):
        """Follow ``rule`` until the next one of the schedule, or for so many minutes."""
        return await _ordering().set_rule(self, rule, minutes)

    async def reset_rule(self):
        """Follow the schedule again."""
        return await _ordering().reset_rule(self)

    async def increment_rule(self, amount):
        """Add to a rule that is a number, as far as its limits go."""
        return await _ordering().increment_rule(self, amount)

    def follow(self, rule) -> None:
        """Follow ``rule`` as if somebody had set it, for use within a command."""
        _ordering().follow(self, rule)

    def details(self) -> dict:
        """Return what its type adds to its status."""
        return {}

    async def address(self, host: str) -> str:
        """Return the IP address of a host. Raises: TepalError ``unreachable``."""
        return await _ordering().address(self, host)

    async def get(self, url: str, data: "bytes | None" = None) -> tuple:
        """Return (status, body) of a web page, or of what JSON it is sent.

        Raises: TepalError ``unreachable``, ``no_answer``.
        """
        from tepal.core import fetch

        return await fetch.fetch(self.node, url, data, self.deadline_ms)

    async def order(self, words: list, host: str = ""):
        """Return what a command [name, instance, argument …] answers, here or on another node."""
        return await _ordering().order(self, words, host)

    def get_attributes(self) -> dict:
        """Return what it is made of, for people who look for a fault."""
        return _ordering().attributes(self)

    def status(self) -> dict:
        """Return how it is."""
        return _ordering().status(self)


class Device(Instance):
    """Obeys: ``wanted`` says on or off, the current rule says how. ``shown`` is what it does:
    None unknown, False off, else the rule that it was told.
    """

    shown: "Any" = None
    sensors: "Any" = ()
    tries = 0

    def send(self, state: bool) -> "Any":
        """Switch on, following ``current_rule``, or off; return whether that worked. May be async."""
        raise NotImplementedError

    def goal(self):
        """Return what it should do: the rule to follow, False for off. Rule 0 is off as well."""
        if self.wanted is None:
            return self.shown
        is_on = self.wanted and self.enabled and self.current_rule != 0
        return self.current_rule if is_on else False

    def seen(self, is_on: bool, rule) -> None:
        """Take note of what the hardware says: somebody may have switched it at the wall.

        ``rule`` is what it follows, None where it does not say.
        """
        _ordering().seen(self, is_on, rule)

    async def turn_on(self):
        """Switch on until the sensors change their mind."""
        return await _ordering().turn(self, True)

    async def turn_off(self):
        """Switch off until the sensors change their mind."""
        return await _ordering().turn(self, False)

    async def toggle(self):
        """Switch over."""
        return await _ordering().turn(self, self.shown in (None, False))


class Sensor(Instance):
    """Decides: ``condition_met()`` is what it says about its ``targets``."""

    targets: "Any" = ()

    def condition_met(self):
        """Return True for on, False for off, None for no opinion. At once: ``measure`` may wait."""
        raise NotImplementedError

    def look(self, now_ms: int) -> bool:
        """Look at the pin after an edge, or because ``timers["look"]`` is due; was it news?"""
        return False

    def trigger(self) -> bool:
        """Behave as if the condition were met; False for sensors that cannot."""
        return False

    def note(self, pin) -> None:
        """Note an edge of ``pin``; an interrupt calls this between any two steps of ours."""
        self.is_noted = True
        self.house.flag.set()


class Edge:
    """An input that interrupts; knows its sensor as soon as that is there."""

    it: "Any" = None

    def __init__(self, node, number, pull: str):
        self.input = node.board().edges().watch(number, pull, self.note)

    def note(self, pin) -> None:
        """Tell the sensor; an interrupt calls this."""
        if self.it:
            self.it.note(pin)

    def value(self) -> int:
        """Return the level."""
        return self.input.value()


class Devices:
    """All instances; a provider of the bus, and the clock that they live by."""

    asleep: "Any" = None  # waits for a clock, which tells how long the power was off; see rulebook

    def __init__(self, node, flag):
        self.node = node
        self.flag = flag  # set by interrupts, and by whoever has changed something
        self.all = {}  # id: instance
        self.keywords = {}
        self.metadata = {}  # what the file says about the place
        self.faults = []  # what was wrong with the file, and who was left out for it
        self.now_ms = node.clock.uptime_ms
        self.plan_ms = 0  # when the schedules say something new
        self.is_news = True  # a sensor may have changed its mind
        self.is_unsaved = False  # sensors have overruled what was switched by hand
        self.untold = {}  # the names of those of which listeners do not know the newest
        self.tell_ms = 0  # when they are told

    def __getitem__(self, name: str) -> "Any":
        """Return the instance with an id or nickname. Raises: KeyError."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def find(self, name: str):
        """Return the instance with an id, or a nickname as one types it: hall_lamp."""
        if name == "devices":
            return self
        found = self.all.get(name)
        if found is None:
            for found in self.all.values():
                if found.nickname.lower().replace(" ", "_") == name.lower():
                    return found
            return None
        return found

    def command(self, target, function: str):
        """Return what a command of an instance calls; None if it has no such."""
        return _ordering().command(target, function)

    def role(self, target, function: str) -> int:
        """Return the role that a command wants."""
        if target is self:
            return _ordering().role(function)
        return VIEW if function in _VIEWS else CONTROL

    def plan_anew(self) -> None:
        """Look at the schedules again: the clock was set, or place or zone are others."""
        self.plan_ms = 0
        self.flag.set()

    async def run(self) -> None:
        """Do what is due; never returns, whatever an instance does."""
        while True:
            left_ms = self.step()
            try:
                await asyncio.wait_for_ms(self.flag.wait(), left_ms)
            except asyncio.TimeoutError:
                pass

    def step(self) -> int:
        """Do what is due now; return the milliseconds to the next step."""
        now: int = self.now_ms()
        if now >= self.plan_ms:
            self.plan_ms = now + _LONGEST_MS
            self.guard(None, _rulebook().plan, self)
        for it in self.all.values():
            if it.is_noted or it.timers:
                self.guard(it, self._fire, it, now)
        if self.is_news:
            self.is_news = False
            self._arbitrate()
        due = self.plan_ms
        for it in self.all.values():
            if it.is_due or has_work(it):
                self.start(it)
            if it.timers:
                due = min(due, *it.timers.values())
        if self.untold:
            self._tell(now)
            due = min(due, self.tell_ms) if self.untold else due
        return max(0, min(due - now, _LONGEST_MS))

    def tell(self, it) -> None:
        """Let those who watch know soon that something about an instance is new."""
        if self.node.log.listeners:
            self.untold[it.name] = True
            self.flag.set()

    def _tell(self, now: int) -> None:
        if now >= self.tell_ms:
            self.tell_ms = now + _TELL_MS
            for name in self.untold:
                self.node.log.publish("device", name)
            self.untold = {}

    def start(self, it) -> None:
        """Begin to do what waits for an instance, unless that is going on."""
        if not it.is_busy:
            it.is_busy = True
            self.node.tasks.start(it.name, self.work(it), "system")

    async def work(self, it) -> None:
        """Do what waits for an instance, one after the other: there is one line to its hardware."""
        it.is_busy = True
        try:
            while it.is_due or has_work(it):
                if it.is_due:
                    it.is_due = False
                    await self._measure(it)
                else:
                    await self._send(it)
        finally:
            it.is_busy = False

    async def settle(self, it) -> None:
        """Let what was just told to an instance take effect; return when it has, or has failed."""
        now: int = self.now_ms()
        self.guard(it, it.changed, now)
        if it.poll_ms and it.enabled and "poll" not in it.timers:
            it.timers["poll"] = now
        self.is_news = True
        self.tell(it)
        it.timers.pop("retry", None)
        _rulebook().remember(self)
        self.step()  # now, so that a sensor that says off and on again has said off
        self.flag.set()
        while it.is_busy:
            await asyncio.sleep_ms(_LOOK_MS)
        if has_work(it):
            await self.work(it)

    def _fire(self, it, now: int) -> None:
        """Do what has come due for one instance."""
        if it.is_noted:
            it.is_noted = False
            self._look(it, now)
        for name in [name for name in it.timers if it.timers[name] <= now]:
            if it.timers.pop(name, None) is None:
                continue  # what fell due before it has ended it
            if name == "look":
                self._look(it, now)
            elif name == "poll":
                if it.enabled:
                    it.is_due = True
                    it.timers[name] = now + it.poll_ms
            elif name != "retry":
                _rulebook().fire(self, it, name, now)

    def _look(self, it, now: int) -> None:
        if it.look(now):
            self.is_news = True
            self.tell(it)

    def _arbitrate(self) -> None:
        for it in self.all.values():
            if isinstance(it, Device) and it.sensors:
                votes = [self.guard(one, one.condition_met) for one in it.sensors if one.enabled]
                was_by_hand = it.wanted != it.decided
                if arbiter.settle(it, votes) and was_by_hand:
                    self.is_unsaved = True  # saved by the next plan: the lamp must not wait for it
                    self.plan_ms = min(self.plan_ms, self.now_ms() + _TELL_MS)

    async def _measure(self, it) -> None:
        before = self.guard(it, it.condition_met) if isinstance(it, Sensor) else None
        details = self.guard(it, it.details)
        try:
            await asyncio.wait_for_ms(it.measure(), it.deadline_ms)
            it.fault = ""
        except Exception as error:  # noqa: BLE001 - a driver is anybody's code
            self.failed(it, error)
        if self.guard(it, it.details) != details:
            self.tell(it)
        if isinstance(it, Sensor) and self.guard(it, it.condition_met) != before:
            self.is_news = True
            self.tell(it)
            self.flag.set()

    async def _send(self, it) -> None:
        goal = it.goal()
        try:
            is_done = it.send(goal is not False)
            if hasattr(is_done, "send"):
                is_done = await asyncio.wait_for_ms(is_done, it.deadline_ms)
        except Exception as error:  # noqa: BLE001 - a driver is anybody's code
            self.failed(it, error)
            is_done = False
        if is_done is False:
            it.fault = it.fault or "it does not obey"
            it.shown = None
            it.timers["retry"] = self.now_ms() + min(_RETRY_MS << it.tries, _LONGEST_RETRY_MS)
            it.tries = min(it.tries + 1, 6)
            self.flag.set()  # there is a new moment to wait for
            return
        it.tries, it.fault = 0, ""
        it.shown = goal
        self.tell(it)

    def guard(self, it, function, *args):
        """Return what a call returns, None if it fails: no instance stops the clock of the others."""
        try:
            return function(*args)
        except Exception as error:  # noqa: BLE001 - a driver is anybody's code
            self.failed(it, error)
            return None

    def failed(self, it, error: Exception) -> None:
        """Note what went wrong with an instance; log it once, not at every try."""
        text = str(error)
        if not isinstance(error, TepalError):
            text = type(error).__name__ + " " + text
        if it is None:
            self.node.log.exception("devices", error)  # noqa: PLE1205 - our own log
        elif it.fault != text:
            it.fault = text
            self.tell(it)
            self.node.log.warn(it.name + ": " + text)


def has_work(it) -> bool:
    """Tell whether a device does something else than it should, and may be told now."""
    return isinstance(it, Device) and it.goal() != it.shown and "retry" not in it.timers


def _ordering():
    from tepal.core import ordering

    return ordering


def _rulebook():
    from tepal.core import rulebook

    return rulebook
