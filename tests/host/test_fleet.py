"""The fleet: what is known, who hears of it, who is asked when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from patience import PATIENCE

from umbel.errors import LinkError, LinkTimeout, NodeError, UnknownNode
from umbel.fleet import Change, Condition, Fleet, NodeView, watch
from umbel.fleet.links import Links
from umbel.fleet.roster import Roster
from umbel.fleet.view import silent, told, unseen
from umbel.fleet.watch import Watch, interval
from umbel.link.api import Api, Result
from umbel.model import Address, Node

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ABOUT = {
    "id": "micr01OS",
    "version": "0.1.0",
    "board": "Pico W",
    "runtime": "micropython 1.29",
    "network": "joined",
    "uptime_ms": 61_500,
    "heap": {"used": 40_000, "free": 60_000},
    "load": 3,
    "auth": False,
}


def node(name: str, host: str = "127.0.1.1", web_port: int | None = 8080) -> Node:
    return Node(name=name, address=Address(host, 9008), web_port=web_port)


class Nodes:
    """Some nodes, as many as there are hosts; counts who is asked, and how many at a time."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down: set[str] = set()
        self.active = 0
        self.most = 0

    def connect(self, one: Node) -> Api:
        return FakeApi(one, self)

    async def answer(self, host: str) -> None:
        self.asked.append(host)
        self.active += 1
        self.most = max(self.most, self.active)
        await asyncio.sleep(0)
        self.active -= 1
        if host in self.down:
            raise LinkError("nobody listens")


class FakeApi(Api):
    """Answers at once."""

    def __init__(self, one: Node, nodes: Nodes) -> None:
        super().__init__(one)
        self._nodes = nodes

    async def about(self, *, within: float = 1.0) -> dict[str, Any]:
        await self._nodes.answer(self.node.address.host)
        return ABOUT

    async def run(self, line: str, *, within: float = 1.0) -> Result:
        await self._nodes.answer(self.node.address.host)
        if line == "fail":
            raise NodeError("arguments", "no")
        return Result(value=line, text=self.node.address.host)


# what is known


def test_a_node_that_tells_is_up():
    view = told(unseen("attic", node("attic")), ABOUT, NOW)

    assert view.condition is Condition.UP
    assert (view.uptime, view.memory_used, view.memory_free, view.load) == (
        61.5,
        40_000,
        60_000,
        3,
    )
    assert (view.id, view.version, view.is_open, view.seen) == ("micr01OS", "0.1.0", True, NOW)
    assert (view.address, view.url) == ("127.0.1.1:8080", "http://127.0.1.1:8080")


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"heap": 3, "uptime_ms": "x", "load": True, "auth": 1},
        {"version": 5, "board": "x" * 9999},
    ],
)
def test_a_node_that_tells_nonsense_is_up_and_little_known(nonsense: dict[str, object]):
    view = told(unseen("attic", node("attic")), nonsense, NOW)

    assert view.condition is Condition.UP
    assert (view.version, view.uptime, view.memory_used, view.load, view.is_open) == (None,) * 5
    assert view.board is None or len(view.board) <= 64


@pytest.mark.parametrize(
    ("error", "condition"),
    [
        (LinkError("no"), Condition.OFFLINE),
        (LinkTimeout("no"), Condition.OFFLINE),
        (NodeError("login_required", "no"), Condition.LOCKED),
        (NodeError("wrong_password", "no"), Condition.REFUSED),
        (NodeError("signature", "no"), Condition.REFUSED),
    ],
)
def test_a_node_that_does_not_tell_has_a_reason(
    error: LinkError | NodeError, condition: Condition
):
    before = told(unseen("attic", node("attic")), ABOUT, NOW)

    view = silent(before, error, NOW)

    assert (view.condition, view.reason) == (condition, "no")
    assert view.version == "0.1.0"  # what it was is still of use


# who hears of it


async def test_a_subscriber_hears_first_of_everything():
    roster = Roster()
    roster.assign([node("attic"), node("cellar", "127.0.1.2")])

    with roster.subscribed() as subscription:
        change = await anext(subscription)

    assert [view.name for view in change.views] == ["attic", "cellar"]


async def test_a_slow_subscriber_misses_steps_and_not_the_result():
    roster = Roster()
    roster.assign([node("attic")])

    with roster.subscribed() as subscription:
        await anext(subscription)
        for load in range(1000):
            roster.put(told(roster.view("attic"), ABOUT | {"load": load}, NOW))
        change = await anext(subscription)

    assert [view.load for view in change.views] == [999]


async def test_a_subscriber_hears_who_comes_and_who_goes():
    roster = Roster()
    roster.assign([node("attic")])

    with roster.subscribed() as subscription:
        await anext(subscription)
        roster.assign([node("cellar", "127.0.1.2")])
        change = await anext(subscription)

    assert change == Change(views=roster.views, gone=("attic",))


async def test_what_has_not_changed_is_not_told():
    roster = Roster()
    roster.assign([node("attic")])
    roster.put(told(roster.view("attic"), ABOUT, NOW))

    with roster.subscribed() as subscription:
        await anext(subscription)
        roster.put(told(roster.view("attic"), ABOUT, NOW))
        roster.assign([node("attic")])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(subscription), 0.01)


async def test_a_node_that_moved_begins_anew():
    roster = Roster()
    roster.assign([node("attic")])
    roster.put(told(roster.view("attic"), ABOUT, NOW))

    roster.assign([node("attic", "127.0.1.9")])

    assert roster.view("attic").condition is Condition.UNKNOWN
    assert roster.view("attic").address == "127.0.1.9:8080"


def test_two_nodes_of_one_name_are_told_apart():
    roster = Roster()

    roster.assign([node("attic"), node("attic", "127.0.1.2")])

    assert [view.name for view in roster.views] == ["attic", "attic@127.0.1.2:9008"]


def test_a_view_of_nobody_is_dropped():
    roster = Roster()

    roster.put(NodeView(name="attic", address="x", url=None))

    assert roster.views == ()
    with pytest.raises(UnknownNode):
        roster.view("attic")


async def test_the_end_of_the_fleet_ends_every_subscription():
    roster = Roster()
    roster.assign([node("attic")])
    heard: list[Change] = []

    async def listen() -> None:
        with roster.subscribed() as subscription:
            heard.extend([change async for change in subscription])

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    roster.end()
    await asyncio.wait_for(listening, 60)
    await asyncio.wait_for(listen(), 60)  # who comes late does not wait for ever

    assert len(heard) == 2


# who is asked when


def test_who_answers_is_asked_often_and_who_does_not_less_and_less():
    assert [interval(failures, 3) for failures in range(8)] == [2, 2, 4, 8, 16, 30, 30, 30]


def test_a_large_fleet_is_not_asked_more_often_than_we_can():
    assert interval(0, 1000) == 25
    assert interval(9, 4000) == 100
    assert interval(10_000, 1) == 30


class Time:
    """A clock that goes on to whoever waits shortest, once nobody has anything else to do."""

    def __init__(self, nodes: Nodes | None = None) -> None:
        self.now = 0.0
        self._nodes = nodes
        self._waiting: tuple[float, asyncio.Event] | None = None

    def __call__(self) -> float:
        return self.now

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        self._waiting = (self.now + seconds + 1e-6, woken)
        await woken.wait()

    async def run_to(self, until: float) -> None:
        while True:
            await self._quiet()
            if self._waiting is None or self._waiting[0] > until:
                break
            self.now, woken = self._waiting
            self._waiting = None
            woken.set()
        self.now = until

    async def _quiet(self) -> None:
        quiet = 0
        while quiet < 20:
            await asyncio.sleep(0)
            quiet = 0 if self._nodes and self._nodes.active else quiet + 1


async def watched(
    nodes: Nodes, names: int, until: float, meanwhile: Callable[[], None] = lambda: None
) -> Roster:
    roster = Roster()
    roster.assign(node(f"n{number}", f"127.0.2.{number + 1}") for number in range(names))
    links = Links(roster, nodes.connect)
    time = Time(nodes)
    watching = asyncio.create_task(Watch(roster, links, pause=time.pause, clock=time).run())
    await time.run_to(until / 2)
    meanwhile()
    await time.run_to(until)
    watching.cancel()
    await asyncio.wait([watching])
    await links.aclose()
    return roster


async def test_every_node_is_asked_every_two_seconds():
    nodes = Nodes()

    roster = await watched(nodes, names=3, until=20)

    for one in roster.views:
        asked = nodes.asked.count(one.address.partition(":")[0])
        assert 8 <= asked <= 13
        assert one.condition is Condition.UP


async def test_many_nodes_are_asked_a_few_at_a_time():
    nodes = Nodes()

    await watched(nodes, names=100, until=2.4)

    assert len(set(nodes.asked)) == 100
    assert nodes.most <= watch.AT_ONCE


async def test_a_node_that_dies_is_offline_at_the_next_look_and_then_left_alone():
    nodes = Nodes()

    roster = await watched(
        nodes, names=2, until=240, meanwhile=lambda: nodes.down.add("127.0.2.1")
    )

    assert roster.view("n0").condition is Condition.OFFLINE
    assert roster.view("n1").condition is Condition.UP
    assert nodes.asked.count("127.0.2.1") < nodes.asked.count("127.0.2.2") - 30


async def test_nobody_is_asked_who_is_busy_with_a_command():
    roster = Roster()
    roster.assign([node("attic")])
    answered = asyncio.Event()

    async def slow(_: httpx.Request) -> httpx.Response:
        await answered.wait()
        return httpx.Response(200, json={"result": 1, "text": ""})

    links = Links(roster, lambda one: Api(one, transport=httpx.MockTransport(slow)))
    roster.put(told(roster.view("attic"), ABOUT, NOW))
    time = Time()
    command = asyncio.create_task(links.api("attic").run("long"))
    await asyncio.sleep(0)
    watching = asyncio.create_task(Watch(roster, links, pause=time.pause, clock=time).run())
    await time.run_to(10)
    answered.set()
    await command
    watching.cancel()
    await asyncio.wait([watching])
    await links.aclose()

    assert roster.view("attic").condition is Condition.UP


# all together


async def test_a_command_for_many_says_of_each_what_came_of_it():
    nodes = Nodes()
    nodes.down.add("127.0.1.2")
    fleet = Fleet([node("attic"), node("cellar", "127.0.1.2")], connect=nodes.connect)

    async with fleet.watched():
        outcomes = await fleet.run_on(["attic", "cellar", "nobody"], "hello")
        refused = await fleet.run_on(["attic"], "fail")

    assert outcomes["attic"].result is not None
    assert outcomes["attic"].result.text == "127.0.1.1"
    assert outcomes["cellar"].code == "unreachable"
    assert outcomes["nobody"].code == "unreachable"
    assert (refused["attic"].code, refused["attic"].result) == ("arguments", None)


async def test_a_fleet_takes_in_who_comes_while_it_is_watched():
    nodes = Nodes()
    fleet = Fleet(connect=nodes.connect)

    async with fleet.watched():
        with fleet.subscribed() as subscription:
            fleet.assign([node("attic")])
            async with asyncio.timeout(PATIENCE):
                async for change in subscription:
                    if any(view.condition is Condition.UP for view in change.views):
                        break
        fleet.assign([])

    assert fleet.views == ()


async def test_a_node_without_a_web_door_is_offline_with_a_reason():
    fleet = Fleet([node("attic", web_port=None)])

    async with fleet.watched(), asyncio.timeout(PATIENCE):
        while fleet.view("attic").condition is Condition.UNKNOWN:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    assert fleet.view("attic").condition is Condition.OFFLINE
    assert "no web door" in str(fleet.view("attic").reason)
    assert fleet.view("attic").url is None


async def test_a_connection_is_kept_until_the_node_moves():
    roster = Roster()
    roster.assign([node("attic")])
    links = Links(roster, Nodes().connect)

    first = links.api("attic")
    assert links.api("attic") is first
    roster.assign([node("attic", "127.0.1.7")])
    second = links.api("attic")
    await links.aclose()

    assert second is not first
    with pytest.raises(UnknownNode):
        links.api("nobody")
