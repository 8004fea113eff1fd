"""Files of SPSS."""

from __future__ import annotations

import errno
from typing import IO

import pandas as pd
import pyarrow as pa

from pipelines.export.tables.sheet import Account, Sheet
from pipelines.export.tables.statistics import SPSS, framed, label_of

OF_FILE_BYTES = 64
"""Of the label of a file."""


def write_sav(file: IO[bytes], sheet: Sheet, reader: pa.RecordBatchReader) -> Account:
    """Write the rows as SPSS reads them.

    Raises:
        OSError: it cannot be written.
    """
    import pyreadstat

    frame, account = framed(sheet, reader, SPSS)
    days = {name: frame.columns[name].astype(object).map(pd.Timestamp.date, na_action="ignore") for name in frame.days}
    measures = {
        name: "nominal" if name in frame.codes or series.dtype == object else "scale"
        for name, series in frame.columns.items()
    }
    whole = [name for name, series in frame.columns.items() if pd.api.types.is_integer_dtype(series.dtype)]
    try:
        pyreadstat.write_sav(
            pd.DataFrame({**frame.columns, **days}),
            file.name,
            file_label=label_of(sheet.row, lambda label: len(label.encode()) <= OF_FILE_BYTES),
            column_labels={**frame.labels},
            variable_value_labels=frame.codes,
            variable_measure=measures,
            variable_format={name: "F12.0" for name in whole if name not in frame.codes},
            row_compress=True,
        )
    except pyreadstat.ReadstatError as error:
        raise OSError(errno.EIO, f"{error} (is the disk full?)") from None
    return account
