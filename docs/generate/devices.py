"""Types of devices and sensors, from their metadata; and the schema of that."""

from __future__ import annotations

import json

from docs.generate._table import table

from tepal.formats import params, rules
from umbel.build import device_types
from umbel.build.device_types import Found
from umbel.model import device_type


def page() -> str:
    found = sorted(device_types.find(), key=lambda one: (one.type.is_sensor, one.type.config_name))
    schema = json.dumps(device_type.schema(), indent=2, ensure_ascii=False)
    return (
        "# Types of devices and sensors\n\n"
        "What `config/devices.json` may hold, beside `nickname`, `default_rule`, `schedule` and, of a\n"
        "sensor, `targets`. `umbel device list` prints a shorter form.\n"
        + "".join(map(_section, found))
        + "\n## Metadata\n\nA type is described by a JSON file beside its class. Its schema "
        "(`umbel device schema`):\n\n```json\n" + schema + "\n```\n"
    )


def _section(found: Found) -> str:
    one = found.type
    kind = "sensor" if one.is_sensor else "device"
    limits = found.type.for_node("")["rule_limits"] or None
    about = f"\n## {one.config_name} ({kind})\n\n{one.description}. Rules: "
    rows = [
        (f"`{name}`", param.label, params.wanted(param.for_node()).removesuffix(" expected"),
         f"`{json.dumps(param.default)}`" if "default" in param.model_fields_set else "")
        for name, param in one.params.items()
    ]  # fmt: skip
    about += rules.expected(one.rule_prompt, limits).removesuffix(" expected")
    about += f" (in {one.rule_unit})" if one.rule_unit else ""
    text = about + ".\n\n"
    return text + (table(("parameter", "is", "takes", "default"), rows) if rows else "")
