"""Pages are read as a browser reads them, and what it would have to mend is a fault."""

from __future__ import annotations

import pytest
import tinyhtml5

from tests.support import markup

SOUND = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Roster &amp; cards</title></head>
<body class="team">
  <h1>Río's team</h1>
  <p>Two <b>bold</b> words,<br>a line &lt;below&gt; &copy;</p>
  <pre>
kept</pre>
  <form method="post" action="/x?a=1&amp;b=2">
    <label>Name <input name="name" required value="O'Neil &quot;Jo&quot;"></label>
    <textarea name="note">
 first line
</textarea><textarea name="empty"></textarea>
    <select name="team"><optgroup label="U10"><option value="1" selected>Tigers<option-is-words></option></optgroup></select>
    <button>Save</button>
  </form>
  <table><caption>Games</caption><thead><tr><th scope="col">Day</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
  <svg viewBox="0 0 4 4" aria-hidden="true"><path d="M0 0"/><g><circle r="1"></circle></g></svg>
  <script type="application/json">{"a": "<b>"}</script>
  <!-- a note -->
  <dl><div><dt>Site</dt><dd>Lincoln</dd></div></dl>
</body>
</html>
""".replace("<option-is-words>", "")


def flat(element, depth=0):
    """Every element with its words; blanks around head and body belong to nobody."""
    words = (element.text or "", element.tail or "") if depth > 2 else ()
    named = {name.lower(): value for name, value in element.attrib.items()}
    yield depth, element.tag, named, words
    for each in element:
        if isinstance(each.tag, str):
            yield from flat(each, depth + 1)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_sound_page_is_read_as_browsers_read_it(ends):
    page = SOUND.replace("<!-- a note -->", "").replace("\n", ends)
    assert list(flat(markup.parse(page))) == list(flat(tinyhtml5.parse(page)))


@pytest.mark.parametrize(
    "inside",
    [
        "<p>never closed",
        "<b><i>crossed</b></i>",
        "<p>a paragraph <div>ended by a block</div></p>",
        "<a href='/a'>one <a href='/b'>link</a> in another</a>",
        "<form><form></form></form>",
        "<table><tr><td>without a body</td></tr></table>",
        "<table><tbody><tr><p>out of place</p></tr></tbody></table>",
        "<table>words<tbody></tbody></table>",
        "<li>alone</li>",
        "<div/>",
        "</div>",
    ],
)
def test_what_a_browser_would_mend_is_a_fault(inside):
    with pytest.raises(markup.Unsound):
        markup.parse(f"<!doctype html><html lang='en'><head><title>x</title></head><body>{inside}</body></html>")
