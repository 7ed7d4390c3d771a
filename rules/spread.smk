rule spread:
    # How far unprinted quantities differ between the data in use and its alternatives.
    input:
        **read_by("spread"),
    output:
        **written_by("spread"),
    log:
        "reports/private/logs/spread.log",
    params:
        **options_of("spread"),
    script:
        "scripts/stage.py"
