"""Files of Stata."""

from __future__ import annotations

import warnings
from typing import IO, Any

import pandas as pd
import pyarrow as pa
from pandas.errors import InvalidColumnName

from pipelines.export.tables.sheet import Account, Sheet
from pipelines.export.tables.statistics import STATA, framed, label_of

SHORT_BYTES = 2045
"""Of a text that has its place in the row; a longer one lies behind all rows (strL)."""


def write_dta(file: IO[bytes], sheet: Sheet, reader: pa.RecordBatchReader) -> Account:
    """Write the rows as Stata 14 and later read them.

    By pandas: of long texts pyreadstat 1.3.7 writes places that haven does not find, four bytes and four for two and
    six.

    Raises:
        OSError: it cannot be written.
    """
    frame, account = framed(sheet, reader, STATA)
    kinds: Any = dict.fromkeys(frame.days, "td")
    kinds |= {name: "tc" for name, series in frame.columns.items() if series.dtype == "datetime64[us]"}
    long = [
        name
        for name, series in frame.columns.items()
        if series.dtype == object and any(len(text.encode()) > SHORT_BYTES for text in series)
    ]
    with warnings.catch_warnings(action="error", category=InvalidColumnName):  # another name would not be told
        pd.DataFrame(frame.columns).to_stata(
            file,
            version=118,  # Stata 14 and later, which know UTF-8
            write_index=False,
            convert_dates=kinds,
            convert_strl=long,
            data_label=label_of(sheet.row, STATA.label_fits),
            variable_labels=frame.labels,
            value_labels=frame.codes,
        )
    return account
