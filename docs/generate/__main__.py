"""``python -m docs.generate``: writes every page into docs/reference."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from docs import generate

REFERENCE = Path(__file__).parents[1] / "reference"


def main() -> None:
    REFERENCE.mkdir(exist_ok=True)
    for module in pkgutil.iter_modules(generate.__path__):
        if module.name.startswith("_"):
            continue
        page = importlib.import_module(f"{generate.__name__}.{module.name}").page()
        path = REFERENCE / f"{module.name}.md"
        path.write_text(page)
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == "__main__":
    main()
