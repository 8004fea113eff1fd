"""What a user is told of datasets in others' layouts: what each is, and a command that leads to its recordings."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterator, Mapping

from pipelines.console.numbers import counted
from transforms.beside.layout import Kind, Layout
from transforms.discover import uri_of

_RUN = "earwitness run $({}) --out OUT"
_FOLDER = "recordings"
"""Where the commands put what they write."""
_OF_SHELLS = '"$`!\\'
"""What a shell would read within double quotes."""


def notes_on_layouts(files: Mapping[str, Layout], taken: Collection[str]) -> Iterator[str]:
    """A line for each layout, with a command for the first of its files.

    Args:
        files: what each is, by its path.
        taken: paths that are read anyway.
    """
    for kind in Kind:
        paths = sorted(path for path, layout in files.items() if layout.kind is kind)
        if paths:
            layout, path = files[paths[0]], os.path.relpath(paths[0])
            path = paths[0] if path.startswith("..") else path
            more = f" ({counted(len(paths) - 1, 'more like it', 'more like it')})" if paths[1:] else ""
            yield f"{uri_of(path)} is {kind}{more}: {_advice(path, layout, taken)}"


def _advice(path: str, layout: Layout, taken: Collection[str]) -> str:
    match layout.kind:
        case Kind.WEBDATASET:
            return f"unpack it: mkdir {_FOLDER} && tar -xf {shlex.quote(path)} -C {_FOLDER}"
        case Kind.PARQUET | Kind.ARROW:
            return f"write its audio out: mkdir {_FOLDER} && {_python(_writing(path, layout))}"
        case Kind.COMMANDS:
            loop = f'do eval "${{command%|}}" </dev/null >"{_FOLDER}/$id.wav"; done <{shlex.quote(path)}'
            return f"look at the commands, then let them write: mkdir {_FOLDER} && while read -r id command; {loop}"
    return _of_list(path, layout, taken)


def _of_list(path: str, layout: Layout, taken: Collection[str]) -> str:
    if layout.first is None:
        return "its audio lies in no file: write it out with lhotse"
    if "://" in layout.first:
        return f"its recordings lie elsewhere ({layout.first}): download them, and name their folder"
    folder = os.path.dirname(path)
    beside = os.path.join(folder, layout.first)
    is_beside = not os.path.isabs(layout.first) and os.path.exists(beside)
    first = beside if is_beside else layout.first
    columns = f"; for --metadata: {_python(_sheet(path))}" if layout.kind is Kind.MANIFEST else ""
    if os.path.abspath(first) in taken:
        return f"recordings that it lists are read{columns}"
    there = "" if os.path.exists(first) else f" (the first, {layout.first}, is not there)"
    command = _printing(path, layout, folder if is_beside else "")
    return f"its recordings are read where they lie{there}: {_RUN.format(command)}{columns}"


def _printing(path: str, layout: Layout, folder: str) -> str:
    """A command that prints the paths of a list."""
    if layout.kind is Kind.KALDI:
        within = f'"{os.path.join(folder, "")}" ' if folder else ""
        return f"awk '{{print {within}$2}}' {shlex.quote(path)}"
    opened = f"gzip.open({path!r})" if path.lower().endswith(".gz") else f"open({path!r})"
    of_lhotse = "for r in [json.loads(line)] for s in r.get('recording', r)['sources'] if s['type'] == 'file'"
    value, rest = (
        ("s['source']", f" {of_lhotse}") if layout.kind is Kind.LHOTSE else (f"json.loads(line)[{layout.key!r}]", "")
    )
    value = f"os.path.join({folder!r}, {value})" if folder else value
    return _python(f"import gzip, json, os; [print({value}) for line in {opened}{rest}]")


def _sheet(path: str) -> str:
    return f"import duckdb; duckdb.read_json({path!r}, format='newline_delimited').write_csv('metadata.csv')"


def _writing(path: str, layout: Layout) -> str:
    """Numbers stand before the names: datasets have several files of one name."""
    name = "str(n) + '-' + os.path.basename(a['path'] or '')" if layout.has_path else "str(n)"
    content = "a['bytes']" if layout.has_path else "a"
    if layout.kind is Kind.PARQUET:
        imported, batches = "pyarrow.parquet as pq", f"pq.ParquetFile({path!r}).iter_batches(16)"
    else:
        imported, batches = "pyarrow as pa", f"pa.ipc.open_stream({path!r})"
    rows = f"enumerate(a for b in {batches} for a in b[{layout.key!r}].to_pylist())"
    return f"import os, {imported}; [open(os.path.join({_FOLDER!r}, {name}), 'wb').write({content}) for n, a in {rows}]"


def _python(code: str) -> str:
    quoted = shlex.quote(code) if any(sign in code for sign in _OF_SHELLS) else f'"{code}"'
    return f"python -c {quoted}"
