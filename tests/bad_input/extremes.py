"""Values of config and codebook that no computation or file survives."""

from __future__ import annotations

from .harness import Case, file, setting

CASES = (
    *(
        Case(
            f"{mark} in the {name}",
            file(f"{name}.yaml", f"a: 1\nb: {mark}\n".encode()),
            f"{name}.yaml, line 2",
            f"the mark `{mark.split()[0]}` is not read",
            "Mend the line",
        )
        for name in ("config", "codebook")
        for mark in ("!!timestamp foo", "!!bool foo", '!!int ""', "!!set [a]", "!!binary x", "!foo x")
    ),
    Case(
        "NUL in the codebook's name",
        setting("config", "data", "codebook", to="a\0b"),
        "a\\x00b",
        "this is no name of a file",
        "Correct it",
    ),
    *(
        Case(
            f"{section}.{key} of {value!r}",
            setting("config", section, to=others | {key: value}),
            f"{section}.{key}",
            f"found {value!r}",
            end,
        )
        for section, key, value, end, others in (
            ("model", "alpha", 1e-300, "0.000001", {"paths": [{"from": "T", "to": "U"}]}),
            ("pls", "tolerance", 1e-300, "0.000000000000001", {}),
            ("regression", "confidence_level", 0.999999999, "0.999999", {}),
            ("factors", "promax_kappa", 1e300, "20", {}),
        )
    ),
)
