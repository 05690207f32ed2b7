"""Reads a Parquet file with pyarrow and prints what is in it as JSON: types, columns, rows, and pyarrow's version.

    python read.py FILE > table.json

FILE is what `test/run/parquet.test.ts` writes when PATCHBAY_PARQUET names it. The test then compares its table with
table.json, so that another program's reading is what is held to.
"""

import hashlib
import json
import sys

import pyarrow
import pyarrow.parquet

table = pyarrow.parquet.read_table(sys.argv[1])
rows = [list(row.values()) for row in table.to_pylist()]
digest = hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()
json.dump(
    {
        "pyarrow": pyarrow.__version__,
        "sha256": digest,
        "types": [str(field.type) for field in table.schema],
        "columns": table.column_names,
        "rows": rows,
    },
    sys.stdout,
    ensure_ascii=False,
)
