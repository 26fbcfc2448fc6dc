"""What a linter or a scanner takes for a secret, and what of it opens nothing: names, messages, placeholders."""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator

_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD|PASSWD|PWD)$", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"change|example|your|xxx|secret|here|placeholder|replace|dummy|test|sample|todo|fixme|put|insert|<|\.\.\.|\*\*",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"^(<.*>|\$\{.*\}|x+|\*+|\.\.\.)$", re.IGNORECASE)
# Whoever reads a configuration replaces these, and code that holds one works with it.
_REPLACED = re.compile(r"^(your[-_ ].*|change[-_ ]?me|postgres)$", re.IGNORECASE)
_COMPARED = re.compile(r"""[=!]=\s*["']""")
# Values that a name such as token_type or tokenUrl gets, and that open nothing.
_HARMLESS = re.compile(
    r"^(bearer|basic|jwt|token|password|access|refresh|((access|refresh|id)[_-])?token|token[_-]type|(x[_-])?api[_-]?key|[\w-]*/[\w/{}.-]*|https?://\S*)?$",
    re.IGNORECASE,
)
# What a message or an error code says of a credential, in words alone.
_MESSAGE = re.compile(
    r"^(?=.*(invalid|missing|wrong|expired|incorrect|required|revoked|denied|bad|reset|refused))"
    r"[A-Za-z]+([ _-][A-Za-z]+)+\.?$",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"""(\w+)\s*(?::[^=,()]*)?==?\s*["']([^"']*)["']""")
# What is told of a credential and is none itself.
_ABOUT = re.compile(
    r"_(issuer|audience|type|kind|ur[li]|path|name|field|header|prefix|scheme|format|alg(orithm)?|env|var(iable)?|"
    r"cookie|scopes?|location|error|message|code|detail)$",
    re.IGNORECASE,
)
# Whose password everybody knows that has read as far as the address: the user's own name, or a word for it.
_ADDRESS = re.compile(r"://(?P<user>[^:/@\s]*):(?P<password>[^@\s]*)@")
_KNOWN = re.compile(r"^(pass(word)?|pwd|postgres|root|admin|guest|user|changeme|\W.*|)$", re.IGNORECASE)
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONG = 8
_PIECES = 4


def is_named_secret(name: str) -> bool:
    """Tell whether a variable's name says that it holds a secret."""
    return _NAME.search(name) is not None


def looks_real(value: str) -> bool:
    """Tell whether a value is no placeholder, as far as its characters tell."""
    if len(value) < 12 or _PLACEHOLDER.search(value):
        return False
    if not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    shares = [count / len(value) for count in Counter(value).values()]
    return -sum(share * math.log2(share) for share in shares) > 3.0


def is_random(value: str) -> bool:
    """Tell whether letters and digits change places in a value, as they do not where it is made of words."""
    for part in re.split(r"[^A-Za-z0-9]+", value):
        pieces = len(_PIECE.findall(part))
        if len(part) >= _LONG and pieces >= _PIECES and len(part) < _PIECES * pieces:
            return True
    return False


def is_harmless(value: str) -> bool:
    """Tell whether a value is a name, an address or a message."""
    return any(each.match(value) for each in (_HARMLESS, _EMPTY, _MESSAGE))


def is_harmless_line(line: str) -> bool:
    """Tell whether all texts of a line of Python are names, messages or placeholders."""
    texts = re.findall(r"""["']([^"']*)["']""", line)
    return bool(texts) and all(_opens_nothing(text, line, code=True) for text in texts)


def kept_in_calls(tree: ast.AST) -> Iterator[int]:
    """Give the lines where a call is handed a random text for a secret, as the default of a variable for instance."""
    for call in ast.walk(tree):
        for name, given in _named(call) if isinstance(call, ast.Call) else ():
            value = given.value if isinstance(given, ast.Constant) else None
            if isinstance(value, str) and is_named_secret(name) and looks_real(value) and is_random(value):
                yield given.lineno


def _named(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Give what a call is handed by name, and what stands behind a name that it is handed."""
    yield from ((each.arg or "", each.value) for each in call.keywords)
    if call.args and isinstance(call.args[0], ast.Constant):
        defaults = [each.value for each in call.keywords if each.arg == "default"]
        yield from ((str(call.args[0].value), each) for each in [*call.args[1:], *defaults])


def opens_nothing(kind: str, value: str, line: str, *, code: bool) -> bool:
    """Tell whether what a scanner found of a kind is none: a keyword's harmless value, or a password that all know."""
    if kind == "Basic Auth Credentials":
        found = list(_ADDRESS.finditer(line))
        return bool(found) and all(each["password"] == each["user"] or _is_known(each["password"]) for each in found)
    return kind == "Secret Keyword" and _opens_nothing(value, line, code=code)


def _is_known(password: str) -> bool:
    return _KNOWN.match(password) is not None or _EMPTY.match(password) is not None


def _opens_nothing(text: str, line: str, *, code: bool) -> bool:
    replaced = _REPLACED.match(text) is not None and (not code or _COMPARED.search(line) is not None)
    return replaced or is_harmless(text) or text in _told_about(line)


def _told_about(line: str) -> set[str]:
    """Give the texts of a line that are what their name says of a credential, or that name itself."""
    return {
        text
        for name, text in _ASSIGNED.findall(line)
        if name.lower() == re.sub(r"[- ]", "_", text).lower() or (_ABOUT.search(name) and not is_random(text))
    }
