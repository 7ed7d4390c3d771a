"""Sentences that the package can say, from its source, and those that have no translation yet.

`python -m tests.messages` prints the latter as entries to be filled in, for `src/smartcity_survey/messages/`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from smartcity_survey.messages import LANGUAGES, translated
from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "src/smartcity_survey"
COVERED = ("check", "study", "workflow", "new_wave", "new_paper", "data", "audit")
"""Folders all of whose messages are translated."""
RAISED = {"Problem": 3, "SurveyError": 3, "NoSolution": 0, "_unruled": 2, "ValueError": 1}
"""What messages are made by -> how many of its arguments are words."""
FILLED = "\x00"
"""Stands where a sentence is filled in."""
ASSEMBLED = {
    f"Which one says the opposite of the construct's name? {FILLED} {FILLED}",
    f"If {FILLED}: take `reverse: true` out there",
    f"If {FILLED}: write `reverse: true` there",
    f"If {FILLED}: change `reverse` there",
    f"Construct `{FILLED}`: {FILLED} by {FILLED}, {FILLED} to {FILLED}{FILLED}.",
    f"{FILLED} {FILLED}{FILLED}.",
    f": did you mean {FILLED}?",
    f"{FILLED}; high then means high on {FILLED}{FILLED}.",
}
"""Parts of one sentence that is translated whole; `test_messages.py` has it as said."""
_SENTENCE = re.compile(r"[^.]*[A-Za-z]{2}.* .*[.?]", re.DOTALL)


def sentences(folder: str) -> Iterator[tuple[str, str]]:
    """Where a sentence stands, and the sentence, of every message raised in a folder of the package."""
    for path in sorted((SOURCE / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call, known in _calls(tree, {}):
            name = getattr(call.func, "id", "")
            if name == "ValueError" and folder != "study":
                continue
            if name == "PydanticCustomError":
                name, words = "ValueError", call.args[1:2]
            else:
                words = [
                    *call.args,
                    *(k.value for k in call.keywords if k.arg in ("place", "found", "remedy")),
                ]
            for argument in words[: RAISED.get(name, 0)]:
                for sentence in _texts(argument, known):
                    yield f"{path.relative_to(SOURCE)}:{call.lineno}", sentence + "." * (name == "ValueError")

        for node in ast.walk(tree):
            if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
                for sentence in _texts(node.value, {}):
                    if _SENTENCE.fullmatch(sentence):
                        yield f"{path.relative_to(SOURCE)}:{node.lineno}", sentence


def _calls(
    node: ast.AST, known: dict[str, list[ast.expr]]
) -> Iterator[tuple[ast.Call, dict[str, list[ast.expr]]]]:
    """Calls that make a message, each with what the names around it were set to."""
    if isinstance(node, (ast.Module, ast.FunctionDef)):
        known = {**known}
        inside = ast.walk(node) if isinstance(node, ast.FunctionDef) else iter(node.body)
        for statement in inside:
            if isinstance(statement, ast.Assign):
                for target in statement.targets:
                    if isinstance(target, ast.Name):
                        known.setdefault(target.id, []).append(statement.value)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {*RAISED, "PydanticCustomError"}:
        yield node, known
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, known)


def _texts(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    """What an expression of text may be, with `FILLED` for what is filled in; nothing of other kinds."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            parts = [v.value if isinstance(v, ast.Constant) else FILLED for v in values]
            yield "".join(map(str, parts))
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, known, depth)
            yield from _texts(orelse, known, depth)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value, known, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for first in [*_texts(left, known, depth)] or [FILLED]:
                for second in [*_texts(right, known, depth)] or [FILLED]:
                    yield first + second
        case ast.Name(id=name) if depth < 3:
            for value in known.get(name, ()):
                yield from _texts(value, known, depth + 1)
        case ast.Dict(values=values) if depth:
            for value in values:
                yield from _texts(value, known, depth)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, *default]):
            for value in known.get(name, ()):
                yield from _texts(value, known, depth + 1)
            for value in default:
                yield from _texts(value, known, depth)


def is_name(sentence: str) -> bool:
    """Whether a sentence has no words: a path, a key, a number."""
    plain = sentence.replace(FILLED, "")
    return (
        sentence.startswith("config.yaml, ")
        or not any(len(word) > 1 and word.isalpha() for word in plain.replace("`", " ").split())
        or (" " not in plain.strip(" .,:;"))
    )


def untranslated(folder: str) -> list[tuple[str, str]]:
    """Sentences of a folder that some language lacks."""
    return [
        (place, sentence)
        for place, sentence in sentences(folder)
        if not is_name(sentence)
        and sentence not in ASSEMBLED
        and not all(_is_known(sentence, language) for language in LANGUAGES if language != "en")
    ]


def _is_known(sentence: str, language: str) -> bool:
    """Whether a sentence has a translation, whatever it is filled with: a word, or a number."""
    return any(
        translated(sentence.replace(FILLED, filling), language) != sentence.replace(FILLED, filling)
        for filling in ("7", "Xx", "")
    )


if __name__ == "__main__":
    for folder in COVERED:
        for place, sentence in untranslated(folder):
            print(f"# {place}\n- {{en: {sentence.replace(FILLED, '{x}')!r}, ru: '', kk: ''}}")
