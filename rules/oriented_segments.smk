rule oriented_segments:
    # Divisions into 1, 2, ... segments whose own paths explain most (PLS-POS).
    input:
        **read_by("oriented_segments"),
    output:
        **written_by("oriented_segments"),
    log:
        "reports/private/logs/oriented_segments.log",
    resources:
        **resources_of("oriented_segments", size),
    params:
        **options_of("oriented_segments"),
    script:
        "scripts/stage.py"
