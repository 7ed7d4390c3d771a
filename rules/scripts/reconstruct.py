"""Rule `reconstruct`."""

import sys
from pathlib import Path

from smartcity_survey.reconstruct import rebuild
from smartcity_survey.workflow.perform import perform


def main(config: str, out: str, seed: int) -> None:
    def progress(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    missed = rebuild()(Path(config), Path(out), seed, progress)
    for cell in missed:
        print(f"Not met: {cell}", file=sys.stderr)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main("config.yaml", str(Path(snakemake.output.csv).parent), snakemake.params.seed),
    )
