rule part:
    # One part of a stage's draws, where a run is told to make them in parts; the stage takes it, and it is gone.
    input:
        unpack(lambda wildcards: catalogue.inputs(wildcards.stage)),
    output:
        temp(f"{PARTS}/{{stage}}/{{scatteritem}}.npz"),
    log:
        "reports/private/logs/{stage}_{scatteritem}.log",
    wildcard_constraints:
        stage="[a-z_]+",
    priority: max(urgent.values())
    resources:
        **resources_of("part", size),
    params:
        options=lambda wildcards: options_of(wildcards.stage),
        results=lambda wildcards: sum(catalogue.outputs(wildcards.stage).values(), []),
        code=lambda wildcards: present().digest_of(
            [(options_of(wildcards.stage)["module"],)]
        ),
    script:
        "scripts/part.py"
