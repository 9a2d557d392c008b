"""The floor of every answer: what the same server and framework cost to say hello."""

from flask import Flask

app = Flask(__name__, static_folder=None)


@app.post("/")
def hello() -> str:
    return "hello"
