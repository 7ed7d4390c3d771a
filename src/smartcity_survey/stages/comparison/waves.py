"""Waves: did means and paths change, and do the items mean the same at each time?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.data.waves import Wave, common_items, read_wave, shared_model
from smartcity_survey.io import Card, StageResult, read_table
from smartcity_survey.stages.cards import pls_estimator, respondents, single_items
from smartcity_survey.stages.comparison.groups import compare_respondents, permutations
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import PLS_FIT, Bar, Codes, Files, MeasuredClaims, Need, Options, Seed
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.progress import Progress, part, silent
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stages.sem.robust import EstimatorAsked
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.intervals import summarise
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.mean_differences import mean_difference, means
from smartcity_survey.stats.measurement.reliability_coefficients import cronbach_alpha
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap, bootstrap_pls
from smartcity_survey.study.codebook import Codebook, Demographic, read_codebook
from smartcity_survey.study.config import CleaningSection, Config, DataSection, GroupsSection, PlsSection
from smartcity_survey.study.factor_sections import Estimator
from smartcity_survey.study.model import Model

WAVE = "wave"


TABLES = (
    *("wave_sizes", "wave_items", "wave_means", "wave_mean_differences"),
    *("wave_paths", "wave_path_differences"),
    *("wave_comparisons", "wave_micom", "wave_multigroup", "wave_invariance"),
)


@dataclass(frozen=True)
class _OwnWave(Need):
    """The study's own wave."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers", "cleaning_log")

    def options(self, config: Config, codebook: Codebook) -> Any:
        return {"name": config.study.wave, "codebook": Codes().options(config, codebook)}

    def value(self, paths: Files, options: Any) -> Wave:
        answers, log = map(read_table, paths)
        codebook = Codebook.model_validate(options["codebook"])
        return Wave(options["name"], codebook, answers, int(log["n_remaining"].iloc[0]))


@dataclass(frozen=True)
class _OtherWaves(Need):
    """The waves it is compared with, read and cleaned as it is."""

    def files(self, config: Config) -> tuple[str, ...]:
        return tuple(sorted({wave.file for wave in config.waves.values()}))

    def options(self, config: Config, codebook: Codebook) -> Any:
        own = {name: read_codebook(Path(wave.codebook)) for name, wave in config.waves.items()}
        return {
            **config.model_dump(mode="json", include={"waves", "cleaning"}),
            "codebooks": {name: Codes(answers=True).options(config, book) for name, book in own.items()},
        }

    def value(self, paths: Files, options: Any) -> list[Wave]:
        cleaning = CleaningSection(**options["cleaning"])
        return [
            read_wave(
                name, Codebook.model_validate(options["codebooks"][name]), DataSection(**data), cleaning
            )
            for name, data in options["waves"].items()
        ]


WaveOptions = Annotated[PlsSection, Options(PlsSection, (*PLS_FIT, "bootstrap_draws", "confidence_level"))]


def resamples(
    own: Wave,
    others: Sequence[Wave],
    model: Model,
    pls: PlsSection,
    groups: GroupsSection,
    seed: int,
) -> Iterator[Unit]:
    """All resamples and permutations of `compare_waves`."""
    waves, _, shared = _shared(own, others, model)
    for wave, fit in _fits(waves, shared, pls, seed):
        yield from units_of(_name(wave), fit)
    answers, codebook, section = _as_groups(waves, shared, groups)
    yield from permutations(answers, shared, codebook, section, pls, shared.alpha, seed, None)


@stage(
    *TABLES,
    asked_by=lambda config: bool(config.waves),
    hides=protect,
    beside=("item_descriptives",),
)
def compare_waves(
    own: Annotated[Wave, _OwnWave()],
    others: Annotated[Sequence[Wave], _OtherWaves()],
    model: MeasuredClaims,
    pls: WaveOptions,
    groups: Annotated[GroupsSection, Options(GroupsSection, ("permutations",))],
    seed: Seed,
    progress: Annotated[Progress, Bar("bootstrap of waves")] = silent,
    made: Annotated[Made, InParts(resamples)] = nothing_made,
    estimator: EstimatorAsked = "ml",
) -> StageResult:
    """Means of constructs and paths among them in every wave, their differences, and measurement invariance.

    Everything rests on the items all waves asked alike. A construct's mean is that of its common items, on
    their answer scale. Differences are the later wave less the earlier, waves being ordered by name.

    Parameters
    ----------
    own, others : the study's wave, whose model this is, and one other or more.
    progress : of the resamples of all waves together. estimator : of the levels of invariance.

    Raises
    ------
    SurveyError
        as `shared_model` does.
    """
    level = pls.confidence_level
    waves, items, shared = _shared(own, others, model)
    # The later wave first: differences then read as change.
    pairs = [(later, earlier) for earlier, later in combinations(waves, 2)]
    refusals = Refusals(shared.items, shared.names)
    bootstraps = _bootstraps(waves, shared, pls, seed, refusals, progress, made)
    invariance = _invariance(waves, shared, pls, groups, seed, made, estimator)
    tables = {
        "wave_sizes": pd.DataFrame(
            {
                "wave": [wave.name for wave in waves],
                "n_read": [wave.n_read for wave in waves],
                "n": [len(wave.answers) for wave in waves],
            }
        ),
        "wave_items": items,
        "wave_means": pd.concat([_means(wave, shared, level) for wave in waves], ignore_index=True),
        "wave_mean_differences": pd.concat(
            [_mean_differences(later, earlier, shared, level) for later, earlier in pairs], ignore_index=True
        ),
        "wave_paths": _join(
            [_paths(w, bootstraps[w.name], shared, level) for w in waves if w.name in bootstraps]
        ),
        "wave_path_differences": _join(
            [
                _path_differences(later, earlier, bootstraps, shared, level)
                for later, earlier in pairs
                if {later.name, earlier.name} <= bootstraps.keys()
            ]
        ),
        **invariance.tables,
    }
    n = sum(len(wave.answers) for wave in waves)
    means_card: Card = {
        "method": "mean_of_common_items",
        "interval": "student_welch",
        "confidence_level": level,
        "divisor": "n_minus_1",
        **single_items(shared),
        **respondents(n),
    }
    paths_card: Card = {
        **pls_estimator(shared, pls),
        "method": "pls_on_common_items",
        "signs": "positive_sums_resamples_aligned",
        "divisor": "n_minus_1_draws_minus_1",
        "bootstrap_draws": pls.bootstrap_draws,
        "interval": "percentile",
        "confidence_level": level,
        **respondents(n),
        "seed": seed,
        **refusals.card(),
    }
    cards = {name: paths_card if "path" in name else means_card for name in tables}
    cards |= {"wave_sizes": {"n": n}, "wave_items": {"items": len(items["item"].unique())}}
    return StageResult(tables=tables, cards=cards | dict(invariance.cards))


def _shared(own: Wave, others: Sequence[Wave], model: Model) -> tuple[list[Wave], pd.DataFrame, Model]:
    """All waves by name, the items they asked alike, and the model by these."""
    items = common_items(model, own.codebook, {wave.name: wave.codebook for wave in others})
    return sorted([own, *others], key=lambda wave: wave.name), items, shared_model(model, items)


def _join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _scores(wave: Wave, model: Model) -> Array:
    """(n, c): means of each construct's items."""
    return np.column_stack([wave.items(construct.items).mean(axis=1) for construct in model.constructs])


def _means(wave: Wave, model: Model, level: float) -> pd.DataFrame:
    with naming(model.names, f"waves, {wave.name}"):
        found = means(_scores(wave, model), level)
    alpha = []
    for construct in model.constructs:
        with naming(construct.items, f"waves, {wave.name}"):
            alpha.append(cronbach_alpha(covariance(wave.items(construct.items))))
    return pd.DataFrame(
        {
            "construct": model.names,
            "wave": wave.name,
            "n_items": [len(construct.items) for construct in model.constructs],
            "n": found.n,
            "mean": found.mean,
            "sd": found.sd,
            "ci_low": found.low,
            "ci_high": found.high,
            "cronbach_alpha": alpha,
        }
    )


def _mean_differences(later: Wave, earlier: Wave, model: Model, level: float) -> pd.DataFrame:
    found = mean_difference(_scores(later, model), _scores(earlier, model), level)
    return pd.DataFrame(
        {
            "construct": model.names,
            "earlier": earlier.name,
            "later": later.name,
            "difference": found.difference,
            "ci_low": found.low,
            "ci_high": found.high,
            "t": found.t,
            "df": found.df,
            "p": found.p,
            "hedges_g": found.hedges_g,
        }
    )


def _name(wave: Wave) -> str:
    """Name of a wave's resamples; those of its comparisons are called after the question."""
    return f"resamples of {wave.name}"


def _fits(
    waves: Sequence[Wave], model: Model, pls: PlsSection, seed: int
) -> Iterator[tuple[Wave, Callable[..., PlsBootstrap]]]:
    """The bootstrap of each wave, with random streams of its own."""
    streams = np.random.SeedSequence(seed).spawn(len(waves))
    for wave, stream in zip(waves, streams, strict=True):
        yield (
            wave,
            partial(
                bootstrap_pls,
                wave.items(model.items),
                pls_model(model, pls),
                pls.bootstrap_draws,
                seed=int(stream.generate_state(1)[0]),
                tolerance=pls.tolerance,
                max_iterations=pls.max_iterations,
            ),
        )


def _bootstraps(
    waves: Sequence[Wave],
    model: Model,
    pls: PlsSection,
    seed: int,
    refusals: Refusals,
    progress: Progress,
    made: Made,
) -> dict[str, PlsBootstrap]:
    """A bootstrap of every wave that has a solution."""
    found: dict[str, PlsBootstrap] = {}
    for done, (wave, fit) in enumerate(_fits(waves, model, pls, seed)):
        told = part(progress, done * pls.bootstrap_draws, len(waves) * pls.bootstrap_draws)
        bootstrap = refusals.attempt(wave.name, partial(fit, progress=told, take=taken(made, _name(wave))))
        if bootstrap is not None:
            found[wave.name] = bootstrap
    return found


def _where(model: Model) -> tuple[list[int], list[int]]:
    """Positions of the paths' sources and targets among the constructs."""
    sources, targets = zip(*model.paths, strict=True)
    return [model.names.index(name) for name in sources], [model.names.index(name) for name in targets]


def _paths(wave: Wave, bootstrap: PlsBootstrap, model: Model, level: float) -> pd.DataFrame:
    found = bootstrap.summary("path_coefficients", level=level)
    where = _where(model)
    return pd.DataFrame(
        {
            **path_columns(model.paths),
            "wave": wave.name,
            "estimate": found.estimate[where],
            "boot_se": found.se[where],
            "p": found.p[where],
            "ci_low": found.low[where],
            "ci_high": found.high[where],
        }
    )


def _path_differences(
    later: Wave, earlier: Wave, bootstraps: dict[str, PlsBootstrap], model: Model, level: float
) -> pd.DataFrame:
    """Differences of paths; the waves' draws are independent, so any pairing of them will do."""
    rows, columns = _where(model)
    one, two = bootstraps[later.name], bootstraps[earlier.name]
    draws = [b.draws.path_coefficients[b.admissible][:, rows, columns] for b in (one, two)]
    n = min(map(len, draws))
    estimate = (one.estimate.path_coefficients - two.estimate.path_coefficients)[rows, columns]
    found = summarise(estimate, draws[0][:n] - draws[1][:n], level=level)
    return pd.DataFrame(
        {
            **path_columns(model.paths),
            "earlier": earlier.name,
            "later": later.name,
            "difference": found.estimate,
            "boot_se": found.se,
            "p": found.p,
            "ci_low": found.low,
            "ci_high": found.high,
        }
    )


def _codes(waves: Sequence[Wave]) -> dict[str, str]:
    """Code of each wave, as if it were a respondent's answer, the latest first."""
    return {str(code): wave.name for code, wave in enumerate(reversed(waves), start=1)}


def _as_groups(
    waves: Sequence[Wave], model: Model, groups: GroupsSection
) -> tuple[pd.DataFrame, Codebook, GroupsSection]:
    """The wave as a question about the respondent: answers of all, the codebook, what is compared."""
    codes = _codes(waves)
    answers = pd.concat(
        [
            wave.answers[list(model.items)].assign(**{WAVE: float(code)})
            for code, wave in enumerate(reversed(waves), start=1)
        ],
        ignore_index=True,
    )
    question = Demographic(label=WAVE, categories={int(code): name for code, name in codes.items()})
    codebook = waves[0].codebook.model_copy(update={"demographics": {WAVE: question}})
    return answers, codebook, groups.model_copy(update={"variables": (WAVE,), "smallest": 1})


def _invariance(
    waves: Sequence[Wave],
    model: Model,
    pls: PlsSection,
    groups: GroupsSection,
    seed: int,
    made: Made,
    estimator: Estimator,
) -> StageResult:
    """MICOM, permutation of paths, ladder of invariance: the wave is a question about the respondent."""
    codes = _codes(waves)
    answers, codebook, section = _as_groups(waves, model, groups)
    found = compare_respondents(
        answers, model, codebook, section, pls, model.alpha, seed, made=made, estimator=estimator
    )

    renamed = {}
    for key, frame in found.tables.items():
        table = frame.drop(columns="demographic", errors="ignore")
        for column in {"first", "second", "group_at_fault"} & set(table.columns):
            table[column] = table[column].map(codes)
        renamed[f"wave_{key.removeprefix('group_')}"] = table
    return StageResult(
        tables=renamed,
        cards={
            f"wave_{key.removeprefix('group_')}": {
                k: v for k, v in card.items() if k not in ("groups", "smallest")
            }
            for key, card in found.cards.items()
        },
    )
