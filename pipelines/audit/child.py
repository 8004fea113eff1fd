"""The process in which tables are audited: ``python -m pipelines.audit.child DESCRIPTOR``.

It imports Great Expectations at once, and then answers one request after the other over a socket: to ``(folder, tables,
inputs)`` with what :func:`pipelines.audit.audit.audit` says, or with None where that raises.
"""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection

from pipelines.collecting import as_usual, seldom
from transforms.imports import deferred


def serve(connection: Connection) -> None:
    """Answer until the other side hangs up."""
    from pipelines.audit.audit import audit

    while True:
        try:
            folder, tables, inputs = connection.recv()
        except EOFError:
            return
        try:
            answer = audit(folder, tables, inputs=inputs)
        except Exception:  # the other side asks again by itself, and hears what is wrong
            answer = None
        try:
            connection.send(answer)
        except OSError:  # it is gone
            return


def main(arguments: list[str]) -> int:
    """The process."""
    for number in (signal.SIGINT, signal.SIGTERM):  # it ends with the other side, which is told, too
        signal.signal(number, signal.SIG_IGN)
    seldom()
    with deferred("altair", "scipy.stats"):  # it plots, and fits distributions
        import great_expectations.expectations  # noqa: F401
    as_usual()

    serve(Connection(int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
