"""Headers of SPSS, Stata, R, SmartPLS and journals in three languages are columns of ours."""

from __future__ import annotations

import pytest
import yaml

from smartcity_survey.audit import headers
from smartcity_survey.audit.headers import KNOWN, bare, canonical, line_named, nearest_column
from tests.audit.papers_in_memory import audited, contradictions, of

COEFFICIENTS = {
    "SPSS": ["row", "B", "Std. Error", "Beta", "t", "Sig.", "Lower Bound", "Upper Bound", "Tolerance", "VIF"],
    "SPSS ru": [
        "row",
        "B",
        "Стд. ошибка",
        "Бета",
        "т",
        "Знч.",
        "Нижняя граница",
        "Верхняя граница",
        "Допуск",
        "КРД",
    ],
    "Stata": [
        "row",
        "Coef.",
        "Std. Err.",
        "Beta",
        "t",
        "P>|t|",
        "[95% Conf.",
        "Interval]",
        "tolerance",
        "VIF",
    ],
    "R": [
        "row",
        "Estimate",
        "Std. Error",
        "beta",
        "t value",
        "Pr(>|t|)",
        "2.5 %",
        "97.5 %",
        "Tolerance",
        "VIF",
    ],
    "statsmodels": ["row", "coef", "std err", "beta", "t", "P>|t|", "[0.025", "0.975]", "tolerance", "vif"],
    "journal": ["row", "b", "SE", "β", "t-value", "p-value", "95% CI LL", "95% CI UL", "Tol.", "VIF"],
    "journal ru": [
        "row",
        "Коэф.",
        "Ст. ошибка",
        "β",
        "t-статистика",
        "p-значение",
        "ДИ нижний",
        "ДИ верхний",
        "Толерантность",
        "VIF",
    ],
    "journal kk": [
        "row",
        "Коэффициент",
        "Стандартты қате",
        "β",
        "t мәні",
        "p мәні",
        "Төменгі шек",
        "Жоғарғы шек",
        "Төзімділік",
        "VIF",
    ],
    "PROCESS": ["row", "coeff", "se", "beta", "t", "p", "LLCI", "ULCI", "tolerance", "vif"],
    "SmartPLS": [
        "row",
        "Original sample (O)",
        "Standard deviation (STDEV)",
        "β",
        "T statistics (|O/STDEV|)",
        "P values",
        "2.5%",
        "97.5%",
        "tolerance",
        "VIF",
    ],
}
DESCRIPTIVES = {
    "SPSS": [
        "row",
        "N",
        "Minimum",
        "Maximum",
        "Mean",
        "Std. Error",
        "Std. Deviation",
        "Skewness",
        "Std. Error",
        "Kurtosis",
        "Std. Error",
    ],
    "journal": ["row", "n", "Min.", "Max.", "M", "SE", "SD", "Skew.", "SE skewness", "Kurt.", "SE kurtosis"],
    "SPSS ru": [
        "row",
        "N",
        "Минимум",
        "Максимум",
        "Среднее",
        "Стд. ошибка",
        "Стд. отклонение",
        "Асимметрия",
        "Стандартная ошибка асимметрии",
        "Эксцесс",
        "Стандартная ошибка эксцесса",
    ],
    "journal ru": [
        "row",
        "кол-во",
        "мин.",
        "макс.",
        "Ср. знач.",
        "Ошибка среднего",
        "Станд. отклонение",
        "асимметрия",
        "станд. ошибка асимметрии",
        "эксцесс",
        "станд. ошибка эксцесса",
    ],
    "journal kk": [
        "row",
        "саны",
        "ең аз",
        "ең көп",
        "Орташа мән",
        "Стандартты қате",
        "Стандартты ауытқу",
        "Асимметрия",
        "асимметрияның стандартты қатесі",
        "Эксцесс",
        "эксцестің стандартты қатесі",
    ],
    "R": ["row", "n", "min", "max", "mean", "se", "sd", "skew", "se_skewness", "kurtosis", "se_kurtosis"],
}
FREQUENCIES = [
    ["Frequency", "Percent"],
    ["count", "pct"],
    ["n", "%"],
    ["N", "% of total"],
    ["Частота", "Процент"],
    ["Кол-во", "%"],
    ["чел.", "доля"],
    ["Жиілік", "Пайыз"],
    ["Саны", "үлес"],
    ["f", "Percentage"],
]
LOADINGS = [
    ["F1", "F2"],
    ["Factor 1", "Factor 2"],
    ["Component 1", "Component 2"],
    ["1", "2"],
    ["PC1", "PC2"],
    ["RC1", "RC2"],
    ["MR1", "MR2"],
    ["ML1", "ML2"],
    ["I", "II"],
    ["Comp.1", "Comp.2"],
    ["Dim.1", "Dim.2"],
    ["Фактор 1", "Фактор 2"],
    ["Компонента 1", "Компонента 2"],
    ["1 фактор", "2 фактор"],
    ["1-компонент", "2-компонент"],
]


@pytest.mark.parametrize("program", COEFFICIENTS)
def test_headers_of_coefficients(program: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    header = COEFFICIENTS[program]
    right = ["x", "0.480", "0.047", "0.488", "10.21", "0.000", "0.388", "0.572", "0.80", "1.25"]
    good = audited(tmp_path, _csv(header, right), {"kind": "regression", "coefficients": "t"}, n=676)
    assert contradictions(good) == []
    assert of(good, "unread") == []
    assert good.consistent.sum() >= 6
    wrong = ["x", "0.480", "0.047", "0.488", "99.0", "0.900", "1.388", "9.572", "0.80", "2.25"]
    bad = audited(tmp_path, _csv(header, wrong), {"kind": "regression", "coefficients": "t"}, n=676)
    assert len(contradictions(bad)) >= 4


@pytest.mark.parametrize("program", DESCRIPTIVES)
def test_headers_of_descriptives(program: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    header = DESCRIPTIVES[program]
    relation = {"kind": "descriptives", "table": "t", "scale": {"minimum": 1, "maximum": 5}}
    right = ["x", "300", "1", "5", "3.50", "0.05", "0.90", "-0.40", "0.14", "0.20", "0.28"]
    good = audited(tmp_path, _csv(header, right), relation)
    assert contradictions(good) == []
    assert of(good, "unread") == []
    wrong = ["x", "300", "1", "5", "5.50", "0.50", "9.90", "-0.40", "0.44", "0.20", "0.88"]
    assert len(contradictions(audited(tmp_path, _csv(header, wrong), relation))) >= 5


@pytest.mark.parametrize("header", FREQUENCIES)
def test_headers_of_frequencies(header: list[str], tmp_path) -> None:  # type: ignore[no-untyped-def]
    relation = {"kind": "frequencies", "table": "t"}
    names = ["group", "row", *header]
    good = _csv(names, ["sex", "m", "120", "40.0"], ["sex", "f", "180", "60.0"])
    assert contradictions(audited(tmp_path, good, relation, n=300)) == []
    bad = _csv(names, ["sex", "m", "120", "10.0"], ["sex", "f", "180", "60.0"])
    (said,) = contradictions(audited(tmp_path, bad, relation, n=300))
    assert "10.0% is printed; 40.0% follows" in said


@pytest.mark.parametrize("header", LOADINGS)
def test_headers_of_loadings(header: list[str], tmp_path) -> None:  # type: ignore[no-untyped-def]
    relation = {"kind": "loadings", "table": "t", "suppressed_below": 0.4, "components": 2}
    good = audited(
        tmp_path,
        _csv(["row", *header, "h2"], ["q1", "0.80", "", "0.66"], ["q2", "", "0.70", "0.50"]),
        relation,
    )
    assert contradictions(good) == []
    assert good.consistent.sum() >= 7
    bad = audited(
        tmp_path,
        _csv(["row", *header, "h2"], ["q1", "2.30", "", "0.66"], ["q2", "", "0.20", "0.50"]),
        relation,
    )
    assert len(contradictions(bad)) >= 3


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        (
            ["row", "value"],
            [["kmo", ".9"], ["bartlett_chi2", "1000"], ["bartlett_df", "171"], ["bartlett_p", ".000"]],
        ),
        (
            ["row", "value"],
            [
                ["Kaiser-Meyer-Olkin Measure of Sampling Adequacy.", ".9"],
                ["Approx. Chi-Square", "1000"],
                ["df", "171"],
                ["Sig.", ".000"],
            ],
        ),
        (["row", "KMO", "Chi-square", "df", "Sig."], [["all", ".9", "1000", "171", ".000"]]),
        (["row", "KMO", "χ²", "df", "p"], [["scale", ".9", "1000", "171", "<.001"]]),
        (
            ["row", "kmo", "bartlett_chi2", "bartlett_df", "bartlett_p"],
            [["all", "0.9", "1000", "171", "0.000"]],
        ),
        (["row", "КМО", "Хи-квадрат", "ст.св.", "Знч."], [["все", "0.9", "1000", "171", "0.000"]]),
        (
            ["row", "Значение"],
            [
                ["Мера адекватности выборки Кайзера-Мейера-Олкина", "0.9"],
                ["Примерная хи-квадрат", "1000"],
                ["ст.св.", "171"],
                ["Знч.", "0.000"],
            ],
        ),
        (
            ["row", "КМО", "Хи-квадрат", "Еркіндік дәрежесі", "Маңыздылық"],
            [["бәрі", "0.9", "1000", "171", "0.000"]],
        ),
        (
            ["row", "Bartlett's chi-square", "Bartlett's df", "KMO", "Bartlett's p"],
            [["all", "1000", "171", "0.9", "0.000"]],
        ),
        (
            ["row", "Statistic"],
            [["KMO", ".9"], ["Chi square", "1000"], ["Degrees of freedom", "171"], ["p-value", ".000"]],
        ),
    ],
)
def test_adequacy_in_lines_and_in_columns(header: list[str], lines: list[list[str]], tmp_path) -> None:  # type: ignore[no-untyped-def]
    relation = {"kind": "adequacy", "table": "t", "items": 19}
    good = audited(tmp_path, _csv(header, *lines), relation)
    assert contradictions(good) == []
    assert set(good.check) >= {"kmo_in_range", "df_of_sphericity", "p_of_sphericity"}
    bad = audited(tmp_path, _csv(header, *lines).replace("171", "117"), relation)
    assert "1 digit" in "".join(contradictions(bad)) or "171 is meant" in "".join(contradictions(bad))


def test_anova_and_summary_of_spss_in_russian(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from smartcity_survey import audit
    from tests.audit.papers_in_memory import written

    objects = {
        "s": {
            "csv": "row,R,R квадрат,Скорректированный R квадрат,Стандартная ошибка оценки,Дурбин-Уотсон\n"
            "1,0.760,0.578,0.574,0.49895,1.846\n"
        },
        "a": {
            "csv": "row,Сумма квадратов,ст.св.,Средний квадрат,F,Знч.\n"
            "Регрессия,228.292,6,38.049,152.834,0.000\nОстаток,166.551,669,0.249,,\nВсего,394.843,675,,,\n"
        },
        "c": {
            "csv": "row,B,Стд. ошибка,т,Знч.\n(Константа),0.374,0.127,2.939,0.003\n"
            + "".join(f"x{i},0.480,0.047,10.156,0.000\n" for i in range(6))
        },
    }
    relation = {"kind": "regression", "summary": "s", "anova": "a", "coefficients": "c"}
    found = audit.run(written(tmp_path, objects=objects, relations=[relation], n=676))
    assert contradictions(found) == []
    assert set(found.check) >= {"sums_of_squares", "f_from_r2", "r2_from_r", "adjusted_r2", "p_of_f"}


def test_a_header_stands_for_one_column_and_lists_name_columns_of_ours() -> None:
    content = yaml.safe_load(headers._FILE.read_text(encoding="utf-8"))
    seen: dict[str, str] = {}
    for name, aliases in content["columns"].items():
        for alias in (name, *aliases):
            assert seen.setdefault(bare(alias), name) == name, alias
    names = set(content["columns"])
    for family, changed in content["families"].items():
        # Tables of models and groups have columns that mean nothing elsewhere.
        own = KNOWN[family] if family in headers._OF_MODELS else set()
        assert set(changed) <= names | own or family == "groups", family
    common = [known for family, known in KNOWN.items() if family not in headers._OF_MODELS]
    assert set().union(*common) - {"value"} <= names


@pytest.mark.parametrize(
    ("typed", "family", "meant"),
    [
        ("Std. Devation", "descriptives", "sd"),
        ("Skewnes", "descriptives", "skewness"),
        ("Kurtossis", "descriptives", "kurtosis"),
        ("Maximun", "descriptives", "max"),
        ("Stad. Error", "coefficients", "std_error"),
        ("t valeu", "coefficients", "t"),
        ("Tolerence", "coefficients", "tolerance"),
        ("Percnt", "frequencies", "percent"),
        ("Frequncy", "frequencies", "n"),
        ("Комуналити", "loadings", ""),
        ("Станд. отклонени", "descriptives", "sd"),
        ("Comunalities", "loadings", "communality"),
    ],
)
def test_a_misspelt_header_is_named_with_the_nearest_known(typed: str, family: str, meant: str) -> None:
    assert canonical(typed, family) == typed
    assert nearest_column(typed, family) == meant


def test_lines_have_names_of_their_own() -> None:
    assert line_named(["x", "(Constant)"], "constant") == "(Constant)"
    assert line_named(["Всего"], "total") == "Всего"
    assert line_named(["x"], "constant") is None


def test_names_of_lines_are_never_taken_for_headers(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A matrix of correlations may have a construct called SE or M."""
    from smartcity_survey.audit.paper import read_paper
    from tests.audit.papers_in_memory import written

    csv = "row,SE,M,CR\nSE,1,.3,.2\nM,.3,1,.1\nCR,.2,.1,1\n"
    paper = read_paper(written(tmp_path, objects={"t": {"csv": csv}}))
    assert paper.objects["t"].columns == ("SE", "M", "CR")


def _csv(header: list[str], *rows: list[str]) -> str:
    from tests.audit.papers_in_memory import table

    return table(header, *rows)
