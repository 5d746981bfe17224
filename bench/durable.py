#!/usr/bin/env python3
"""What --data-dir costs: the rate of rows with and without, in the same rounds, and how long a start takes over what is kept.

bench/durable.py --laminar build/release/cli/laminar [--rows 400000] [--retained 1000000] [--groups 100000]"""

import argparse
import pathlib
import shutil
import subprocess
import tempfile
import time

QUERIES = {
    "copied": ("n BIGINT", "SELECT counter FROM counted WHERE counter % 10 = 0"),
    "windows": ("w TIMESTAMP, n BIGINT", "SELECT TUMBLE_START(timestamp, INTERVAL '1 second'), COUNT(*) FROM counted GROUP BY TUMBLE(timestamp, INTERVAL '1 second')"),
    "totals": ("k BIGINT PRIMARY KEY, n BIGINT, s BIGINT", "SELECT counter % 100, COUNT(*), SUM(counter) FROM counted GROUP BY 1"),
}


def run(laminar, script, *arguments):
    begin = time.monotonic()
    subprocess.run([laminar, "run", "-q", *arguments, "-e", script], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def script_of(rows, name, retention=0):
    columns, query = QUERIES[name]
    return f"""CREATE CONNECTION numbers TO generator (max_rows = {rows});
               CREATE TABLE counted (counter BIGINT, timestamp TIMESTAMP) WITH (connector = 'numbers', retention_rows = {retention});
               CREATE TABLE {name} ({columns}); CREATE PIPELINE p AS INSERT INTO {name} {query};"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--laminar", required=True)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--retained", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="laminar-durable-"))
    try:
        print("| query | rows/s in memory | rows/s with --data-dir | ratio |\n|---|---|---|---|")
        for name in QUERIES:
            best = {"memory": 1e9, "kept": 1e9}
            for number in range(options.rounds):
                best["memory"] = min(best["memory"], run(options.laminar, script_of(options.rows, name)))
                best["kept"] = min(best["kept"], run(options.laminar, script_of(options.rows, name), "--data-dir", folder / f"{name}{number}"))
            rates = [options.rows / best[kind] for kind in ("memory", "kept")]
            print(f"| {name} | {rates[0]:,.0f} | {rates[1]:,.0f} | {rates[1] / rates[0]:.2f} |", flush=True)
        empty = run(options.laminar, "SELECT 1", "--once")
        QUERIES["totals"] = (QUERIES["totals"][0], QUERIES["totals"][1].replace("% 100", f"% {options.groups}"))
        large = folder / "large"
        run(options.laminar, script_of(options.retained, "totals", options.retained), "--data-dir", large)
        starts = [run(options.laminar, "SELECT 1", "--once", "--data-dir", large) for _ in range(options.rounds)]
        size = sum(path.stat().st_size for path in large.rglob("*") if path.is_file())
        print(f"\nA start over {options.retained:,} retained rows and {options.groups:,} groups ({size / 1e6:.0f} MB): "
              f"{min(starts):.2f} s, of which {empty:.2f} s are those of a start without anything.")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
