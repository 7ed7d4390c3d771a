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
COVERED = (
    "check",
    "study",
    "workflow",
    "new_wave",
    "new_paper",
    "data",
    "plan",
    "audit",
    "reconstruct",
    "bounds",
    "studio",
    "stream",
)
"""Folders all of whose messages are translated."""
RAISED = {
    "Problem": 3,
    "SurveyError": 3,
    "NoSolution": 0,
    "_unruled": 2,
    "ValueError": 1,
    "progress": 1,
    "told": 3,
    "words": 1,
    "note": 1,
}
"""What messages are made by -> how many of its arguments are words, or may be."""
FILLED = "\x00"
"""Stands where a sentence is filled in."""
NUMBER = "\x01"
"""Stands where it is filled in with a number that has decimals."""
ASSEMBLED = {
    f"Which one says the opposite of the construct's name? {FILLED} {FILLED}",
    f"If {FILLED}: take `reverse: true` out there",
    f"If {FILLED}: write `reverse: true` there",
    f"If {FILLED}: change `reverse` there",
    f"Construct `{FILLED}`: {FILLED} by {FILLED}, {FILLED} to {FILLED}{FILLED}.",
    f"{FILLED} {FILLED}{FILLED}.",
    f": did you mean {FILLED}?",
    f"{FILLED}; high then means high on {FILLED}{FILLED}.",
    f"{FILLED} the codebook lacks: {FILLED} (rows {FILLED}).",
    f"Column{FILLED} {FILLED} {FILLED} left out: {FILLED}.",
    f"{FILLED} has no {FILLED} {FILLED}.",
    f"{FILLED} category of {FILLED} has {FILLED} or more: there is nothing to compare.",
    f"0 categories of {FILLED} have {FILLED} or more: there is nothing to compare.",
    f"Write the number of the {FILLED} that holds the names of the columns.",
}
"""Parts of one sentence that is translated whole; `test_messages.py` has it as said."""
NAMES = {"yaml", "config", "low", "high", "side", "pip", "install"}
"""Words that are the same in every language."""
_SENTENCE = re.compile(r"[^.]*[A-Za-z]{2}.* .*[.?]", re.DOTALL)


def sentences(folder: str) -> Iterator[tuple[str, str]]:
    """Where a sentence stands, and the sentence, of every message raised in a folder of the package."""
    return ((place, text.replace(NUMBER, FILLED)) for place, text in numbered_sentences(folder))


def with_english_numbers(folder: str) -> list[tuple[str, str, str]]:
    """Sentences whose computed numbers keep the decimal point in a language that has a comma."""
    found = []
    for place, text in numbered_sentences(folder):
        for filling in ("7", "Xx"):
            english = text.replace(FILLED, filling).replace(NUMBER, "-0.25")
            for language in LANGUAGES:
                words = translated(english, language)
                if NUMBER in text and words != english and "0.25" in words:
                    found.append((place, language, words))
    return found


def numbered_sentences(folder: str) -> Iterator[tuple[str, str]]:
    """As `sentences`, with `NUMBER` where a number with decimals stands."""
    for path in sorted((SOURCE / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call, known in _calls(tree, {}):
            name = _name(call)
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
    if isinstance(node, ast.Call) and _name(node) in {*RAISED, "PydanticCustomError"}:
        yield node, known
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, known)


def _name(call: ast.Call) -> str:
    """The name of what is called: `progress` of `self.progress(...)`."""
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _filling(value: ast.expr) -> str:
    spec = (
        ast.unparse(value.format_spec) if isinstance(value, ast.FormattedValue) and value.format_spec else ""
    )
    return NUMBER if re.search(r"\.[1-9]\d*[fg]", spec) else FILLED


def _texts(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    """What an expression of text may be, with `FILLED` for what is filled in; nothing of other kinds."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            parts = [v.value if isinstance(v, ast.Constant) else _filling(v) for v in values]
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
    """Whether a sentence has a translation, whatever it is filled with: a word, or a number.

    One that leaves its words in English fits a looser entry, and is none.
    """
    for filling in ("7", "Xx", ""):
        english = sentence.replace(FILLED, filling)
        words = translated(english, language)
        if words != english and not _words(sentence) & _words(words):
            return True
    return False


def _words(text: str) -> set[str]:
    """Words in small Latin letters, other than names of keys, files and commands."""
    plain = re.sub(
        r"`[^`]*`|'[^']*'|\{\w+\}|\w+\([^()]*\)|\([^()]*: [^()]*\)|[\w./-]*\.\w+|\w*[_:]\w[\w:]*", " ", text
    )
    return set(re.findall(r"(?<![\w-])[a-z]{3,}(?![\w-])", plain)) - NAMES


if __name__ == "__main__":
    for folder in COVERED:
        for place, sentence in untranslated(folder):
            print(f"# {place}\n- {{en: {sentence.replace(FILLED, '{x}')!r}, ru: '', kk: ''}}")
