from .cfa import (
    CfaFit as CfaFit,
    cfa_record as cfa_record,
    correlations_of as correlations_of,
    fit_cfa as fit_cfa,
    rescaled as rescaled,
)
from .cfa_fit import (
    CfaIndices as CfaIndices,
    Rmsea as Rmsea,
    baseline as baseline,
    comparative_fit as comparative_fit,
    fit_indices as fit_indices,
    rmsea_of as rmsea_of,
    root_mean_square_residual as root_mean_square_residual,
)
from .cfa_incomplete import (
    IncompleteCfa as IncompleteCfa,
    IncompleteSem as IncompleteSem,
    fit_incomplete_cfa as fit_incomplete_cfa,
    fit_incomplete_sem as fit_incomplete_sem,
)
from .cfa_model import (
    Scaling as Scaling,
    first_items as first_items,
    item_pairs as item_pairs,
    measurement_cells as measurement_cells,
    measurement_structure as measurement_structure,
    require_identifiable as require_identifiable,
    single_items as single_items,
)
from .cfa_residuals import (
    CovarianceResiduals as CovarianceResiduals,
    covariance_residuals as covariance_residuals,
)
from .cfa_robust import (
    Answers as Answers,
    Correction as Correction,
    RobustCfa as RobustCfa,
    RobustSem as RobustSem,
    ScaledTest as ScaledTest,
    fit_robust_cfa as fit_robust_cfa,
    fit_robust_sem as fit_robust_sem,
    independence as independence,
    robust_covariance as robust_covariance,
    satorra_bentler as satorra_bentler,
    scaled_difference as scaled_difference,
    scaled_record as scaled_record,
    scaled_test as scaled_test,
    slope_covariance as slope_covariance,
)
from .cfa_stack import (
    Chord as Chord,
    StackedFits as StackedFits,
    fit_stack as fit_stack,
)
from .cfa_start import (
    alike_factors as alike_factors,
    starting_values as starting_values,
)
from .dwls import (
    DwlsFit as DwlsFit,
    fit_dwls as fit_dwls,
    pair_derivatives as pair_derivatives,
    weighted_products as weighted_products,
)
from .dwls_fit import (
    DwlsIndices as DwlsIndices,
    dwls_indices as dwls_indices,
)
from .dynamic_fit import (
    DynamicCutoffs as DynamicCutoffs,
    dynamic_cutoffs as dynamic_cutoffs,
    omitted_loadings as omitted_loadings,
)
from .incomplete import (
    IncompleteFit as IncompleteFit,
    answered_part as answered_part,
    corrected_test as corrected_test,
    fit_incomplete as fit_incomplete,
    incomplete_fit_at as incomplete_fit_at,
    pattern_samples as pattern_samples,
    with_intercepts as with_intercepts,
)
from .invariance import (
    Rung as Rung,
    invariance_ladder as invariance_ladder,
    judged_by as judged_by,
)
from .likelihood import (
    Point as Point,
    Sample as Sample,
    evaluate as evaluate,
)
from .maximum_likelihood import (
    Fitted as Fitted,
    Incomplete as Incomplete,
    Minimum as Minimum,
    StructureFit as StructureFit,
    factors_of as factors_of,
    fit_at as fit_at,
    fit_structures as fit_structures,
    minimise as minimise,
    pooled_second_derivatives as pooled_second_derivatives,
    undetermined_parameters as undetermined_parameters,
)
from .modification import (
    ModificationIndices as ModificationIndices,
    extended_by as extended_by,
    fixed_at_zero as fixed_at_zero,
    modification_indices as modification_indices,
)
from .multigroup import (
    Exempt as Exempt,
    Level as Level,
    MultigroupFit as MultigroupFit,
    fit_groups as fit_groups,
    group_structures as group_structures,
)
from .sem import (
    PathEstimates as PathEstimates,
    SemFit as SemFit,
    fit_sem as fit_sem,
    path_estimates as path_estimates,
    require_recursive as require_recursive,
    sem_record as sem_record,
    structural_model as structural_model,
)
from .structure import (
    Cells as Cells,
    ImpliedMoments as ImpliedMoments,
    Matrices as Matrices,
    Matrix as Matrix,
    Structure as Structure,
    moments as moments,
)
