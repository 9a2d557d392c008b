"""One function makes a match active: nothing else in the house writes that state, or the mark that the database asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "youthprog"
MARK = "passed_gate_at"


def writes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(function, what) of every place that writes a match's active state, or the mark, in whatever way."""
    for function in [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]:
        for node in ast.walk(function):
            for target, value in _pairs(node):
                if target == MARK and not (isinstance(value, ast.Constant) and value.value is None):
                    yield function.name, MARK
                if target == "status" and "MatchStatus.ACTIVE" in ast.unparse(value):
                    yield function.name, "ACTIVE"


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a node gives a value, and the values: attributes, keywords, keys of a dictionary."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from ((each.attr, value) for each, value in zip(target.elts, node.value.elts, strict=True)
                            if isinstance(each, ast.Attribute))  # fmt: skip
            elif isinstance(target, ast.Attribute):
                yield target.attr, node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        yield from (
            (str(key.value), value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        )
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr" and len(node.args) == 3:
        yield ast.literal_eval(node.args[1]) if isinstance(node.args[1], ast.Constant) else MARK, node.args[2]


def found() -> set[tuple[str, str, str]]:
    places = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if MARK in text or "MatchStatus" in text:
            short = path.relative_to(PACKAGE).as_posix()
            places |= {(short, function, what) for function, what in writes(ast.parse(text))}
    return places


def test_a_match_becomes_active_in_one_function():
    where = ("mentorship/services.py", "activate_matches")
    assert {(path, name) for path, name, _what in found()} == {where}
    assert {what for *_where, what in found()} == {MARK, "ACTIVE"}


def test_other_ways_to_write_it_would_be_seen():
    ways = (
        "m.status = MatchStatus.ACTIVE", "m.status, m.x = MatchStatus.ACTIVE, 1", "Match(status=MatchStatus.ACTIVE)",
        "f({'status': MatchStatus.ACTIVE})", "m.passed_gate_at = now", "values(passed_gate_at=now)", "setattr(m, 'passed_gate_at', 1)",
    )  # fmt: skip
    assert all(list(writes(ast.parse(f"def f():\n    {way}"))) for way in ways)
    assert not list(
        writes(ast.parse("def f():\n    m.passed_gate_at = None\n    return m.status is MatchStatus.ACTIVE"))
    )
