"""Forms of the public check."""

from wtforms import FileField

from youthprog.documents.codes import CODE_LENGTH
from youthprog.web.forms import Form
from youthprog.web.language import lazy_gettext as _

LONGEST_TYPED = 4 * CODE_LENGTH


class FileToCheck(Form):
    """A PDF somebody was given."""

    file = FileField(_("The PDF file"))
