# Shared by all rule files - the validated config, what each stage reads and writes, what is out of date.
from pathlib import Path

from smartcity_survey.errors import SurveyError
from smartcity_survey.report.chapter.files import (
    asks_for_chapter,
    chapter_outputs,
    files_of,
)
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import parse_config
from smartcity_survey.workflow.catalogue import Catalogue, stages
from smartcity_survey.workflow.dependencies import code_of_rule, present, versions
from smartcity_survey.workflow.made_from import PARTS, Step, out_of_date
from smartcity_survey.workflow.progress import RUN, tell
from smartcity_survey.workflow.resources import Size, resources_of, threads_of, urgency

try:
    study = parse_config(config, "config.yaml")
    catalogue = Catalogue(study, read_codebook(Path(study.data.codebook)))
except SurveyError as error:
    raise WorkflowError(str(error))

size = Size(Path(), study, len(catalogue.codebook.items))
urgent = urgency(catalogue)
chapter_files = [
    f"reports/{name}"
    for name in files_of(study, catalogue.codebook, chapter_outputs(study))
]


# A run is told by `--set-scatter draws=N` to make draws of stages in N parts; one part is none.
scattergather:
    draws=1,


def read_by(stage):
    """Files that a stage reads, by the names of its arguments; also the parts of its draws."""
    return catalogue.inputs(stage) | parts_of(stage)


def parts_of(stage):
    """Files of the parts that a stage's draws are made in; none where it makes all of them itself."""
    files = gather.draws(f"{PARTS}/{stage}/{{scatteritem}}.npz")
    return {"parts": files} if len(files) > 1 and catalogue.in_parts(stage) else {}


def written_by(stage):
    """Files that a stage writes; they stay in place while it runs, so that equal results keep their bytes."""
    return {kind: update(files) for kind, files in catalogue.outputs(stage).items()}


def options_of(stage):
    """Options that a stage depends on, by the names of its arguments; a change runs it again."""
    return catalogue.params(stage)


def asked_for(chapter=asks_for_chapter(study)):
    """Rules so far that this study asks for: they write into its reports."""
    names = {each.name for each in catalogue.stages()} | {"report"}
    names |= {"chapter"} if chapter else set()
    return [each for each in workflow.rules if each.name in names]


def code_of(each):
    """What a rule's code begins with."""
    script = Path(workflow.basedir) / "rules" / each.script
    return code_of_rule(script, dict(each.params.items()))


def code():
    """Digest of all modules and data files of ours that the rules asked for depend on."""
    return present().digest_of(map(code_of, asked_for()))


def packages():
    """Versions of the packages that the rules asked for depend on."""
    return versions(*present().extras_of(*map(code_of, asked_for())))


def steps(chapter):
    """The rules asked for, with what their results are made from."""
    for each in asked_for(chapter):
        params = {
            name: value(None) if callable(value) else value
            for name, value in each.params.items()
        }
        files = tuple(map(str, each.input)), tuple(map(str, each.output))
        yield Step(each.name, code_of(each), params, *files)


def wanted(wildcards, chapter=asks_for_chapter(study)):
    """The report, and the chapter where it is asked for. As Snakemake plans what it takes, rules whose results are out of date are forced to run.

    Snakemake goes by the dates of files and by its own memory, which is lost with `.snakemake`; here what is
    recorded beside the results decides (`smartcity_survey/workflow/made_from.py`).
    """
    stale = set(out_of_date(steps(chapter), present()))
    workflow.dag.forcerules |= {each for each in workflow.rules if each.name in stale}
    page = [
        f"reports/{name}" for name in ("report.html", "manifest.json", "machine.json")
    ]
    return [*page, *chapter_files] if chapter else page


def wanted_with_chapter(wildcards):
    """The report and the chapter, whether the study asks for it or not."""
    return wanted(wildcards, chapter=True)


onstart:
    tell(RUN, 0, sum(1 for job in workflow.dag.needrun_jobs() if job.rule.script))
