"""``umbel doctor``: what is installed, what is missing, how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from umbel.doctor import Finding


def register(app: typer.Typer) -> None:
    app.command("doctor")(show)


def show(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is installed, what is missing, and how to get it.

    Exit code 1 means that the demo lacks something.
    """
    from umbel import doctor

    findings = doctor.examine()
    if as_json:
        _print_json(findings)
    else:
        _print_table(findings)
    if not doctor.is_ready(findings):
        raise typer.Exit(1)


def _print_json(findings: tuple[Finding, ...]) -> None:
    import json
    from dataclasses import asdict

    print(json.dumps([asdict(finding) for finding in findings], indent=2))


def _print_table(findings: tuple[Finding, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "for", "found"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(_mark(finding), finding.name, finding.used_for, finding.found)
    console.print(table)
    for finding in findings:
        if finding.is_missing:  # below the table, where no column breaks a command
            console.print(f"get {finding.name}: [bold]{finding.remedy}[/]", soft_wrap=True)


def _mark(finding: Finding) -> str:
    if not finding.is_missing:
        return "[green]there[/]"
    return "[red]needed[/]" if finding.needed else "[yellow]missing[/]"
