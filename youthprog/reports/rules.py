"""When a certificate may be issued. Pure."""

from youthprog.core.refusals import N_, Refusal


def refusals_to_certify(*, enrolled: bool, gatherings: int) -> list[Refusal]:
    """Why no certificate of participation is issued: never enrolled, or never there."""
    refusals = []
    if not enrolled:
        sentence = N_("This young person was never enrolled in this season.")
        refusals.append(Refusal("not_enrolled", sentence, "season"))
    elif gatherings == 0:
        sentence = N_("No register of this season says that this young person came.")
        refusals.append(Refusal("never_came", sentence, "season"))
    return refusals
