"""What libraries say of a file that they cannot read, in words of our own, which the messages translate."""

from __future__ import annotations

import re

OWN_WORDS: tuple[tuple[str, str], ...] = (
    # YAML
    (r"mapping values are not allowed|expected '<document start>'", "a colon stands where no key can"),
    (r"could not find expected ':'", "a line without a colon stands among keys"),
    (r"found character '\\t' that cannot", "a tab stands where blanks indent"),
    (r"found character '(?P<what>.)' that cannot", "no value begins with {what} outside quotation marks"),
    (r"sequence entries are not allowed", "a dash stands where no list can begin"),
    (r"mapping keys are not allowed", "a question mark stands where no key can"),
    (r"found unexpected (end of stream|document separator)", "a quotation mark is not closed"),
    (r"expected <block end>, but found ','", "a comma stands where a line ends"),
    (r"expected <block end>", "the indentation does not fit the lines above, or something is left open"),
    (r"expected ',' or '\]'", "a square bracket is not closed, or a comma is missing"),
    (r"expected ',' or '\}'", "a curly bracket is not closed, or a comma is missing"),
    (r"expected the node content", "a value is missing"),
    (r"unhashable key", "a key is a list or has keys of its own"),
    (r"could not determine a constructor|undefined tag", "a word that begins with ! is no value"),
    (r"unknown escape character|hexadecimal numbers", "a backslash stands in double quotation marks"),
    (r"(?i)special characters are not allowed|unacceptable character", "it holds control characters"),
    (r"another document", "it holds more than one document, parted by ---"),
    (r"second occurrence|undefined alias|expected alphabetic or numeric", "a reference (& or *) is not read"),
    (
        r"expected (a comment or a line break|chomping|' ', but found|indentation)",
        "| or > is followed by more",
    ),
    (r"base64|directive|expected a (digit|scalar|sequence|mapping|single)", "a value does not fit its mark"),
    # Python
    (r"recursion", "it is nested too deeply"),
    (
        r"(?i)\b(year|month|day|hour|minute|second)\b.*(must be|out of range)|isoformat",
        "a date or time in it does not exist",
    ),
    (r"limit .*digits|for integer string", "a number in it is too long"),
    # text
    (r"larger than field limit \((?P<what>\d+)\)", "a cell has more than {what} letters"),
    (r"NUL", "it holds NUL bytes"),
    (r"new-line character seen", "a line ends within a cell"),
    (
        r"codec can't|invalid byte sequence|incomplete byte|invalid utf-?8",
        "its letters are in another encoding",
    ),
    (
        r"(?i)character set|unknown encoding|to the requested encoding",
        "the encoding of its letters is unknown",
    ),
    # archives and what lies in one
    (r"(?i)not a (zip|gzip)|cannot detect file format|magic bytes|magic number", "it is of another kind"),
    (r"(?i)no item named|not found in the archive|keyerror", "a part of it is missing"),
    (r"(?i)password|encrypted", "it is protected by a password"),
    (
        r"(?i)truncated|ended before|end[- ]of[- ](stream|file|central)|unexpected eof|eoferror|too early|"
        r"smaller than the minimum|unable to (read from|seek within) file|failed to seek|"
        r"expected number of rows|failed to fill whole buffer|no element found",
        "it ends too early",
    ),
    (r"(?i)memory|too large|overflow", "it does not fit into memory"),
    (
        r"(?i)version .*(supported|known)|unsupported (version|features)\b(?!.*invalid)",
        "its version is not known",
    ),
    (
        r"(?i)crc|file name in directory|decompress|compress|corrupt|invalid|not well-formed|mismatched tag|"
        r"unclosed|thrift|expected (length|number of columns)|inconsistent|bad (magic|offset)|struct|"
        r"index out of|unpack|xml error|zip error|xls error|deseriali[sz]e|unsupported",
        "it is damaged",
    ),
)
"""What a library's text has -> what it means; the first that fits. `what` is taken over."""
LONGEST_TOLD = 80
"""Letters of a library's own words that are told: some show the whole file."""
_OURS = re.compile(r"the key |the reference |the mark |`|it |a column |reading it ")


def library_reason(error: object) -> str:
    """Why a library cannot read a file; what is not known is told as the library's own words.

    error : an exception, or its text.
    """
    text = " ".join(str(error).split()) or type(error).__name__
    if _OURS.match(text):
        return text
    for pattern, words in OWN_WORDS:
        if found := re.search(pattern, text):
            return words.format(**found.groupdict())
    shown = text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}..."
    return f"its reader says {shown!r}"
