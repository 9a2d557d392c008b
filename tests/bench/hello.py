"""The floor of every answer: the hello-world on the first page of Flask's own guide, as it stands there.

It is served by the same server with the same settings, and asked by as many at once, who send the same headers, cookie
and body along as a phone at the gate: what the server does to take a request in is the same on both sides.
"""

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello_world() -> str:
    return "<p>Hello, World!</p>"
