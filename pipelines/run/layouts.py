"""What a user is told of datasets in others' layouts: what each is, and a command that leads to its recordings."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

from pipelines.console.numbers import counted
from transforms.beside.layout import Kind, Layout, suffix_of
from transforms.discover import uri_of

_RUN = "earwitness run $({}) --out OUT"
_RUN_BLANKS = "{} | tr '\\n' '\\0' | xargs -0 earwitness run --out OUT"
"""Of paths with blanks."""
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
            yield f"{uri_of(path)} is {kind}{more}: {_advice(path, layout, taken, _beside(paths))}"


def _beside(paths: Sequence[str]) -> bool:
    """Whether several of these lie in the folder of the first."""
    return [os.path.dirname(path) for path in paths].count(os.path.dirname(paths[0])) > 1


def _advice(path: str, layout: Layout, taken: Collection[str], several: bool) -> str:
    match layout.kind:
        case Kind.WEBDATASET if several:
            each = f"{shlex.quote(os.path.join(os.path.dirname(path), ''))}*{suffix_of(path)}"
            each = each.removeprefix("''")
            return f'unpack them: mkdir {_FOLDER} && for tar in {each}; do tar -xkf "$tar" -C {_FOLDER}; done'
        case Kind.WEBDATASET:
            return f"unpack it: mkdir {_FOLDER} && tar -xf {shlex.quote(path)} -C {_FOLDER}"
        case Kind.PARQUET | Kind.ARROW:
            return f"write its audio out: mkdir {_FOLDER} && {_python(_writing(path, layout, several))}"
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
    run = (_RUN_BLANKS if len(first.split()) > 1 else _RUN).format(command)
    return f"its recordings are read where they lie{there}: {run}{columns}"


def _printing(path: str, layout: Layout, folder: str) -> str:
    """A command that prints the paths of a list."""
    assert layout.first is not None
    if layout.kind is Kind.KALDI:
        within = os.path.join(folder, "") if folder else ""
        if len(layout.first.split()) > 1 or "'" in within or '"' in within:
            return f"sed -E {shlex.quote(f's|^[^[:space:]]+[[:space:]]+|{within}|')} {shlex.quote(path)}"
        print_ = f'print "{within}" $2' if within else "print $2"
        return f"awk '{{{print_}}}' {shlex.quote(path)}"
    opened = f"gzip.open({path!r})" if path.lower().endswith(".gz") else f"open({path!r})"
    value, rest = f"json.loads(line)[{layout.key!r}]", ""
    if layout.kind is Kind.LHOTSE:
        value = "s['source']"
        rest = " for r in [json.loads(line)] for s in r.get('recording', r)['sources'] if s['type'] == 'file'"
    value = f"os.path.join({folder!r}, {value})" if folder else value
    return _python(f"import gzip, json, os; [print({value}) for line in {opened}{rest}]")


def _sheet(path: str) -> str:
    return f"import duckdb; duckdb.read_json({path!r}, format='newline_delimited').write_csv('metadata.csv')"


def _writing(path: str, layout: Layout, several: bool) -> str:
    """Numbers stand before the names: datasets have several files of one name."""
    files = repr(path)
    if several:
        files = f"*sorted(glob.glob({os.path.join(glob.escape(os.path.dirname(path)), f'*{suffix_of(path)}')!r}))"
    name = "str(n) + '-' + os.path.basename(a['path'] or '')" if "path" in layout.parts else "str(n)"
    content, there = ("a['bytes']", "a and a['bytes']") if layout.parts else ("a", "a")
    if layout.kind is Kind.PARQUET:
        imported, batches = "pyarrow.parquet as pq", "pq.ParquetFile(f).iter_batches(16)"
    else:
        imported, batches = "pyarrow as pa", "pa.ipc.open_stream(f)"
    rows = f"enumerate(a for f in [{files}] for b in {batches} for a in b[{layout.key!r}].to_pylist())"
    write = f"open(os.path.join({_FOLDER!r}, {name}), 'wb').write({content})"
    return f"import glob, os, {imported}; [{write} for n, a in {rows} if {there}]"


def _python(code: str) -> str:
    quoted = shlex.quote(code) if any(sign in code for sign in _OF_SHELLS) else f'"{code}"'
    return f"python -c {quoted}"
