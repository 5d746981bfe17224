#!/usr/bin/env python3
"""What clients of a running catalog cost its pipelines: latency of rows of a feed at a pace, alone and while clients aggregate
over a table that retains a million rows.

    bench/serve_load.py [--laminar build/release/cli/laminar] [--rate 10000] [--clients 10] [--rows 1000000] [--seconds 5] [--rounds 5]

One process serves the feed, one is `laminar serve`, ten are the clients. Rounds are one after the other, with clients and
without in each: what counts is the ratio of their 99th percentiles. At the end comes a line of JSON for scripts/bench."""

import argparse
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from paced import Report, serve

# The clients together must not cost the pipelines more than this.
LIMIT = 1.2

SCRIPT = """
CREATE CONNECTION past TO generator (rows_per_second = 10000000, max_rows = {rows});
CREATE TABLE history (counter BIGINT) WITH (connector = 'past', retention_rows = NULL, retention = NULL);
WAIT FOR history COUNT {rows};
CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{port}/', format = 'json');
CREATE PIPELINE filtered AS SELECT sent::BIGINT AS sent, symbol FROM feed WHERE price::DOUBLE >= 0;
"""

QUERIES = ("SELECT counter % 100 AS k, count(*) AS n, avg(counter) AS a FROM history GROUP BY k ORDER BY k",
           "SELECT count(DISTINCT counter % 1000) FROM history", "SELECT sum(counter), min(counter), max(counter) FROM history WHERE counter % 7 = 3")


def ask(port, number, works, asked):
    """A client, in a process of its own: asks as long as the event is set."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while True:
        if not works.wait(timeout=600): return
        connection.request("POST", "/api/v1/query", QUERIES[number % len(QUERIES)], {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200: sys.exit(f"serve_load: a query was answered with {answer.status}")
        with asked.get_lock(): asked.value += 1


class Latencies:
    """Of the rows that laminar prints, as they come."""

    def __init__(self, stream):
        self.rows = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            now = time.monotonic_ns()
            found = re.search(rb'"sent": ?(\d+)', line)
            if found: self.rows.append((now, now - int(found.group(1))))

    def between(self, begin, end):
        """In milliseconds, of the rows that came then."""
        return sorted(latency / 1e6 for at, latency in self.rows if begin <= at < end)


def percentile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--laminar", default="build/release/cli/laminar")
    parser.add_argument("--rate", type=int, default=10000)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    begins, ready = os.pipe()
    length = options.rounds * 2 * (options.seconds + 2) + 10
    feed = multiprocessing.Process(target=serve, args=(listener, options.rate, length, ready))
    feed.start()
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "load.sql")
        script.write_text(SCRIPT.format(rows=options.rows, port=listener.getsockname()[1]))
        laminar = subprocess.Popen([options.laminar, "serve", script, "--http", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        port = None
        while port is None:
            line = laminar.stderr.readline().decode()
            if not line: sys.exit("serve_load: laminar has ended")
            found = re.search(r"http: listening on http://\S+:(\d+)/", line)
            if found: port = int(found.group(1))
        threading.Thread(target=laminar.stderr.read, daemon=True).start()
        latencies = Latencies(laminar.stdout)
        os.read(begins, 1)
        works, asked = multiprocessing.Event(), multiprocessing.Value("q", 0)
        clients = [multiprocessing.Process(target=ask, args=(port, number, works, asked), daemon=True) for number in range(options.clients)]
        for client in clients: client.start()
        alone, loaded, queries = [], [], []
        for number in range(options.rounds):
            for is_loaded in (False, True) if number % 2 == 0 else (True, False):
                works.set() if is_loaded else works.clear()
                time.sleep(2)
                begin, before = time.monotonic_ns(), asked.value
                time.sleep(options.seconds)
                rows = latencies.between(begin, time.monotonic_ns())
                if len(rows) < options.rate * options.seconds / 2: sys.exit(f"serve_load: only {len(rows)} rows came")
                (loaded if is_loaded else alone).append(rows)
                if is_loaded: queries.append((asked.value - before) / options.seconds)
        for client in clients: client.terminate()
        laminar.terminate()
        laminar.wait()
        feed.terminate()
    report = Report("serve_load", f"a feed of {options.rate} messages/s through a pipeline of laminar serve, for {options.seconds:g} s alone and with "
                    f"{options.clients} clients that aggregate over {options.rows} rows that a table retains")
    report.add("queries of clients", "1/s", queries)
    for name, runs in (("alone", alone), ("with clients", loaded)):
        for part in (50, 99): report.add(f"latency {name}, p{part}", "ms", [percentile(rows, part / 100) for rows in runs])
    ratios = [percentile(b, 0.99) / percentile(a, 0.99) for a, b in zip(alone, loaded)]
    report.add("p99 with clients by that without", "", ratios)
    report.add_target(f"{options.clients} clients that aggregate over {options.rows} rows: p99 of pipelines grows by at most 20 %", LIMIT, "", ratios)
    for figure in report.line["figures"]: print(f"{figure['name']}: {figure['median']:.2f} {figure['unit']} ({figure['min']:.2f} to {figure['max']:.2f})")
    print(json.dumps(report.line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
