"""A month in a house, by chance, held against a model that looks at everything anew."""

import json
import random

from tepal.core import ordering
from tepal.core.devices import Device, Devices, Sensor

MONDAY = 20822 * 86400  # 2027-01-04
MINUTE_MS = 60000
DAY_MIN = 1440
_DAYS = ("", "mon-fri ", "sat,sun ", "thu ")
_MASKS = (127, 31, 96, 8)


class Wall:
    """The clocks of a node, set by hand."""

    def __init__(self):
        self.ms = 0

    def uptime_ms(self):
        return self.ms

    def now(self):
        return MONDAY + self.ms // 1000


class Lamp(Device):
    """Follows whole numbers; does not obey where ``fails``."""

    rule_prompt = "int_or_fade"
    rule_limits = (0, 100)
    fails = False
    bright = None

    def send(self, state):
        if self.fails:
            return False
        self.bright = self.current_rule if state else 0
        return True


class Eye(Sensor):
    """Sees what it is told."""

    sees = False

    def condition_met(self):
        return self.sees


class Node:
    """The least that a house needs of a node."""

    def __init__(self):
        self.clock = Wall()
        self.config = self.states = self.log = self.tasks = self
        self.listeners = []

    def get(self, key):
        return {"tz": "n/a", "utc": 0, "place": "n/a"}[key]

    def put(self, owner, record):
        self.kept = record

    def warn(self, text):
        pass

    def publish(self, topic, data):
        pass

    def start(self, tag, coroutine, kind):
        finish(coroutine)


class Flag:
    def set(self):
        pass


def finish(coroutine):
    """Run what does not have to wait; return its result."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


class ModelLamp:
    """What a lamp must do, from the words of the specification."""

    def __init__(self, default):
        self.default, self.schedule = default, {}
        self.rule, self.scheduled, self.enabled = default, default, True
        self.hand = None  # None, "next", or the millisecond at which it ends
        self.later = None  # (millisecond, enabled)
        self.wanted = self.decided = None

    def entries(self):
        """[(mask, minute, rule)] in alphabetical order of their keys."""
        found = []
        for key in sorted(self.schedule):
            days, _, time = key.rpartition(" ")
            mask = _MASKS[_DAYS.index(days + " " if days else "")]
            found.append((mask, int(time[:2]) * 60 + int(time[3:]), self.schedule[key]))
        return found

    def in_force(self, minute):
        best = None
        for day in range(minute // DAY_MIN - 8, minute // DAY_MIN + 1):
            for place, (mask, time, rule) in enumerate(self.entries()):
                moment = day * DAY_MIN + time
                if mask >> day % 7 & 1 and moment <= minute:
                    best = max(best, (moment, place, rule)) if best else (moment, place, rule)
        return best

    def usable(self):
        return self.default if self.scheduled in ("disabled", "enabled") else self.scheduled

    def take(self, rule):
        if rule == "disabled":
            self.enabled, self.rule = False, rule
            self.leave()
        else:
            self.enabled, self.rule = True, self.usable() if rule == "enabled" else rule

    def pass_time(self, before_ms, to_ms):  # noqa: C901 - it says in one place what falls due
        """Do in order what falls due between two moments."""
        events = []
        for day in range(before_ms // MINUTE_MS // DAY_MIN, to_ms // MINUTE_MS // DAY_MIN + 1):
            for place, (mask, time, rule) in enumerate(self.entries()):
                moment = (day * DAY_MIN + time) * MINUTE_MS
                if mask >> day % 7 & 1 and before_ms < moment <= to_ms:
                    events.append((moment, place, "schedule", rule))
        if isinstance(self.hand, int) and self.hand <= to_ms:
            events.append((self.hand, 99, "end", None))
        if self.later and self.later[0] <= to_ms:
            events.append((self.later[0], 99, "later", self.later[1]))
        events = sorted(events, key=lambda event: event[:2])
        for number, (moment, _, what, value) in enumerate(events):
            if what == "schedule" and [e for e in events[number + 1 :]
                                       if e[0] == moment and e[2] == what]:  # fmt: skip
                continue  # another one begins at the same moment, and is the later of the two
            if what == "schedule":
                self.scheduled = value
                if not isinstance(self.hand, int):
                    self.hand = None
                    self.take(value)
            elif what == "end":
                self.hand = None
                self.take(self.scheduled)
            else:
                self.later = None
                self.switch(value)

    def leave(self):
        """Who comes back does what the sensors want by then."""
        if self.wanted is not None:
            self.wanted = bool(self.decided)

    def switch(self, enabled):
        self.later = None
        if not enabled:
            self.enabled = False
            self.leave()
            return
        self.enabled = True
        if self.rule == "disabled":
            self.hand = None if self.usable() == self.scheduled else "next"
            self.take(self.usable())

    def edited(self, minute, was):
        """The schedule has changed: what was said by hand stays, if the same moment is in force."""
        found = self.in_force(minute)
        moment, rule = (found[0], found[2]) if found else (None, self.default)
        if (moment, rule) == was:
            return
        self.scheduled = rule
        if moment != was[0]:
            if not isinstance(self.hand, int):
                self.hand = None
                self.take(rule)
        elif not self.hand:
            enabled, before = self.enabled, self.rule
            self.take(rule)
            if "disabled" not in (before, self.rule):
                self.enabled = enabled

    def force(self, minute):
        found = self.in_force(minute)
        return (found[0], found[2]) if found else (None, self.default)

    def goal(self):
        if self.wanted is None:
            return None
        return self.rule if self.wanted and self.enabled and self.rule != 0 else False


class House:
    """The house under test and its model, side by side."""

    def __init__(self, seed):
        random.seed(seed)
        self.node = Node()
        self.house = Devices(self.node, Flag())
        self.lamps, self.eyes, self.models = [], [], []
        for number in range(1, 5):
            lamp = Lamp()
            lamp.name, lamp.nickname, lamp.default_rule = "device%d" % number, "", 10 * number
            self.lamps.append(lamp)
            self.models.append(ModelLamp(10 * number))
        for number in range(1, 6):
            eye = Eye()
            eye.name, eye.nickname, eye.default_rule = "sensor%d" % number, "", "enabled"
            self.eyes.append(eye)
        for it in self.lamps + self.eyes:
            it.house, it.node, it.timers = self.house, self.node, {}
            self.house.all[it.name] = it
        for eye, targets in zip(
            self.eyes, ((0,), (0, 1), (1,), (1, 2), (2, 0))
        ):  # lamp 4 has none
            eye.targets = [self.lamps[number] for number in targets]
            for lamp in eye.targets:
                lamp.sensors = list(lamp.sensors) + [eye]
        self.ms = 0
        self.house.step()

    def advance(self, to_ms):
        while True:
            self.vote()
            left = self.house.step()
            if self.node.clock.ms + left > to_ms:
                break
            self.node.clock.ms += max(left, 1)
        before, self.ms = self.ms, to_ms
        self.node.clock.ms = to_ms
        for model in self.models:
            model.pass_time(before, to_ms)
        self.house.step()
        self.vote()

    def vote(self):
        """What the sensors want of the models: a true one wins, then one without opinion."""
        for lamp, model in zip(self.lamps, self.models):
            votes = [eye.sees for eye in lamp.sensors if eye.enabled]
            if not lamp.sensors:
                continue
            decision = True if True in votes else (None if None in votes else False)
            if decision is not None and decision != model.decided:
                model.decided = model.wanted = decision

    def act(self):
        """Do something by chance to a lamp or a sensor."""
        house = self.house
        number = random.randrange(4)
        lamp, model = self.lamps[number], self.models[number]
        action = random.randrange(12)
        if action < 4:
            eye = random.choice(self.eyes)
            eye.sees = random.choice((True, False, None))
            house.is_news = True
            house.step()
        elif action == 4:
            eye = random.choice(self.eyes)
            finish(ordering.disable(eye) if eye.enabled else ordering.enable(eye))
            house.step()
        elif action == 5:
            rule = random.choice((0, 15, 60, "enabled", "disabled"))
            minutes = random.choice((None, None, 30, 300))
            finish(ordering.set_rule(lamp, rule, minutes))
            model.hand = "next" if minutes is None else self.ms + minutes * MINUTE_MS
            model.take(rule)
        elif action == 6:
            finish(ordering.reset_rule(lamp))
            model.hand = None
            model.take(model.scheduled)
        elif action == 7:
            enabled = random.random() < 0.6
            finish(ordering.enable(lamp) if enabled else ordering.disable(lamp))
            model.switch(enabled)
        elif action == 8:
            minutes, enabled = random.randrange(1, 200), random.random() < 0.5
            finish((ordering.enable_in if enabled else ordering.disable_in)(lamp, minutes))
            model.later = (self.ms + minutes * MINUTE_MS, enabled)
        elif action == 9:
            self.edit(lamp, model)
        elif action == 10 and model.enabled and not lamp.fails:
            finish(ordering.turn(lamp, True))
            model.wanted = True
        elif action == 11 and not lamp.fails:
            finish(ordering.turn(lamp, False))
            model.wanted = False if model.enabled or model.wanted is None else model.wanted

    def edit(self, lamp, model):
        minute = self.ms // MINUTE_MS
        was = model.force(minute)
        changed = dict(model.schedule)
        rule = random.choice((5, 0, 80, 33, "enabled", "disabled"))
        if changed and random.random() < 0.5:  # another rule at the same time
            changed[random.choice(sorted(changed))] = rule
        elif changed and random.random() < 0.4:
            changed.pop(random.choice(sorted(changed)))
        elif len(changed) < 5:
            key = "%s%02d:%02d" % (random.choice(_DAYS), random.randrange(24),
                                   random.randrange(0, 60, 7))  # fmt: skip
            changed[key] = rule
        model.schedule = changed
        lamp.schedule = json.dumps(changed)  # as ordering does, when it has saved it
        model.edited(minute, was)
        self.house.plan_anew()
        self.house.step()

    def compare(self):
        self.vote()
        for lamp, model in zip(self.lamps, self.models):
            mine = (lamp.enabled, lamp.current_rule, lamp.scheduled_rule, lamp.override is None)
            theirs = (model.enabled, model.rule, model.scheduled, model.hand is None)
            assert mine == theirs, (self.ms, lamp.name, mine, theirs)
            assert lamp.wanted == model.wanted, (self.ms, lamp.name, lamp.wanted, model.wanted)
            if model.goal() is not None and not lamp.fails and "retry" not in lamp.timers:
                assert lamp.shown == model.goal(), (self.ms, lamp.name, lamp.shown, model.goal())
                assert lamp.bright == (model.goal() or 0)


def live(seed, days):
    """Let a house live; return how often it was compared with its model."""
    world = House(seed)
    count = 0
    while world.ms < days * DAY_MIN * MINUTE_MS:
        count += 1
        minute = world.ms // MINUTE_MS + random.randrange(1, 60)
        world.advance(minute * MINUTE_MS + 3000 + count * 7 % 50000)
        if random.random() < 0.1:
            lamp = random.choice(world.lamps)
            lamp.fails = not lamp.fails
        world.act()
        world.compare()
    for lamp in world.lamps:
        lamp.fails = False
    world.advance(world.ms + 400000)  # the longest pause between two tries is over
    world.compare()
    assert not [lamp for lamp in world.lamps if "retry" in lamp.timers]
    return count


def test_a_month_of_chance_is_as_the_model_has_it():
    assert live(1, 31) > 1000


def test_other_weeks_are_as_the_model_has_them():
    for seed in range(2, 8):
        assert live(seed, 5) > 150
