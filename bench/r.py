"""R as a tool of a study: one data set in, the figures that R prints out."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SCRIPT = Path(__file__).with_name("r_figures.R")
_LEFT_OUT = 3


class LeftOutError(RuntimeError):
    """R, or the package that a figure needs, is not installed here."""


@dataclass(frozen=True, slots=True)
class RFigures:
    """What R printed: `figures` by name, and the versions of R and of the packages it used."""

    figures: dict[str, float]
    versions: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        """The values of `name.1`, `name.2` and so on."""
        found = [self.figures[key] for key in self.figures if key.startswith(f"{name}.")]
        return np.array(found)


def ask_r(kind: str, *, tables: Mapping[str, pd.DataFrame], times: int = 1) -> RFigures:
    """Let R work on tables; `kind` is a function of `r_figures.R`, `times` how often it runs."""
    program = shutil.which("Rscript")
    if program is None:
        raise LeftOutError("Rscript is not installed")
    with tempfile.TemporaryDirectory() as folder:
        for name, table in tables.items():
            table.to_csv(Path(folder) / f"{name}.csv", index=False)
        command = [program, "--vanilla", str(SCRIPT), kind, folder, str(times)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == _LEFT_OUT:
        raise LeftOutError(done.stderr.strip().splitlines()[-1])
    if done.returncode:
        raise SystemExit(f"R failed at {kind}:\n{done.stderr}")
    lines = done.stdout.splitlines()
    return RFigures(
        figures=dict(_figure(line) for line in lines if not line.startswith("#")),
        versions=tuple(line[2:].strip() for line in lines if line.startswith("#")),
    )


def _figure(line: str) -> tuple[str, float]:
    name, value = line.split("\t")
    return name, float(value)


def answers_table(matrix: np.ndarray) -> pd.DataFrame:
    """A matrix of right and wrong answers, NaN where not asked, with a column for each item."""
    table = pd.DataFrame(matrix, columns=[f"i{at}" for at in range(matrix.shape[1])])
    return table.astype("Int64")
