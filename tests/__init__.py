"""Tests compute as a run does: on one BLAS thread, so that none waits for the others' processors."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
