"""What the process of an audit answers."""

from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path
from threading import Thread

from pipelines.audit.check import Audit
from pipelines.audit.child import serve
from tests.pipelines.audit.test_auditor import TABLES, filled


def test_it_answers_until_the_other_side_hangs_up(tmp_path: Path) -> None:
    ours, theirs = Pipe()
    child = Thread(target=serve, args=(theirs,))
    child.start()
    ours.send((filled(tmp_path), TABLES, 4))
    answer = ours.recv()
    assert isinstance(answer, Audit)
    assert answer.success
    (path,) = (tmp_path / "files").glob("*.parquet")
    path.write_bytes(b"PAR1" + path.read_bytes()[:-4])
    ours.send((tmp_path, TABLES, "no number"))
    assert ours.recv() is None
    ours.close()
    child.join(10)
    assert not child.is_alive()
