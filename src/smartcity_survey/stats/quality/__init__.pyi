from .careless import (
    CarelessIndices as CarelessIndices,
    careless_indices as careless_indices,
)
from .common_method import (
    Harman as Harman,
    MarkerAdjusted as MarkerAdjusted,
    full_collinearity_vif as full_collinearity_vif,
    harman as harman,
    marker_adjusted as marker_adjusted,
    marker_adjusted_by_design as marker_adjusted_by_design,
)
from .small_cells import (
    hidden_cells as hidden_cells,
    moments_leave_open as moments_leave_open,
)
