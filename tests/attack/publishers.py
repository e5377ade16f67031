"""Processes of the publishing attack: `publish` starts one load after another, `read` reads until it is told to stop.

python tests/attack/publishers.py publish ROOT     each line of input: FAIL_POINT:kill, plain, wait, or after SECONDS
python tests/attack/publishers.py read ROOT        threads that read; prints what they saw when its input ends
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from config.errors import FixableError
from etl.publish import publish
from etl.snapshot import SnapshotStore
from tests.snapshots import ROWS, fill

THREADS = 2


def publish_on_request(root: Path) -> None:
    """Each load in a process of its own, forked from this one that never opened a database: cheap to kill."""
    print("ready", flush=True)
    for line in sys.stdin:
        how, _, argument = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            _load(root, how)
        if how == "wait":  # stops in the middle of its work until it is killed
            print(child, flush=True)
            continue
        if how == "after":
            time.sleep(float(argument))
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _load(root: Path, how: str) -> None:
    def stay(point: str) -> None:
        if point == "filled":
            (root / "filled").touch()
            time.sleep(600)

    if how.endswith(":kill"):
        os.environ["BUURTBEELD_FAIL_POINT"] = how
    try:
        publish(root, fill, manifest={}, fail_point=stay if how == "wait" else None)
    except FixableError as error:
        os._exit(error.exit_code)
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(70)
    os._exit(0)


def read_until_told(root: Path) -> None:
    """Three questions inside one pinned snapshot: their answers must be of one load, and no load before the last."""
    store = SnapshotStore(root)
    seen: Counter[str] = Counter()
    loads: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        last = 0
        while not stop.is_set():
            try:
                with store.pinned() as snapshot:
                    number = int(snapshot.load_id)
                    answers = [
                        snapshot.query("SELECT min(load) AS n FROM figure")["n"].tolist(),
                        snapshot.query("SELECT sum(load) / count(*) AS n FROM figure")["n"].tolist(),
                        snapshot.query("SELECT max(load) + count(*) - ? AS n FROM figure", [ROWS])["n"].tolist(),
                    ]
                    seen["fallback"] += snapshot.notice is not None
            except Exception as error:
                seen[f"failed {error!r}"] += 1
                continue
            seen["reads"] += 1
            seen["torn"] += answers != [[number]] * 3
            seen["backward"] += number < last
            last = number
            loads.add(snapshot.load_id)
            time.sleep(0.01)

    threads = [threading.Thread(target=read) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"seen": dict(seen), "loads": sorted(loads)}), flush=True)


if __name__ == "__main__":
    {"publish": publish_on_request, "read": read_until_told}[sys.argv[1]](Path(sys.argv[2]))
