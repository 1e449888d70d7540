"""What a command answers, before it has a format.

A command makes one `Document`; a format of `archstat.formats` writes any of them. A document holds
no text that was laid out: numbers stay numbers, unknown stays `None` (written "?"), and each format
decides how they look.

    Document(
        kind="budget",                          # its name in JSON, and in messages
        title="lenet5: …",                      # what it is about, in a line
        about=("input 32×32×1, …",),            # under which circumstances
        parts=(Table(…), Sentences(…), Notes(…)),   # in the order in which people read them
        conclusion="2 of 3 limits hold",        # the answer in a sentence
        records=lambda: Table(…),               # one value a cell: for CSV, TSV and workbooks
        data=lambda: {…},                       # a JSON contract of its own
    )

Parts are `Table`, `Sentences` (a line each), `Notes`, `Remarks` (numbered), `Listing`
(source code) and `Picture` (SVG). A `Table` has `Column`s and `Line`s, and under a rule its `foot`.
Where people and programs read the same table, `records` is left out; where a document has no JSON
contract of its own, `data` is left out, and JSON is made of the records, `facts` and notes.

A cell is a value of `archstat.report.values` (a text, a whole number, `Map`, `Bytes`, `Share`,
`Named`, …), or one of `archstat.documents.cells`: `Number` (exact for programs, with a text for
people), `Sign` (with its meaning and look), `Signed` (a value with a sign behind it),
`Formula`, `Blank` (to be filled in), `EMPTY` (nothing, not even a dash).

On a terminal every table goes through the same fitting (`archstat.formats.layout.fitting`): titles
fold and are shortened, columns with `wraps` are broken between words, columns with an `importance`
are left out and named, and what is still too wide stands in several tables under one another. No
number and no word is broken.
"""
