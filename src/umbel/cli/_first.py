"""The option that says where simulated nodes are."""

from __future__ import annotations

from typing import Annotated

import typer

VARIABLE = "UMBEL_SIM_FIRST"
First = Annotated[
    str,
    typer.Option(
        "--first", envvar=VARIABLE, help="The address of the first node; the others follow."
    ),
]
