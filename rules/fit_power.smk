rule fit_power:
    # Power of the tests of close, not-close and exact fit, and the respondents that they need.
    input:
        **read_by("fit_power"),
    output:
        **written_by("fit_power"),
    log:
        "reports/private/logs/fit_power.log",
    resources:
        **resources_of("fit_power", size),
    params:
        **options_of("fit_power"),
    script:
        "scripts/stage.py"
