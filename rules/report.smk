# It reads what every rule before it writes: this file is included after theirs.
rule report:
    input:
        tables=results("tables"),
        cards=results("cards"),
        casewise="reports/private/casewise.csv",
        codebook=study.data.codebook,
        survey=study.data.file,
        published=published_files(),
        waves=wave_files(),
        reconstructions=reconstructions(),
    output:
        page=update("reports/report.html"),
        manifest=update("reports/manifest.json"),
    log:
        "reports/private/logs/report.log",
    params:
        config=options(study),
        required=[Path(file).stem for file in results("tables")],
        not_asked=extras(asked=False),
        code=lambda wildcards: code(),
        packages=lambda wildcards: packages(),
    script:
        "scripts/report.py"
