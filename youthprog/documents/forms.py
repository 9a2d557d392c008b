"""Forms of the public check."""

from wtforms import BooleanField, FileField

from youthprog.documents.codes import CODE_LENGTH
from youthprog.documents.rules import LONGEST_NAME
from youthprog.web.forms import Form, Text
from youthprog.web.language import lazy_gettext as _

LONGEST_TYPED = 4 * CODE_LENGTH


class FileToCheck(Form):
    """A PDF somebody was given."""

    file = FileField(_("The PDF file"))


class HolderForm(Form):
    """The name that somebody says is printed on a document, and whether a badge may have it in plain letters."""

    holder = Text(_("Name on the document"), limit=LONGEST_NAME)
    with_name = BooleanField(_("Write the name into the badge"))
