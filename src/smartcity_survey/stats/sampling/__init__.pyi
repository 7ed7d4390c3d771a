from .bollen_stine_bootstrap import (
    BollenStine as BollenStine,
    bollen_stine as bollen_stine,
    resampled_chi2 as resampled_chi2,
    turned_answers as turned_answers,
)
from .calibration import (
    Calibration as Calibration,
)
from .design_invariance import (
    DesignRung as DesignRung,
    design_configural as design_configural,
    design_ladder as design_ladder,
)
from .pseudo_likelihood import (
    DesignCfa as DesignCfa,
    DesignSem as DesignSem,
    DesignTest as DesignTest,
    design_covariance as design_covariance,
    design_test as design_test,
    fit_design_cfa as fit_design_cfa,
    fit_design_sem as fit_design_sem,
    parameter_influence as parameter_influence,
    require_units as require_units,
    scaled_design_test as scaled_design_test,
    slope_products as slope_products,
)
from .raking import (
    EmptyCells as EmptyCells,
    Margin as Margin,
    Raked as Raked,
    Trimmed as Trimmed,
    rake as rake,
    trim as trim,
    weighted_share as weighted_share,
)
from .resampled_models import (
    ModelBootstrap as ModelBootstrap,
    Standardised as Standardised,
    bootstrap_model as bootstrap_model,
    fit_model as fit_model,
    refit as refit,
    refits as refits,
    resamples_of as resamples_of,
    standardised as standardised,
)
from .survey_design import (
    SurveyDesign as SurveyDesign,
    design_effect as design_effect,
    effective_size as effective_size,
)
from .weighted_esem import (
    DesignEsem as DesignEsem,
    fit_design_esem as fit_design_esem,
)
from .weighted_moments import (
    describe_design as describe_design,
    weighted_covariance as weighted_covariance,
)
from .weighted_ordinal import (
    design_odds as design_odds,
    design_parallel_lines as design_parallel_lines,
    lines_worth as lines_worth,
)
from .weighted_regression import (
    DesignFit as DesignFit,
    design_regression as design_regression,
)
from .weighted_residuals import (
    design_residuals as design_residuals,
)
from .weighted_two_stage import (
    design_two_stage as design_two_stage,
)
