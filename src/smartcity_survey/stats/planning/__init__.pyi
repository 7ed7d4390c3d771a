from .allocation import (
    allocate as allocate,
)
from .power_of_design import (
    cluster_robust_t as cluster_robust_t,
    clustered_power as clustered_power,
    design_power as design_power,
    rows_by_curve as rows_by_curve,
)
from .sample_size import (
    design_effect as design_effect,
    intraclass_correlation as intraclass_correlation,
    margin_of_error as margin_of_error,
    rows_for_margin as rows_for_margin,
)
from .selection import (
    draw_by_stratum as draw_by_stratum,
)
