"""Forgetting what functions say of themselves changes nothing that they do."""

from __future__ import annotations

import os
import subprocess
import sys

from youthprog.operations import lean

FORGETTING = """
import json
from dataclasses import dataclass, fields
from pathlib import PurePath

class Named:
    '''Has a name.'''
    @property
    def name(self) -> str:
        '''Its name.'''
        return "Imani"

def greet(who: str) -> str:
    '''Says hello.'''
    return "Hello " + who

@dataclass
class Point:
    x: int

from youthprog.operations.lean import forget_explanations
forget_explanations()
print([json.__doc__, json.dumps.__doc__, PurePath.parent.__doc__, Named.__doc__, Named.name.__doc__, greet.__doc__])
print(greet.__annotations__, greet(Named().name), [each.type for each in fields(Point)], Point.__annotations__)
"""


def speaks(name: str) -> str:
    """Says a name."""

    def inside() -> str:
        """Also documented."""
        return f"{name} and more"

    return inside()


def answers_its_own_words() -> str:
    """these very words"""
    return "these very words"


def plain() -> str:
    return "first constant"


def test_a_function_works_without_its_docstring():
    code = lean.without_docstrings(speaks.__code__)
    assert "Says a name." not in code.co_consts
    assert all("Also documented." not in getattr(each, "co_consts", ()) for each in code.co_consts)
    kept, speaks.__code__ = speaks.__code__, code
    try:
        assert speaks("Imani") == "Imani and more"
    finally:
        speaks.__code__ = kept


def test_words_a_function_returns_stay():
    for each in (answers_its_own_words, plain):
        code, words = lean.without_docstrings(each.__code__), each()
        kept, each.__code__ = each.__code__, code
        try:
            assert each() == words
        finally:
            each.__code__ = kept


def test_nothing_to_forget_leaves_the_code_as_it_is():
    assert lean.without_docstrings(plain.__code__) is plain.__code__


def test_of_everything_loaded_only_the_explanations_go():
    told = subprocess.run([sys.executable, "-c", FORGETTING], capture_output=True, text=True, check=True).stdout
    assert told == f"{[None] * 6}\n{{}} Hello Imani [<class 'int'>] {{'x': <class 'int'>}}\n"


SHARING = """
import pickle
from dataclasses import FrozenInstanceError, dataclass, field

@dataclass(frozen=True)
class Child:
    name: str
    secret: str = field(default="", repr=False)

@dataclass(frozen=True, slots=True)
class Slotted:
    inner: object

@dataclass(frozen=True)
class Own:
    name: str
    def __repr__(self) -> str:
        return "mine"

@dataclass
class Open:
    name: str

def tell():
    child = Child("Imani", "1234")
    print([child, Slotted(child), Own("x"), Open("y"), child == Child("Imani", "1234"), len({child, child})])
    twin = Child("Imani", "1234")
    print(child != Child("Imani", "5"), child == Slotted(child), child == "Imani", {child: 1}[twin], {Slotted(1): 2}[Slotted(1)])
    print(Open("y") == Open("y"), Open.__hash__, Own("x") == Own("x"), hash(child) == hash(twin))
    slotted = Slotted(1)
    attempts = (
        lambda: setattr(child, "name", "Ana"), lambda: delattr(child, "name"), lambda: setattr(slotted, "inner", 2)
    )
    for attempt in attempts:
        try:
            attempt()
            print("changed")
        except FrozenInstanceError as no:
            print(no)
    free = Open("y")
    free.name = "z"
    print(free, pickle.loads(pickle.dumps(child)), pickle.loads(pickle.dumps(Slotted(2))))

tell()
before = Child.__setattr__
from youthprog.operations.lean import share_methods
share_methods()
print(Child.__setattr__ is Slotted.__setattr__ is not before, Child.__repr__ is Slotted.__repr__ is not Own.__repr__)
tell()
"""


def test_frozen_classes_that_share_their_methods_do_what_they_did():
    told = subprocess.run([sys.executable, "-c", SHARING], capture_output=True, text=True, check=True).stdout
    lines = told.splitlines()
    assert lines[7] == "True True"
    assert lines[:7] == lines[8:]
    assert lines[3] == "cannot assign to field 'name'"
    assert lines[1:3] == ["True False False 1 2", "True None True True"]


def test_a_dict_that_shrank_gets_the_room_that_it_needs_and_keeps_all():
    told = subprocess.run([sys.executable, "-c", TIGHTENING], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["True", "True", "True"]


TIGHTENING = """
import sys
from youthprog.operations.lean import tighten

grown = {}
for number in range(100):
    grown[str(number)] = [number]
for number in range(80):
    del grown[str(number)]
wide, told = sys.getsizeof(grown), list(grown.items())
tighten()
print(sys.getsizeof(grown) < wide, list(grown.items()) == told, len("builtins still here") > 0)
"""


def test_without_what_tables_were_made_with_rows_are_written_and_read(tmp_path):
    environment = {**os.environ, "YOUTHPROG_INSTANCE": str(tmp_path)}
    init = [sys.executable, "-m", "youthprog.cli", "init"]
    subprocess.run(init, check=True, capture_output=True, env=environment)
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["Hawks", "1"]


WITHOUT = """
from youthprog.operations.wsgi import app
from youthprog.core import db
from youthprog.programs.models import Site
import sqlalchemy as sa

with app.app_context():
    db.begin_writing()
    db.session().add(Site(name="Hawks"))
    db.session().commit()
    inner = sa.select(Site).subquery()
    print(db.session().scalar(sa.select(inner.c.name)), db.session().scalar(sa.select(sa.func.count(Site.id))))
"""
