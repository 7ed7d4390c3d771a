"""Processes are forks where nothing of their parent is missing in them."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading

import pytest

from smartcity_survey.errors import Category, NoSolution, Problem, SurveyError
from smartcity_survey.processes import in_processes, process_context, without_collecting
from tests.workflow.engine.test_ends import is_at_work, wait_until

ASK = """
import smartcity_survey.report.editions
from smartcity_survey.processes import process_context
from tests.workflow.engine.test_ends import is_at_work, wait_until
print(process_context().get_start_method())
{more}
print(process_context().get_start_method())
"""
TYPST = "import typst; typst.compile(b'#lorem(99)', format='svg')"


def test_a_process_with_further_threads_is_not_forked() -> None:
    go_on = threading.Event()
    other = threading.Thread(target=go_on.wait)
    other.start()
    try:
        assert process_context().get_start_method() == "spawn"
    finally:
        go_on.set()
        other.join()


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux alone")
def test_threads_of_a_library_count() -> None:
    """Typst's are not Python's. What a report imports begins none."""
    command = [sys.executable, "-c", ASK.format(more=TYPST)]
    one = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    told = subprocess.run(command, env=one, capture_output=True, encoding="utf-8", check=True).stdout
    assert told.split() == ["fork", "spawn"]


def told(shared: list[str], position: int, ending: str) -> tuple[str, int]:
    return shared[position] + ending, os.getpid()


@pytest.mark.parametrize("jobs", [1, 2])
def test_work_is_done_in_order_and_elsewhere_where_several_processes_do_it(jobs: int) -> None:
    with in_processes(jobs, ["a", "b"]) as each:
        found = [*each(told, [(1, "!"), (0, "?")]), *each(told, [(0, ".")])]
    assert [word for word, _ in found] == ["b!", "a?", "a."]
    assert all((process == os.getpid()) == (jobs == 1) for _, process in found)


@pytest.mark.parametrize(
    "error",
    [
        SurveyError.of([Problem("a.csv", "is empty.", "Fill it."), Problem("b.csv", "too.", "Too.")]),
        NoSolution("constant", [Category("gender", "men")], [Problem("a.csv", "no variance.", "Look.")]),
    ],
)
def test_errors_come_whole_from_another_process(error: SurveyError) -> None:
    """Else the pool of processes breaks, and nobody hears what was wrong with the study."""
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there), there.problems) == (type(error), str(error), error.problems)
    if isinstance(error, NoSolution):
        assert (there.reason, there.names) == (error.reason, error.names)
        assert there.names[0].answer == "men"


POOL = """
import os, time
from smartcity_survey.processes import in_processes

def process(_):
    return os.getpid()

with in_processes(2, None) as each:
    print(*each(process, [()]), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a pool waits for its parent for ever")
def test_a_pool_does_not_outlive_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", POOL], stdout=subprocess.PIPE, encoding="utf-8") as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_at_work(worker)
        parent.kill()
    assert wait_until(lambda: not is_at_work(worker))


def test_cycles_wait_for_the_end_of_the_work_alone() -> None:
    def work(fail: bool) -> bool:
        if fail:
            raise KeyError
        return gc.isenabled()

    assert gc.isenabled()
    assert not without_collecting(work)(False)
    assert gc.isenabled()
    with pytest.raises(KeyError):
        without_collecting(work)(True)
    assert gc.isenabled()
    gc.disable()
    try:
        without_collecting(work)(False)
        assert not gc.isenabled()
    finally:
        gc.enable()
