rule congruence:
    # Congruence of every pair of constructs, with resamples of the respondents.
    input:
        **read_by("congruence"),
    output:
        **written_by("congruence"),
    log:
        "reports/private/logs/congruence.log",
    resources:
        **resources_of("congruence", size),
    params:
        **options_of("congruence"),
    script:
        "scripts/stage.py"
