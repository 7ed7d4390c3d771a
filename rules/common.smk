# Shared by all rule files - the validated config, names of stage files, what is out of date.
from pathlib import Path

from smartcity_survey.study.config import parse_config
from smartcity_survey.workflow.dependencies import Sources
from smartcity_survey.errors import SurveyError
from smartcity_survey.workflow.made_from import Step, out_of_date
from smartcity_survey.workflow.progress import RUN, tell
from smartcity_survey.data.reconstructions import alternative_files
from smartcity_survey.stages.reproduction import recomputed_tables

try:
    study = parse_config(config, "config.yaml")
except SurveyError as error:
    raise WorkflowError(str(error))


def tables(*names):
    """Stage files under reports/tables."""
    return [f"reports/tables/{name}.csv" for name in names]


def written(*names):
    """Stage files a rule writes; they stay in place while it runs, so that equal results keep their bytes."""
    return update(tables(*names))


def options(section, *only):
    """A section of the config (or some of its keys) as plain values; a change in them runs the rules again."""
    return section.model_dump(mode="json", by_alias=True, include=set(only) or None)


# What estimates depend on: neither the claims about the paths nor the level they are judged at.
STRUCTURE = ("constructs", "paths", "moderations")
# What a PLS fit without its bootstrap depends on.
PLS_FIT = ("scheme", "correlation", "continuity", "tolerance", "max_iterations")


def published_files():
    """Files of printed numbers; none where the study compares with nothing printed."""
    folder = study.data.published
    return (
        sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())
        if folder
        else []
    )


def recomputed():
    """Stage files that hold the paper's numbers again; none where nothing was printed."""
    return recomputed_tables(study.data.published) if study.data.published else []


def wave_files():
    """Codebooks and survey files of the other waves."""
    return sorted(
        {name for wave in study.waves.values() for name in (wave.codebook, wave.file)}
    )


def reconstructions():
    """Further reconstructions of the same printed tables; none where the study has none."""
    folder = study.study.alternatives
    return [str(path) for path in alternative_files(Path(folder))] if folder else []


# Stage files that only some studies have, and whether this one asks for them.
OPTIONAL = {
    "published": ["audit", "audit_summary", "reproduction"],
    "alternatives": ["spread", "spread_summary"],
    "moderation": ["moderation", "simple_slopes"],
    "higher_order": [
        "higher_order_paths",
        "higher_order_components",
        "higher_order_quality",
    ],
    "waves": [
        "wave_sizes",
        "wave_items",
        "wave_means",
        "wave_mean_differences",
        "wave_paths",
        "wave_path_differences",
        "wave_comparisons",
        "wave_micom",
        "wave_multigroup",
        "wave_invariance",
    ],
}
ASKED = {
    "published": bool(study.data.published),
    "alternatives": bool(study.study.alternatives),
    "moderation": bool(study.model.moderations),
    "higher_order": any(c.of for c in study.model.constructs.values()),
    "waves": bool(study.waves),
}


def extras(*kinds, asked=True):
    """Optional stage files of these kinds (or all) that the study asks for; or those that it does not."""
    return [
        name
        for kind in kinds or OPTIONAL
        if ASKED[kind] == asked
        for name in OPTIONAL[kind]
    ]


def asked_for():
    """Rules so far that this study asks for: they write into its reports, and no stage file it does not ask for."""
    not_asked = set(tables(*extras(asked=False)))
    return [
        each
        for each in workflow.rules
        if each.script
        and all(file.startswith("reports/") for file in each.output)
        and not_asked.isdisjoint(map(str, each.output))
    ]


def results(folder):
    """Files that the rules so far write into a folder of this study's reports."""
    files = [str(file) for each in asked_for() for file in each.output]
    return [file for file in files if Path(file).parent == Path("reports") / folder]


def script_of(each):
    return Path(workflow.basedir) / "rules" / each.script


def code():
    """Digest of all modules and data files of ours that the rules asked for depend on."""
    return Sources().digest_of(map(script_of, asked_for()))


def steps():
    """The rules asked for, with what their results are made from."""
    for each in asked_for():
        params = {
            name: value(None) if callable(value) else value
            for name, value in each.params.items()
        }
        files = tuple(map(str, each.input)), tuple(map(str, each.output))
        yield Step(each.name, script_of(each), params, *files)


def wanted(wildcards):
    """The report. As Snakemake plans what it takes, rules whose results are out of date are forced to run.

    Snakemake goes by the dates of files and by its own memory, which is lost with `.snakemake`; here what is
    recorded beside the results decides (`smartcity_survey/workflow/made_from.py`).
    """
    stale = set(out_of_date(steps()))
    workflow.dag.forcerules |= {each for each in workflow.rules if each.name in stale}
    return ["reports/report.html", "reports/manifest.json"]


onstart:
    tell(RUN, 0, sum(1 for job in workflow.dag.needrun_jobs() if job.rule.script))
