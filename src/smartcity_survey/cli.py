"""The command line: run a study, check it, and what else needs no editor."""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from smartcity_survey import __version__
from smartcity_survey.errors import SurveyError, counted, refused_by_system
from smartcity_survey.messages import error_in, problem_in
from smartcity_survey.speech import SPEECH, SpokenCommand, SpokenGroup
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.ending.signals import Stopped, stopping
from smartcity_survey.workflow.profiles import MOST_PARTS
from smartcity_survey.workflow.progress import tell_problems

if TYPE_CHECKING:
    from smartcity_survey.plan.form import Written
    from smartcity_survey.workflow.machines import Machines

HELP = (
    "Analyse a survey: from the file of answers to tables, figures and verdicts on one page.\n\n"
    "A study is a folder with a survey file, a codebook (what its columns mean) and a config (every choice "
    "of the analysis).\n\n"
    "The usual order: `new-wave` drafts codebook and config, `check` finds what is wrong with them, `run` "
    "fills the folder `reports`."
)

app = typer.Typer(cls=SpokenGroup, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

StudyFolder = Annotated[Path, typer.Argument(help="the study's folder, which holds its config.yaml")]
Cores = Annotated[int, typer.Option(min=0, help="how many steps may work at a time; 0: one for each core")]
Executor = Annotated[
    str, typer.Option(help="where steps work: `local`, or a plugin of Snakemake, as `slurm` for a cluster")
]
Profile = Annotated[str, typer.Option(help="folder or name of a profile of Snakemake, for such a plugin")]
Jobs = Annotated[
    int, typer.Option(min=0, help="how many steps the plugin is given at a time; 0: all that are ready")
]
Parts = Annotated[
    int,
    typer.Option(
        min=1,
        max=MOST_PARTS,
        help="how many jobs make the resamples and permutations of a step; 1: the step",
    ),
]


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"smartcity_survey {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def smartcity_survey(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print name and version.", callback=_print_version, is_eager=True),
    ] = False,
    language: Annotated[
        Language | None,
        typer.Option(
            help="language of messages; if not given, the study's, else the system's",
            callback=SPEECH.begin,
            is_eager=True,
        ),
    ] = None,
) -> None:
    """What stands before the name of a command."""


@app.command(cls=SpokenCommand)
def run(
    study: StudyFolder = Path(),
    cores: Cores = 0,
    executor: Executor = "local",
    profile: Profile = "",
    jobs: Jobs = 0,
    parts: Parts = 1,
) -> None:
    """Run the analysis of a study; only what is out of date is computed."""
    from smartcity_survey.workflow.ending.means import require_memory
    from smartcity_survey.workflow.unchanged import is_unchanged, up_to_date

    SPEECH.study = study
    require_memory()
    machines = _machines(cores, executor, profile, jobs, parts)
    machines.require()
    if is_unchanged(study):
        SPEECH.say(up_to_date(study))
        return
    from smartcity_survey.workflow.run import run_study

    raise typer.Exit(run_study(study, machines, SPEECH.language()))


@app.command(cls=SpokenCommand)
def chapter(
    study: StudyFolder = Path(),
    cores: Cores = 0,
    executor: Executor = "local",
    profile: Profile = "",
    jobs: Jobs = 0,
    parts: Parts = 1,
) -> None:
    """Write the results chapter (Word, PDF) and all tables (Excel, LaTeX), after what is out of date."""
    from smartcity_survey.workflow.run import run_study

    SPEECH.study = study
    machines = _machines(cores, executor, profile, jobs, parts)
    ended = run_study(study, machines, SPEECH.language(), chapter=True)
    if not ended:
        from smartcity_survey.report.chapter.write import written_files

        for path in written_files(study):
            typer.echo(path.as_posix())
    raise typer.Exit(ended)


@app.command(cls=SpokenCommand)
def batch(
    folder: Annotated[Path, typer.Argument(help="the folder below which the studies are")],
    cores: Cores = 0,
    executor: Executor = "local",
    profile: Profile = "",
    jobs: Jobs = 0,
) -> None:
    """Run every study below a folder, and write one table that compares their hypotheses.

    Each folder counts once; a link counts where it leads to a study that is met in no other way.

    What lies below a study, or in a folder called `data` or `reports`, is no study of its own.
    """
    from smartcity_survey.workflow.many.batch import run_batch

    done = run_batch(folder, _machines(cores, executor, profile, jobs), SPEECH.language(), SPEECH.say)
    for study in done.failed:
        SPEECH.say(f"Not up to date: {study.name}")
    SPEECH.say(f"Compared: {counted(len(done.ended), 'study', 'studies')}, in {done.comparison.as_posix()}")
    raise typer.Exit(int(bool(done.failed)))


def _machines(cores: int, executor: str, profile: str, jobs: int, parts: int = 1) -> Machines:
    from smartcity_survey.workflow.machines import Machines, from_variable

    named = from_variable(profile)
    if named and not profile:
        SPEECH.say(f"Profile of Snakemake, by SNAKEMAKE_PROFILE: {named}")
    return Machines(cores or os.cpu_count() or 1, executor, named, jobs or None, parts)


@app.command(cls=SpokenCommand)
def stream(study: StudyFolder = Path()) -> None:
    """Analyse a file that memory does not hold in one pass, as far as counts and moments go."""
    from smartcity_survey.stream.write import stream_study

    SPEECH.study = study
    done = stream_study(study)
    SPEECH.say(f"Read: {counted(done.n_read, 'questionnaire')}; analysed: {done.n}")
    for name in done.unsolved:
        SPEECH.say(f"Not all of it has a solution, its card says why: {name}")
    typer.echo(done.folder.as_posix())


@app.command(cls=SpokenCommand)
def check(study: StudyFolder = Path()) -> None:
    """Check config, codebook and survey file of a study before anything runs."""
    # Before numpy begins: threads of its own take more time for matrices of this size than they save.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from smartcity_survey.check import check_study

    SPEECH.study = study
    checked = check_study(study)
    for line in checked.summary:
        SPEECH.say(line)
    for construct, warnings in checked.by_construct().items():
        SPEECH.say(f"Warnings about {construct}:" if construct else "Warnings:")
        for warning in warnings:
            typer.echo(f"  - {problem_in(warning, SPEECH.language())}")
    SPEECH.say(checked.verdict)


@app.command(cls=SpokenCommand)
def new_wave(
    folder: Annotated[Path, typer.Argument(help="folder of the new study; created where there is none")],
    survey: Annotated[Path, typer.Option("--from", help="survey file, as the survey tool exports it")],
) -> None:
    """Draft config and codebook of a new study from its survey file."""
    from smartcity_survey.new_wave import start_new_wave

    draft = start_new_wave(folder, survey)
    SPEECH.study = folder
    _tell_draft({"Guessed:": draft.guesses, "To fill in or decide:": draft.to_do}, "check", folder)


@app.command(cls=SpokenCommand)
def new_paper(
    folder: Annotated[Path, typer.Argument(help="folder of the paper; created where there is none")],
    document: Annotated[Path, typer.Option("--from", help="the paper: .docx, .html, .xlsx, .pdf or .spv")],
) -> None:
    """Draft the folder that `audit` reads from a paper's document."""
    from smartcity_survey.new_paper import start_new_paper

    started = start_new_paper(folder, document)
    _tell_draft({"Guessed:": started.guesses, "To look at or decide:": started.to_do}, "audit", folder)


def _tell_draft(lists: Mapping[str, Sequence[str]], following: str, folder: Path) -> None:
    """What a draft guessed and leaves to do, each under its heading, and the command that follows."""
    for heading, lines in lists.items():
        for line in (heading, *(f"  - {line}" for line in lines)):
            SPEECH.say(line)
    SPEECH.say(f"Next: smartcity-survey {following} {shlex.quote(folder.as_posix())}")


@app.command(name="audit", cls=SpokenCommand)
def audit_paper(
    paper: Annotated[
        Path, typer.Argument(help="paper.yaml, the folder that holds it, or a folder of papers")
    ],
    language: Annotated[
        Language | None, typer.Option(help="language of the explanations; if not given, that of messages")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="also write all checks to this .csv, .json, .html or .docx")
    ] = None,
    form: Annotated[
        Literal["text", "json", "csv", "html", "docx"],
        typer.Option("--format", help="what is written to the console, or to --output"),
    ] = "text",
    fail_on: Annotated[
        Literal["rounding", "typo", "inconsistent", "changes_a_conclusion", "never"],
        typer.Option(help="exit code 1 from findings of this class on"),
    ] = "rounding",
    strict: Annotated[bool, typer.Option("--strict", help="exit code 2 where anything was not read")] = False,
    power: Annotated[bool, typer.Option(help="count how many wrong digits would be noticed")] = True,
) -> None:
    """Check a paper's printed numbers against one another; no data needed.

    Exit code: 0 consistent, 1 findings, 2 unreadable.
    """
    from smartcity_survey.audit.command import audit_papers

    SPEECH.asked = language or SPEECH.asked
    said = SPEECH.language()
    code = audit_papers(
        paper,
        said,
        output=output,
        form=form,
        fail_on=fail_on,
        strict=strict,
        power=power,
        say=typer.echo,
        problem_in=lambda error: error_in(error, said),
    )
    raise typer.Exit(code)


@app.command(cls=SpokenCommand)
def reconstruct(
    study: StudyFolder = Path(),
    out: Annotated[Path, typer.Option(help="folder for the survey file")] = Path("build/reconstructed"),
    seed: Annotated[int | None, typer.Option(help="seed; if not given, the config's")] = None,
    answers_only: Annotated[
        bool, typer.Option("--answers-only", help="only the usable answers, as one more file to compare with")
    ] = False,
    searches: Annotated[
        int | None, typer.Option(help="searches for the last digits at most; fewer are quicker and miss more")
    ] = None,
) -> None:
    """Rebuild a survey file from a study's printed tables (half an hour; needs the extra `reconstruct`)."""
    from smartcity_survey.reconstruct import rebuild

    SPEECH.study = study
    missed = rebuild()(study / "config.yaml", out, seed, SPEECH.say, searches, answers_only)
    for cell in missed:
        SPEECH.say(f"Not met: {cell}")


@app.command(cls=SpokenCommand)
def bounds(
    study: StudyFolder = Path(),
    out: Annotated[Path | None, typer.Option(help="folder for the results; else data/bounds")] = None,
    only: Annotated[list[str] | None, typer.Option(help="a hypothesis; may be given again")] = None,
    witnesses: Annotated[bool, typer.Option(help="also make whole surveys near the ends")] = True,
    jobs: Annotated[int, typer.Option(help="how many processes; 0: one for each core")] = 0,
) -> None:
    """Find what a study's printed tables leave open (hours; goes on where it was; needs `reconstruct`)."""
    from smartcity_survey.bounds import find_bounds
    from smartcity_survey.workflow.bars import counting

    SPEECH.study = study
    with counting(SPEECH.words) as told:
        find_bounds(
            study / "config.yaml",
            out or study / "data" / "bounds",
            tuple(only or ()),
            jobs or os.cpu_count() or 1,
            witnesses,
            told,
        )


PlanFolder = Annotated[
    Path | None, typer.Option(help="folder for what is written; else `plan` in the study's")
]


@app.command(cls=SpokenCommand)
def studio(
    study: Annotated[Path, typer.Argument(help="the study's folder; a new one begins with a survey file")],
    port: Annotated[int, typer.Option(help="port of the page on this computer; 0: any that is free")] = 0,
    browser: Annotated[bool, typer.Option(help="also open the page in the browser")] = True,
) -> None:
    """Open a page in place of the terminal, on this computer alone (needs `studio`)."""
    from smartcity_survey.studio import open_studio

    SPEECH.study = study
    open_studio(study, port, SPEECH.say, browser=browser)


@app.command(cls=SpokenCommand)
def plan(study: StudyFolder = Path(), out: PlanFolder = None) -> None:
    """Plan the next wave of a finished study: how many to ask, in which strata, with which power."""
    from smartcity_survey.plan.write import write_plan

    SPEECH.study = study
    _tell(write_plan(study, out or study / "plan"))


@app.command(cls=SpokenCommand)
def draw(study: StudyFolder = Path(), out: PlanFolder = None) -> None:
    """Draw whom to ask from a sampling frame, as the plan says; with a protocol to repeat it by."""
    from smartcity_survey.plan.draw import draw as draw_from_frame

    SPEECH.study = study
    _tell(draw_from_frame(study, out or study / "plan"))


@app.command(cls=SpokenCommand)
def questionnaire(study: StudyFolder = Path(), out: PlanFolder = None) -> None:
    """Write the questionnaire of a study's codebook: an XLSForm for KoBo and ODK, and Word files."""
    from smartcity_survey.plan.form import write_questionnaire

    SPEECH.study = study
    _tell(write_questionnaire(study, out or study / "plan"))


def _tell(written: Written) -> None:
    for line in written.said:
        SPEECH.say(line)
    for path in written.files:
        typer.echo(path.as_posix())


def _start_again_in_utf8() -> None:
    """Names in config and codebook are UTF-8; under an older encoding their files would not be found."""
    if sys.getfilesystemencoding() != "utf-8":
        command = [sys.executable, "-X", "utf8", "-m", "smartcity_survey", *sys.argv[1:]]
        os.execv(sys.executable, [os.fsencode(part) for part in command])


def main() -> None:
    """Entry point: a SurveyError is a message and exit code 1, never a traceback."""
    _start_again_in_utf8()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter shows its code instead of ending the program.
            stream.reconfigure(errors="backslashreplace")
    try:
        with stopping("SIGINT"):
            app()
    except Stopped as asked:
        print(SPEECH.words("Stopped; what was finished stays as it is."), file=sys.stderr)
        raise SystemExit(asked.code) from None
    except SurveyError as error:
        tell_problems(error, SPEECH.language())
        raise SystemExit(1) from None
    except (OSError, MemoryError) as error:
        tell_problems(refused_by_system(error, "The system"), SPEECH.language())
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
