from .errors import NoSolution as NoSolution, SurveyError as SurveyError
from .notebook.answers import complete as complete
from .notebook.factors import (
    common_factors as common_factors,
    principal_components as principal_components,
)
from .notebook.groups import compare_groups as compare_groups
from .notebook.items import adequacy as adequacy, describe as describe
from .notebook.latent import fit_cfa as fit_cfa, fit_sem as fit_sem
from .notebook.measurement import measurement as measurement
from .notebook.model import Model as Model, formative as formative, sum_score as sum_score
from .notebook.papers import audit_paper as audit_paper
from .notebook.pls import fit_pls as fit_pls
from .notebook.prediction import predict_pls as predict_pls
from .notebook.reading import read_survey as read_survey
from .notebook.regression import fit_ols as fit_ols, scores as scores
from .workflow.study import Study as Study

__version__: str
