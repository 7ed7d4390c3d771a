"""No result is taken for up to date that was made from other answers, options, code or packages."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from smartcity_survey.io import read_json
from smartcity_survey.workflow.catalogue import stages
from smartcity_survey.workflow.dependencies import Sources, versions
from smartcity_survey.workflow.hold import step_at_work
from smartcity_survey.workflow.progress import BARS, RUN, has_finished, told
from tests.conftest import REPOSITORY
from tests.workflow.place import IDLE, Place
from tests.workflow.test_nothing_lost import digests


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("stale"))
    done, _, _ = place.run()
    assert {"read", "clean", "pls", "hypotheses", "report"} < done
    return place


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file without a newer date."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    times = path.stat()
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@contextmanager
def restored(path: Path) -> Iterator[None]:
    """Afterwards a file has the content and the date that it has now."""
    content, times = path.read_bytes(), path.stat()
    yield
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


PACKAGE = "program/src/smartcity_survey"
LINES = "\n\n\n", "\n\n\n\n"
# File, text, other text; rules that then have to run, and rules that have not.
EDITS = {
    "a panel": (
        f"{PACKAGE}/stages/evidence/curve_panel.py",
        *LINES,
        "specification_curve report",
        "pls describe",
    ),
    "the mean": (f"{PACKAGE}/stats/core/correlations.py", *LINES, "describe components pls report", "read"),
    "the script of stages": ("program/rules/scripts/stage.py", *LINES, "read sem pls report", ""),
    "an option that a stage names": (
        f"{PACKAGE}/stages/evidence/verdict_sheet.py",
        '"equivalence_bound",)',
        '"equivalence_bound", "power_draws")',
        "verdict_sheet report",
        "pls",
    ),
    "a locale": (f"{PACKAGE}/report/locale/ru/page.yaml", "\n", "\n\n", "report", "hypotheses verdict_sheet"),
    "the page's style": (f"{PACKAGE}/report/page.css", "\n", "\n\n", "report", "hypotheses verdict_sheet"),
    "the page": (f"{PACKAGE}/report/page.html.j2", "\n", "\n\n", "report", "hypotheses verdict_sheet"),
    "its order": (f"{PACKAGE}/report/contents.yaml", "\n", "\n\n", "report", "hypotheses verdict_sheet"),
    "the figures' style": (f"{PACKAGE}/report/style.mplstyle", "\n", "\n\n", "report", "hypotheses"),
    "the audit's locale": (
        f"{PACKAGE}/audit/locale/kk/rules.yaml",
        "\n",
        "\n\n",
        "hypotheses report",
        "pls sem",
    ),
    "no rule's module": (f"{PACKAGE}/check/study.py", *LINES, "", "read report"),
    "a table": ("study/reports/tables/hypotheses.csv", "H1", "H2", "hypotheses verdict_sheet", "pls"),
    "a card": ("study/reports/cards/sem.json", "n", "m", "sem report", "pls clean"),
    "a figure": ("study/reports/figures/path.svg", "svg", "gvs", "report", "pls hypotheses"),
    "a label": (
        "study/код кітабы.yaml",
        "label: Сенім",
        "label: Доверие",
        "report",
        "read clean describe pls",
    ),
    "an answer in words": ("study/код кітабы.yaml", "Алматы", "Астана", "read clean describe report", ""),
    "private answers": ("study/reports/private/answers.csv", "1", "2", "clean describe pls", "read"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_an_edit_has_a_say_in_is_planned_again(place: Place, edit: str) -> None:
    name, old, new, due, not_due = EDITS[edit]
    path = place.program.parent / name
    with restored(path):
        replace(path, old, new)
        planned = place.planned()
    assert set(due.split()) <= planned
    assert planned.isdisjoint(not_due.split())


FURTHER_EDITS = {
    "the config": ("study/config.yaml", "seed: 7", "seed: 8"),
    "the survey": ("study/жауаптар 1.csv", "1", "2"),
    "a record": ("study/reports/private/made_from/pls.json", "a", "b"),
    "the page itself": ("study/reports/report.html", "a", "b"),
    "the manifest": ("study/reports/manifest.json", "a", "b"),
    "a rule": ("program/rules/stage.smk", "\n", "\n\n"),
    "the workflow": ("program/Snakefile", "\n", "\n\n"),
}


@pytest.mark.parametrize("edit", [*EDITS, *FURTHER_EDITS])
def test_no_edit_is_taken_for_no_change(place: Place, edit: str) -> None:
    """Not even with the date of before; with the content of before, it is none."""
    name, old, new, *_ = {**EDITS, **FURTHER_EDITS}[edit]
    path = place.program.parent / name
    with restored(path):
        replace(path, old, new)
        edited = place.unchanged()
    assert (edited, place.unchanged()) == (False, True)


@pytest.mark.parametrize(
    "name",
    [
        "study/reports/tables/pls_paths.csv",
        "study/reports/private/made_from/report.json",
        "study/reports/figures/scree.pdf",
        "program/src/smartcity_survey/report/page.css",
    ],
)
def test_a_file_less_is_no_result(place: Place, name: str) -> None:
    path = place.program.parent / name
    with restored(path):
        path.unlink()
        less = place.unchanged()
    assert (less, place.unchanged()) == (False, True)


@pytest.mark.parametrize("name", ["program/src/smartcity_survey/stats/pls/new.py", "program/rules/new.smk"])
def test_a_new_file_of_code_is_a_change(place: Place, name: str) -> None:
    path = place.program.parent / name
    path.touch()
    more = place.unchanged()
    path.unlink()
    assert (more, place.unchanged()) == (False, True)


def test_other_packages_are_a_change(place: Place) -> None:
    package = place.program / "src/numpy-99.dist-info"
    package.mkdir()
    more = place.unchanged()
    package.rmdir()
    assert (more, place.unchanged()) == (False, True)
    assert not place.unchanged(PYTHONPATH=f"{place.program / 'src'}{os.pathsep}{place.program}")


def test_what_changes_during_a_run_is_not_remembered(place: Place, copy: Path) -> None:
    """A stage that edits an input, and one that edits it back: neither is what the run began with."""
    module = place.program / "src/smartcity_survey/stages/sem/sem.py"
    content = module.read_bytes()
    body = b'    with naming(model.items, "SEM", model.names):'
    assert content.count(body) == 1
    edit = (
        b"    from pathlib import Path\n    own = Path('config.yaml')\n    text = own.read_text('utf-8')\n"
        b"    own.write_text(text + ' ', 'utf-8')\n    own.write_text(text, 'utf-8')\n"
    )
    module.write_bytes(content.replace(body, edit + body))
    done, _, _ = place.run(copy)
    assert "sem" in done
    assert not place.unchanged(copy)
    # Nothing was computed from anything else, as a second run finds.
    assert "nothing to do" in place.run(copy)[2]
    assert place.unchanged(copy)
    module.write_bytes(content)
    assert not place.unchanged(copy)


@pytest.mark.skipif(sys.platform == "win32", reason="no locks to share there")
def test_nothing_is_unchanged_beside_a_step_at_work(place: Place) -> None:
    with step_at_work(place.study):
        assert not place.unchanged()
    assert place.unchanged()


def test_a_run_with_nothing_to_do_loads_nothing_that_takes_long(place: Place) -> None:
    assert place.unchanged()
    said = place._python("-c", IDLE).stdout.splitlines()
    assert "nothing to do" in said[0]
    assert said[-1] == "[]"


def test_nothing_is_out_of_date_after_a_run(place: Place) -> None:
    assert place.planned() == set()
    assert "nothing to do" in place.run()[2]


@pytest.fixture
def copy(place: Place, tmp_path: Path) -> Path:
    """The study copied elsewhere, without Snakemake's memory."""
    return Path(shutil.copytree(place.study, tmp_path / "copy", ignore=shutil.ignore_patterns(".snakemake")))


def test_a_changed_option_is_seen_without_the_memory_of_snakemake(place: Place, copy: Path) -> None:
    assert "nothing to do" in place.run(copy)[2]
    shutil.rmtree(copy / ".snakemake")
    config = yaml.safe_load((copy / "config.yaml").read_text(encoding="utf-8"))
    config["model"]["alpha"] = 0.01
    (copy / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    os.utime(copy / "config.yaml", (1, 1))
    done, _, said = place.run(copy)
    # The level at which claims are judged is nothing that estimates depend on.
    assert {"hypotheses", "robustness", "specification_curve", "verdict_sheet", "report"} <= done
    assert {"read", "clean", "describe", "components", "cfa", "regression", "pls", "sem"}.isdisjoint(done)
    assert "nothing to do" not in said
    assert read_json(copy / "reports/manifest.json")["config"]["model"]["alpha"] == 0.01
    assert "nothing to do" in place.run(copy)[2]


def test_dates_alone_make_nothing_again(place: Place, copy: Path) -> None:
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    for day, path in enumerate(reversed(files)):
        os.utime(path, (86_400 * day, 86_400 * day))
    done, same, _ = place.run(copy)
    assert done == set()
    assert {"clean", "pls", "report"} <= same
    assert digests(copy) == digests(place.study)


def test_results_that_were_edited_or_removed_are_made_again(place: Place, copy: Path) -> None:
    tables = copy / "reports/tables"
    replace(tables / "pls_paths.csv", "trust", "faith")
    (tables / "sem_fit.csv").unlink()
    (copy / "reports/figures/scree.png").unlink()
    done, same, _ = place.run(copy)
    assert {"pls", "sem", "report"} <= done
    assert {"clean", "components"}.isdisjoint(done)
    # Made again to the same bytes, they change nothing of what reads them.
    assert "hypotheses" in same
    assert digests(copy) == digests(place.study)


def test_a_run_tells_how_many_steps_it_has(place: Place, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that do their work and those that find it done, for the bar of the whole run."""
    monkeypatch.setenv(BARS, "1")
    (copy / "reports/tables/sem_fit.csv").unlink()
    finished = place._call("smartcity_survey.cli", "run", ".", "--cores", "2", folder=copy)
    lines = finished.stderr.split("\n")
    steps = [bar for line in lines if (bar := told(line)) and bar.what == RUN]
    assert [(bar.done, bar.total) for bar in steps] == [(0, sum(map(has_finished, lines)))]
    assert steps[0].total > 1


def test_a_digit_edited_within_rounding_is_written_anew(place: Place, copy: Path) -> None:
    table = copy / "reports/tables/pls_paths.csv"
    found = re.search(r"\d\.\d{6}\b", table.read_text(encoding="utf-8"))
    assert found
    last = "1" if found[0][-1] == "0" else "0"
    replace(table, found[0], found[0][:-1] + last)
    assert "pls" in place.run(copy)[0]
    assert digests(copy) == digests(place.study)


@pytest.mark.skipif(sys.platform == "win32", reason="no locks to share there")
def test_no_run_begins_beside_a_step_that_outlived_its_run(place: Place, copy: Path) -> None:
    with (
        step_at_work(copy),
        pytest.raises(AssertionError, match="a step of an earlier run is still at work"),
    ):
        place.run(copy)
    place.run(copy)


def test_no_rule_works_on_what_came_out_the_same(place: Place, copy: Path) -> None:
    """`read`, `clean` and `pls` use the small cells; components do not, and their answers are the same."""
    module = place.program / "src/smartcity_survey/stats/quality/small_cells.py"
    content = module.read_bytes()
    replace(module, "\n\n\n", "\n\n\n\n")
    done, same, _ = place.run(copy)
    module.write_bytes(content)
    assert {"read", "clean", "report"} <= done
    assert {"adequacy", "components"} <= same


def test_a_rule_that_fails_leaves_no_record(place: Place, copy: Path) -> None:
    module = place.program / "src/smartcity_survey/stages/sem/sem.py"
    content = module.read_bytes()
    body = b'    with naming(model.items, "SEM", model.names):'
    assert content.count(body) == 1
    module.write_bytes(content.replace(body, b"    raise RuntimeError\n" + body))
    with pytest.raises(AssertionError, match="The run stopped"):
        place.run(copy)
    module.write_bytes(content)
    assert "sem" in place.run(copy)[0]
    assert digests(copy) == digests(place.study)


def test_the_report_waits_for_every_table_and_needs_it(place: Place) -> None:
    reports = place.study / "reports"
    record = read_json(reports / "private/made_from/report.json")
    tables = {path.stem for path in (reports / "tables").glob("*.csv")}
    assert {
        "collinearity",
        "item_frequencies",
        "pls_inadmissible",
        "score_agreement",
        "score_weights",
    } < tables
    assert set(record["options"]["required"]) == tables
    assert {path for path in record["inputs"] if path.startswith("reports/tables/")} == {
        f"reports/tables/{name}.csv" for name in tables
    }
    assert {path for path in record["inputs"] if path.startswith("reports/cards/")} == {
        path.relative_to(place.study).as_posix() for path in (reports / "cards").glob("*.json")
    }


def test_the_manifest_says_what_the_results_were_made_from(place: Place) -> None:
    manifest = read_json(place.study / "reports/manifest.json")
    records = {
        path.stem: read_json(path) for path in (place.study / "reports/private/made_from").glob("*.json")
    }
    package = place.program / "src/smartcity_survey"
    scripts = place.program / "rules/scripts"
    modules = [record["options"]["module"] for name, record in records.items() if name != "report"]
    code = [(scripts / "report.py",), *((scripts / "stage.py", module) for module in modules)]
    assert manifest["code"] == Sources(package).digest_of(code)
    machine = read_json(place.study / "reports/machine.json")
    assert {"python", "packages"} == machine.keys()
    assert machine.keys().isdisjoint(manifest)
    assert all(record["python"] == machine["python"] for record in records.values())
    # Packages of an extra are those of the rule that uses them alone; so has the report.
    assert records.pop("crosscheck")["packages"] == machine["packages"] == versions("crosscheck")
    assert all(record["packages"] == versions() for record in records.values())


def test_rules_name_no_stage_and_no_table_of_one() -> None:
    """A stage says all of itself: a new one needs no line there."""
    names = {*stages()} | {table for each in stages().values() for table in each.every_table()}
    assert len(names) > 100
    for path in (REPOSITORY / "rules").rglob("*.smk"):
        code = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert not names & {*re.findall(r"[\"'](\w+)[\"']", code)}, path


def test_a_change_of_language_runs_the_report_alone(place: Place, copy: Path) -> None:
    config = yaml.safe_load((copy / "config.yaml").read_text(encoding="utf-8"))
    config["study"]["language"] = "ru" if config["study"].get("language") != "ru" else "kk"
    (copy / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    assert place.planned(copy) == {"report"}
