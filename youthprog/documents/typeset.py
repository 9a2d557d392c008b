"""HTML in, tagged PDF out. Runs in the press child only: it imports weasyprint.

Nothing is fetched. A page names its pictures `asset:crest.svg` and gets them from the mapping it came
with; every other address, whatever its scheme, is refused.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import fromstring, register_namespace, tostring

from youthprog.documents.endings import end_streams_plainly
from youthprog.documents.slimming import slim
from youthprog.documents.spelling import spell_every_glyph
from youthprog.documents.stamping.types import Reader
from youthprog.documents.types import Enclosed, Variant

ASSET_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "css": "text/css"}

XMP_NAMES = {
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
for _prefix, _address in XMP_NAMES.items():  # PDF/A prescribes the prefixes too
    register_namespace(_prefix, _address)

PDFUA_XMP = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<rdf:Description rdf:about="" pdfuaid:part="1"/>
<rdf:Description rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of PDF/UA standard</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


class CannotTypeset(Exception):
    """The page cannot become a PDF; the message is for the log."""


def typeset(
    html: str,
    *,
    assets: Mapping[str, bytes],
    identifier: bytes,
    variant: Variant,
    made_at: datetime,
    enclosed: Enclosed | None = None,
    reader: Reader | None = None,
) -> tuple[bytes, int]:
    """Lay out a page and return the PDF and its number of pages. Same input, same bytes.

    Title and language are those of the HTML; `made_at` dates the enclosed file. `reader` looks at the page before and after
    the last step. Raises `CannotTypeset`.
    """
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError

    spell_every_glyph()
    end_streams_plainly()
    try:
        page = weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetcher(assets))
        document = page.render(presentational_hints=False)
        if variant is Variant.ARCHIVAL:
            _promise_both(document.metadata)
        content = document.write_pdf(
            finisher=_finisher(reader),
            pdf_variant=str(variant),
            pdf_identifier=identifier,
            attachments=[_attachment(weasyprint, enclosed, made_at)] if enclosed else None,
        )
    except (FatalURLFetchingError, RecursionError, MemoryError, ValueError) as problem:
        raise CannotTypeset(f"{type(problem).__name__}: {problem}") from problem
    return content, len(document.pages)


def _finisher(reader: Reader | None) -> Callable[[Any, Any], None]:
    if reader is None:
        return slim

    def finish(document: Any, pdf: Any) -> None:
        reader.before(document, pdf)
        slim(document, pdf)
        reader.after(document, pdf)

    return finish


def _fetcher(assets: Mapping[str, bytes]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class FromMemory(URLFetcher):
        """Serves the assets that came with the page; has no way to reach anything else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            scheme, _, name = url.partition(":")
            if scheme != "asset" or name not in assets:
                raise ValueError(f"refused: {url[:80]}")
            kind = ASSET_TYPES[name.rpartition(".")[2]]
            return URLFetcherResponse(url, assets[name], {"Content-Type": kind})

    return FromMemory(allowed_protocols=("asset",), allow_redirects=False)


def _attachment(weasyprint: Any, enclosed: Enclosed, made_at: datetime) -> Any:
    return weasyprint.Attachment(
        string=enclosed.content,
        url_fetcher=_fetcher({}),
        name=enclosed.name,
        description=enclosed.description,
        created=made_at,
        modified=made_at,
        relationship="Source",
    )


def _promise_both(metadata: Any) -> None:
    """Let one XMP packet name PDF/A-3a and PDF/UA-1; weasyprint alone knows only one promise a file."""
    generate, include = metadata.generate_rdf_metadata, metadata.include_in_pdf

    def generate_merged(variant: str, version: int, conformance: str) -> bytes:
        rdf = fromstring(generate(variant, version, conformance))
        rdf.extend(fromstring(PDFUA_XMP))
        return tostring(rdf, encoding="utf-8")

    def include_uncompressed(pdf: Any, variant: str, version: int, conformance: str, compress: bool) -> None:
        include(pdf, variant, version, conformance, compress=False)

    metadata.generate_rdf_metadata = generate_merged
    metadata.include_in_pdf = include_uncompressed
