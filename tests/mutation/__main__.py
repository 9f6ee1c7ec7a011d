"""`make mutants`: a table of the mutants of each file and a line for each that lives on; 1 below 90 %."""

from __future__ import annotations

import sys

from tests.mutation import functions, numbers
from tests.mutation.tree import FILES, Mutant, tree_copy

LEAST = 0.90


def main() -> int:
    tree_copy()
    found = (
        {file: functions.mutants(file) + numbers.mutants(file) for file in FILES} if functions.run() else {}
    )
    if not found:
        return 1
    for mutants in found.values():
        _print_survivors(mutants)
    print("To see one that mutmut made: cd .mutants && ../.venv-mutants/bin/mutmut show NAME")
    print(f"{'file':<28}{'mutants':>9}{'killed':>9}{'survived':>10}{'score':>9}")
    return max([_row(file, mutants) for file, mutants in found.items()])


def _print_survivors(mutants: list[Mutant]) -> None:
    for mutant in mutants:
        if not mutant.killed:
            print(f"lives on: {mutant.name} ({mutant.fate})")


def _row(file: str, mutants: list[Mutant]) -> int:
    """One line of the table; 1 when the score is too low or nothing was mutated."""
    killed = sum(mutant.killed for mutant in mutants)
    score = killed / len(mutants) if mutants else 0.0
    print(f"{file:<28}{len(mutants):>9}{killed:>9}{len(mutants) - killed:>10}{score:>9.1%}")
    return int(score < LEAST)


if __name__ == "__main__":
    sys.exit(main())
