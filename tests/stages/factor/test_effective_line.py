"""What the tables of components say of how many respondents weighted answers are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.io import StageResult
from smartcity_survey.stages.factor.incomplete import by_weights
from smartcity_survey.stats.sampling.survey_design import SurveyDesign


def test_the_line_n_of_weighted_answers_is_the_effective_number() -> None:
    table = pd.DataFrame({"statistic": ["kmo", "n"], "value": [0.8, 214.0]})
    given = StageResult(tables={"adequacy": table}, cards={"adequacy": {"n": 214}})
    design = SurveyDesign.of(3, np.array([1.0, 2.0, 3.0]), None)
    weighted = by_weights(given, 243, design)
    assert weighted.tables["adequacy"]["statistic"].tolist() == ["kmo", "effective_n"]
    assert weighted.cards["adequacy"]["n"] == 243
    assert by_weights(given, 214, None).tables["adequacy"]["statistic"].tolist() == ["kmo", "n"]
