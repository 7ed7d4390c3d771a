"""Tables that may have no lines and tell no reason in their card; every other stage table tells one."""

from __future__ import annotations

UNASKED = {
    *("specific_indirect", "multiple_choice", "marker_adjusted", "exclusions"),
    *("group_comparisons", "micom", "multigroup", "invariance"),
    *("hypotheses", "verdict_sheet", "hypothesis_tests", "joint_tests", "posteriors"),
    *("specification_curve", "specification_summary", "specification_choices"),
    *("identified_sets", "witnesses", "witness_ranges", "further_tables", "prices"),
}
"""The study has no such thing: mediators, questions with several answers, a marker, groups to compare,
hypotheses, bounds that anybody sought."""
NOTHING_WRONG = {"pls_inadmissible", "specification_failures", "crosscheck"}
"""What went wrong, where nothing did, and what other packages were compared with, where nothing was."""
TOLD_BESIDE = {"missing_items", "missing_respondents", "missing_patterns"}
"""`missing_summary` says that nobody left anything out."""
SILENT = UNASKED | NOTHING_WRONG | TOLD_BESIDE
