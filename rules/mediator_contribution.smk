rule mediator_contribution:
    # Predictive contribution of the mediator (PCM) of every two paths one behind the other.
    input:
        **read_by("mediator_contribution"),
    output:
        **written_by("mediator_contribution"),
    log:
        "reports/private/logs/mediator_contribution.log",
    resources:
        **resources_of("mediator_contribution", size),
    params:
        **options_of("mediator_contribution"),
    script:
        "scripts/stage.py"
