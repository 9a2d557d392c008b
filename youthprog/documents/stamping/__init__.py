"""Lay a page out once, stamp it many times.

weasyprint lays out ordinary HTML; this wing prints the same page again for other values, without laying it out again.
It knows nothing of the program around it and could be a library of its own: weasyprint, uharfbuzz and zxing-cpp are all
it uses.

    layout = learn(print_plainly, specimens)      # three specimens, laid out by weasyprint (`layouts`)
    content = stamp_file(layout, record)          # one file a record (`stamps`), or ...
    content = stamp_files([(layout, record), …])  # ... one file with a page for each (`together`)

Nothing of the stylesheet is interpreted. `learn` lets the caller print three specimens in the plain way, compares what
weasyprint drew, and understands a place only when it can draw all three again, glyph for glyph: where it stands, whether
it is anchored left, in the middle or right, and how it moves when the type shrinks are read from the drawings. Whatever
differs between the specimens and is no place makes it refuse the page (`CannotStamp`), and so does a text that cannot be set
exactly (`shaping.why_not`); the caller then prints that page in the plain way.

All that stays the same is written once, operator for operator as weasyprint wrote it; a page lists it between its own pieces.
Tags are weasyprint's own structure elements with other numbers. Tables of any length: `tables`.
"""
