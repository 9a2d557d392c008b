"""Puts a form with every kind of section into a served installation, and prints what opens it.

Run inside the installation's environment: `python -m tests.journeys.everything`. A guardian of the demo is asked; the
three lines printed are the guardian's link, the request's id, and the section the office fills in.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.makers.forms import every_kind
from youthprog import create_app
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.consent.models import ConsentRequest, Section
from youthprog.consent.publishing import publish_form
from youthprog.consent.types import RequestState
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.people.models import Guardianship
from youthprog.programs.models import Enrollment


def main() -> None:
    """Publish, ask, print."""
    app = create_app()
    with app.app_context():
        now = clock.now()
        version = publish_form(every_kind(), by=SYSTEM, now=now)
        bond, enrollment = db.session().execute(
            sa.select(Guardianship, Enrollment)
            .join(Enrollment, Enrollment.youth_id == Guardianship.youth_id)
            .where(Guardianship.rank == 1, Guardianship.may_decide, Guardianship.ended_on.is_(None))
            .order_by(Guardianship.id.desc())
            .limit(1)
        ).one()  # fmt: skip
        request = ConsentRequest(
            form_version_id=version.id, youth_id=bond.youth_id, guardian_id=bond.guardian_id,
            season_id=enrollment.season_id, state=RequestState.SENT, language="en", created_at=now, sent_at=now,
            times_asked=1,
        )  # fmt: skip
        db.session().add(request)
        db.flush()
        _id, token = issue_link(LinkPurpose.CONSENT, bond.guardian_id, request.id, days=timedelta(days=9).days, now=now)
        desk = db.session().scalars(
            sa.select(Section.id).where(Section.version_id == version.id, Section.key == "desk")
        )
        print(f"/c/{token}", request.id, desk.one(), sep="\n")
        db.session().commit()


if __name__ == "__main__":
    main()
