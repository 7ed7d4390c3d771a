"""Measurement: are the constructs reliable and distinct, and does the measurement model fit?"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from smartcity_survey.config import PlsSection
from smartcity_survey.io import StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls import pls_model
from smartcity_survey.stats.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.cfa_fit import fit_indices
from smartcity_survey.stats.cfa_robust import satorra_bentler
from smartcity_survey.stats.correlation import correlation, covariance
from smartcity_survey.stats.pls import PlsFit, fit_pls
from smartcity_survey.stats.reliability import reliability
from smartcity_survey.stats.types import Array
from smartcity_survey.stats.validity import fornell_larcker, htmt
