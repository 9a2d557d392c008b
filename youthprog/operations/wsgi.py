"""The application, for a WSGI server: `youthprog.operations.wsgi:app`."""

import gc
import subprocess
import sys

from youthprog import create_app
from youthprog.core import late
from youthprog.operations.given_back import keep_giving_back
from youthprog.operations.lean import forget_explanations, forget_making_of_tables, share_methods, tighten
from youthprog.operations.logs import log_as_json
from youthprog.web import addresses, language


def forget_again() -> None:
    """What was loaded late forgets what it was made with, too."""
    forget_explanations(generation=0)
    share_methods(generation=0)


log_as_json()
if language.stale_catalogs():  # the compiler wants what this process left out
    subprocess.run([sys.executable, "-m", language.__name__], check=True)
app = create_app(at_once=False)
addresses.settle(app.url_map)
forget_explanations()
share_methods()
forget_making_of_tables()
gc.collect()
tighten()
gc.set_threshold(2_000, 5, 2)
gc.freeze()  # what was loaded stays as long as the process: no use in looking for garbage there again and again
sys.path_importer_cache.clear()  # what lies in which folder; looked up again where something is loaded
late.WHEN_LOADED.append(forget_again)
keep_giving_back()
