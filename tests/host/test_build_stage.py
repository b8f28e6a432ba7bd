"""What a node carries, and how it lies on its flash."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from umbel.build import image, sources
from umbel.build.stage import Selection, plan, release_files, stage
from umbel.errors import UmbelError

FAN: dict[str, object] = {
    "config_name": "fan",
    "class_name": "Fan",
    "display_name": "Fan",
    "config_template": {"_type": "fan", "nickname": "", "default_rule": "", "schedule": {}},
    "params": {},
    "rule_prompt": "standard",
}
MODULES = {
    "rgb": "from drivers import pwm\n",
    "climate": "import drivers.dht\n",
    "system": "import gc\n",
}
FILES = {
    "main.py": "import start\n",
    "start.py": "import tepal.node\n",
    "pyrightconfig.json": "{}",
    "ruff.toml": "",
    "tepal/__init__.py": "",
    "tepal/__init__.pyi": "",
    "tepal/node.py": "X = 1\n",
    "tepal/core/log.py": "X = 1\n",
    "drivers/pwm.py": "X = 1\n",
    "drivers/dht.py": "from drivers.bus import read\n",
    "drivers/bus.py": "def read():\n    pass\n",
    "drivers/unused.py": "X = 1\n",
    "modules/IO_rp2.py": "LED = 25\n",
    "modules/IO_esp32.py": "LED = 2\n",
    "devices/fan.py": "from drivers.pwm import X\nclass Fan:\n    pass\n",
    "devices/fan.json": json.dumps(FAN),
    "apps/blink/main.py": "X = 1\n",
    "apps/blink/config.json": "{}",
    **{f"modules/LM_{name}.py": text for name, text in MODULES.items()},
}


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("device")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_a_release_has_all_that_runs_but_the_loader(device: Path, cache: Path):
    assert set(release_files(source=device, cache=cache)) == {
        "start.mpy",
        "tepal/node.mpy",
        "tepal/core/log.mpy",
        "drivers/pwm.mpy",
        "drivers/dht.mpy",
        "drivers/bus.mpy",
        "modules/LM_rgb.mpy",
        "modules/LM_climate.mpy",
        "modules/LM_system.mpy",
        "modules/IO_rp2.py",
        "modules/IO_esp32.py",
        "devices/fan.mpy",
        "devices/types.txt",
        "apps/blink/main.mpy",
    }


def test_a_part_is_left_out_with_all_its_files():
    whole = plan(sources.device_dir())

    less = plan(sources.device_dir(), Selection(without=frozenset({"mqtt"})))

    gone = whole.keys() - less.keys()
    assert {"tepal/services/mqtt.py", "tepal/formats/mqtt.py", "modules/LM_mqtt.py"} <= gone
    assert "tepal/services/http.py" in less


def test_without_devices_no_type_of_device_is_there_and_no_driver_of_one():
    whole = plan(sources.device_dir())

    less = plan(sources.device_dir(), Selection(without=frozenset({"devices"})))

    gone = whole.keys() - less.keys()
    assert {"tepal/core/devices.py", "devices/relay.py", "drivers/kasa.py"} <= gone
    assert {"tepal/services/smarthome.py", "tepal/core/kinds.py"} <= gone


def test_without_a_part_the_page_loads_nothing_for_it(device: Path, cache: Path, tmp_path: Path):
    for name in ("index.html.gz", "apps.js.gz", "devices.js.gz"):
        (tmp_path / name).touch()
    (device / "tepal" / "part.py").write_text(
        "# Of the part apps, which a release can leave out.\n"
    )

    files = release_files(
        source=device,
        selection=Selection(without=frozenset({"apps"})),
        web=tmp_path,
        cache=cache,
    )

    assert "web/apps.js.gz" not in files
    assert {"web/index.html.gz", "web/devices.js.gz"} <= files.keys()


@pytest.mark.parametrize("part", ["apps", "devices", "espnow", "telegram"])
def test_what_is_left_needs_nothing_of_a_part_before_somebody_wants_it(part: str):
    whole = plan(sources.device_dir())

    less = plan(sources.device_dir(), Selection(without=frozenset({part})))

    gone = {name.removesuffix(".py").replace("/", ".") for name in whole.keys() - less.keys()}
    for name, path in less.items():
        for line in ast.parse(path.read_bytes()).body if name.endswith(".py") else ():
            if isinstance(line, ast.ImportFrom):
                wanted = {line.module, *(f"{line.module}.{one.name}" for one in line.names)}
                assert not wanted & gone, name


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(
        UmbelError,
        match=r"no part is called 'mqqt'; there are: apps, devices, espnow, mqtt, telegram",
    ):
        plan(sources.device_dir(), Selection(without=frozenset({"mqqt"})))


def test_a_release_lies_in_a_slot_and_takes_few_files(device: Path, cache: Path, tmp_path: Path):
    staged = stage(tmp_path, source=device, cache=cache)

    assert set(staged.sizes) == {"main.py", "sys/a/manifest", "sys/a/pack", "sys/a/start.mpy"}
    assert staged.sizes == {name: (tmp_path / name).stat().st_size for name in staged.sizes}


def test_a_node_gets_the_drivers_of_its_modules_alone(device: Path):
    selection = Selection(
        modules=frozenset({"climate"}),
        pin_maps=frozenset({"rp2"}),
        devices=frozenset(),
        apps=frozenset(),
    )

    names = {name for name in plan(device, selection) if not name.startswith("tepal/")}

    assert names == {
        "start.py",
        "modules/LM_climate.py",
        "modules/IO_rp2.py",
        "drivers/dht.py",
        "drivers/bus.py",
    }


@given(wanted=st.frozensets(st.sampled_from(sorted(MODULES))))
def test_a_node_gets_the_modules_it_is_given(device: Path, wanted: frozenset[str]):
    names = plan(device, Selection(modules=wanted))

    assert {name for name in names if "/LM_" in name} == {
        f"modules/LM_{module}.py" for module in wanted
    }


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (
            Selection(modules=frozenset({"rbg"})),
            "no module is called 'rbg'; there are: climate, rgb, system",
        ),
        (
            Selection(pin_maps=frozenset({"pico"})),
            "no pin map is called 'pico'; there are: esp32, rp2",
        ),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_ones(
    device: Path, selection: Selection, message: str
):
    with pytest.raises(UmbelError) as caught:
        plan(device, selection)

    assert str(caught.value) == message


def test_a_slot_holds_one_release_and_nothing_else(device: Path, cache: Path, tmp_path: Path):
    (tmp_path / "sys/a/apps").mkdir(parents=True)
    (tmp_path / "sys/a/apps/old.mpy").touch()

    stage(tmp_path, source=device, cache=cache)

    assert not (tmp_path / "sys/a/apps").exists()


def test_what_a_node_wrote_stays(device: Path, cache: Path, tmp_path: Path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/node_config.json").write_text("{}")

    stage(tmp_path, source=device, cache=cache)
    stage(tmp_path, source=device, cache=cache, slot_name="b")

    assert (tmp_path / "config/node_config.json").exists()
    assert (tmp_path / "sys/a/pack").exists()
    assert (tmp_path / "sys/b/pack").exists()


def test_web_files_are_taken_as_they_are(device: Path, cache: Path, tmp_path: Path):
    web = tmp_path
    (web / "assets").mkdir(parents=True)
    (web / "index.html.gz").write_bytes(b"\x1f\x8b1")
    (web / "assets/app.js.gz").write_bytes(b"\x1f\x8b2")

    files = release_files(source=device, cache=cache, web=web)

    assert files["web/index.html.gz"] == b"\x1f\x8b1"
    assert files["web/assets/app.js.gz"] == b"\x1f\x8b2"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    first=st.frozensets(st.sampled_from(sorted(MODULES))),
    second=st.frozensets(st.sampled_from(sorted(MODULES))),
)
def test_a_second_staging_leaves_no_trace_of_the_first(
    device: Path, cache: Path, tmp_path: Path, first: frozenset[str], second: frozenset[str]
):
    stage(tmp_path, source=device, cache=cache, selection=Selection(modules=first))

    staged = stage(tmp_path, source=device, cache=cache, selection=Selection(modules=second))

    there = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert there == set(staged.sizes)


@pytest.mark.parametrize(
    ("modules", "devices"), [(None, frozenset[str]()), (frozenset({"system"}), None)]
)
def test_our_own_node_is_staged_and_fits_a_pico_w(
    cache: Path,
    tmp_path: Path,
    modules: frozenset[str] | None,
    devices: frozenset[str] | None,
):
    selection = Selection(modules=modules, devices=devices, pin_maps=frozenset({"rp2"}))
    staged = stage(tmp_path, source=sources.device_dir(), selection=selection, cache=cache)

    built = image.build(staged.folder)

    assert len(built.entries) == len(staged.sizes)
    assert built.free >= image.PICO_W.size // 2  # for another release, and what the node writes
