"""Endpoints of micropython-smarthome: schedules, and names for times."""

from device_house import stop
from old_client import opened, say

from tepal.core import storage


async def test_schedules():
    node = await opened()
    no_time = {"ERROR": "Timestamp format must be HH:MM (no AM/PM) or schedule keyword"}

    for words, answer in (
        (["get_schedule_rules", "device1"], {"sunset": 700}),
        (["add_schedule_rule", "device1", "08:00", "100"], {"Rule added": 100, "time": "08:00"}),
        (["add_schedule_rule", "device1", "08:00", 200],
         {"ERROR": "Rule already exists at 08:00, add 'overwrite' arg to replace"}),
        (["add_schedule_rule", "device1", "08:00", 9999], {"ERROR": "Invalid rule"}),
        (["add_schedule_rule", "device1", "08:00", 200, "overwrite"],
         {"Rule added": 200, "time": "08:00"}),
        (["add_schedule_rule", "device1", "bedtime", 10], {"Rule added": 10, "time": "bedtime"}),
        (["add_schedule_rule", "device1", "mon-fri bedtime+30", 20],
         {"Rule added": 20, "time": "mon-fri bedtime+30"}),
        (["add_schedule_rule", "device1", "8:00", 200], no_time),
        (["add_schedule_rule", "device1", "08:00 AM", 200], no_time),
        (["add_schedule_rule", "device1", 800, 200], no_time),
        (["add_schedule_rule", "device1", "dawn", 200], no_time),
        (["remove_rule", "device1", "25:00"], no_time),
        (["remove_rule", "device1", "09:00"], {"ERROR": "No rule exists at that time"}),
        (["remove_rule", "device1", "08:00"], {"Deleted": "08:00"}),
        (["save_rules"], {"Success": "Rules written to disk"}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    kept = storage.newest("config/devices.json", 1)[0]
    assert sorted(kept["device1"]["schedule"]) == ["bedtime", "mon-fri bedtime+30", "sunset"]
    await stop(node)


async def test_keywords():
    node = await opened()
    no_dict = {"ERROR": "Requires dict with keyword and timestamp"}

    for words, answer in (
        (["add_schedule_keyword", {"dawn": "06:15"}], {"Keyword added": "dawn", "time": "06:15"}),
        (["add_schedule_keyword", {"dawn": "06:30"}], {"Keyword added": "dawn", "time": "06:30"}),
        (["add_schedule_keyword", "dawn"], no_dict),
        (["add_schedule_keyword", {}], no_dict),
        (["add_schedule_keyword", {"dawn": "6:15"}],
         {"ERROR": "Timestamp format must be HH:MM (no AM/PM)"}),
        (["add_schedule_keyword", {"dawn": 615}],
         {"ERROR": "Timestamp format must be HH:MM (no AM/PM)"}),
        (["add_schedule_rule", "device1", "dawn", 5], {"Rule added": 5, "time": "dawn"}),
        (["add_schedule_rule", "device1", "dawn+10", 5], {"Rule added": 5, "time": "dawn+10"}),
        (["remove_schedule_keyword", "dawn"], {"Keyword removed": "dawn"}),
        (["get_schedule_rules", "device1"], {"sunset": 700}),
        (["remove_schedule_keyword", "dawn"], {"ERROR": "Keyword does not exist"}),
        (["remove_schedule_keyword", {}], {"ERROR": "Keyword does not exist"}),
        (["remove_schedule_keyword", "sunset"], {"ERROR": "Cannot delete sunrise or sunset"}),
        (["save_schedule_keywords"], {"Success": "Keywords written to disk"}),
        (["get_schedule_keywords"],
         {"bedtime": "22:30", "sunrise": "00:00", "sunset": "00:00"}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    await stop(node)
