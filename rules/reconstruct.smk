# Not part of the analysis - rebuilds a survey from the printed tables, beside the bundled one, when asked for by name.
rule reconstruct:
    input:
        config="config.yaml",
        codebook=study.data.codebook,
        sources=catalogue.sources(),
    output:
        csv="build/reconstructed/survey_reconstructed.csv",
        sav="build/reconstructed/survey_reconstructed.sav",
    log:
        "reports/private/logs/reconstruct.log",
    threads: threads_of("reconstruct")
    resources:
        **resources_of("reconstruct", size),
    params:
        seed=study.seed,
    script:
        "scripts/reconstruct.py"
