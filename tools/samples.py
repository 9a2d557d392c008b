"""Make the sample pages that a guardian opens before signing on a screen: `tools/samples.py` writes them anew.

They are kept in the repository, so that opening one costs the server a file and no printing.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from youthprog.documents.press import Press, PrintJob
from youthprog.documents.types import Variant

FOLDER = Path(__file__).resolve().parents[1] / "youthprog" / "static" / "documents"
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {
    "en": (
        "A sample of your copy",
        "If you can read this page, this device can open the copies we send you.",
        "A signed copy looks like this one: pages with your answers, your name and the time, as a PDF file. You can save "
        "it, print it, or have it read aloud.",
        "Go back to the page you came from and choose.",
    ),
    "es": (
        "Una muestra de su copia",
        "Si puede leer esta página, este aparato puede abrir las copias que le enviamos.",
        "Una copia firmada es como esta: páginas con sus respuestas, su nombre y la hora, en un archivo PDF. Puede "
        "guardarla, imprimirla o pedir que se la lean en voz alta.",
        "Vuelva a la página de donde vino y elija.",
    ),
}
STYLE = "@page { size: letter; margin: 30mm 25mm } body { font: 14pt/1.5 'Public Sans' } h1 { font-size: 22pt }"


def main() -> None:
    """Write one file a language."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        press = Press(Path(folder), keys=Path(folder))
        for language, (title, *paragraphs) in WORDS.items():
            body = f"<h1>{title}</h1>" + "".join(f"<p>{each}</p>" for each in paragraphs)
            html = (
                f"<!DOCTYPE html><html lang={language}><head><meta charset=utf-8><title>{title}</title>"
                f"<style>{STYLE}</style></head><body>{body}</body></html>"
            )
            job = PrintJob(html=html, identifier=f"sample-{language}", variant=Variant.ACCESSIBLE, made_at=MADE_AT)
            (FOLDER / f"sample-{language}.pdf").write_bytes(press.render_and_seal(job).content)


if __name__ == "__main__":
    main()
