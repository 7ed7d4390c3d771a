"""`snakemake --lint` without the one lint that does not apply here.

Snakemake wants a conda environment or a container for each rule. All rules share one environment instead,
the one that `make` installs from the lock with hashes; an image or a conda file beside it would be a second
truth.
"""

from __future__ import annotations

import re
import subprocess
import sys

NOT_APPLICABLE = "Specify a conda environment or container for each rule"


def main() -> int:
    """Print the lints that apply; 1 where there are any, or where Snakemake itself failed."""
    command = [sys.executable, "-m", "snakemake", "--lint"]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    output = finished.stdout + finished.stderr
    titles = re.findall(r"^    \* (.+?):?$", output, flags=re.MULTILINE)
    lints = [title for title in titles if not title.startswith(NOT_APPLICABLE)]
    if lints or (finished.returncode and not titles):
        print(output)
    else:
        print(f"snakemake --lint: nothing but {len(titles)} times “{NOT_APPLICABLE}”, which is not ours")
    return int(bool(lints) or (finished.returncode != 0 and not titles))


if __name__ == "__main__":
    sys.exit(main())
