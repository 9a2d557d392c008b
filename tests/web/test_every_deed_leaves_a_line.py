"""Every form of the live pages, sent as a careful person would: what changes rows leaves its line in the trail.

And what is printed on the way holds no field that whoever sent it may not read: a role, a kind of paper, planted words.
"""

from __future__ import annotations

import pytest

from tests.makers.world import SIDES
from tests.support.forms import encoded, forms_on
from tests.support.walking import ON_ONE_ENGINE, Stage, open_to
from tests.web.test_field_rules import may_read

pytestmark = [ON_ONE_ENGINE, pytest.mark.proof("what changes rows leaves a line, on either engine", room="web")]

SENDERS = ("coordinator", "admin", "coach of A", "mentor of A", "guardian of A", "guardian's link of A")
# A draft is no deed yet: opening and answering a form leave their own events, signing leaves a line. So does sending
# what somebody not on file answered; counting how often one begins is no deed.
DRAFT = {"consent_request", "consent_event", "unmatched_answer", "throttle"}
PRINTS = ("coordinator",)  # must be seen to print something, or the test looks in the wrong places
FORM = "application/x-www-form-urlencoded"


def deeds_of(stage: Stage, name: str) -> dict[str, dict[str, int]]:
    """Action -> what a form sent as it should be would change."""
    walker, found = stage.walker(name), {}
    allowed, printed, leaks = may_read(walker), 0, []
    planted = [
        ((side.name, each.child, field), text)
        for side in stage.world.sides.values() if side.name in SIDES
        for each in side.canaries for field, text in each.fields.items()
    ]  # fmt: skip
    stage.press.jobs.clear()
    with stage.rehearsal():
        for endpoint in open_to(walker, "GET"):
            path = endpoint.path(stage.world, "A")
            answer = walker.open(path)
            if answer.status != 200 or answer.kind != "text/html" or endpoint.name == "web.ui":
                continue
            for form in forms_on(answer.body, path):
                pairs = [*form.filled().items(), ("csrf_token", walker.token)]
                body = encoded([(field, value.encode()) for field, value in pairs])
                sent = walker.open(form.action, "POST", body, content_type=FORM)
                assert sent.status < 500, f"{form.action}: {sent.status} {sent.body[:300]}"
                if sent.deeds:
                    found[form.action] = dict(sent.changed)
                papers = "".join(job.html for job in stage.press.jobs)
                printed += len(stage.press.jobs)
                stage.press.jobs.clear()
                leaks += [(key, form.action) for key, text in planted if text in papers and key not in allowed]
    assert not leaks, leaks
    assert printed or name not in PRINTS, f"{name} printed nothing at all"
    return found


@pytest.mark.parametrize("name", SENDERS)
def test_what_changes_rows_leaves_a_line(stage, name):
    deeds = deeds_of(stage, name)
    silent = {
        action: changed for action, changed in deeds.items() if "audit_entry" not in changed and changed.keys() - DRAFT
    }
    assert not silent, silent
    assert deeds or name == "guardian's link of A", f"{name} changed nothing at all"
