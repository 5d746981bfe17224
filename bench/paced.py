#!/usr/bin/env python3
"""What everyday rates cost: processor time of `laminar run` and latency of its rows, over a WebSocket feed at a pace.

    bench/paced.py [--laminar build/release/cli/laminar] [--rates 1000 10000] [--seconds 5] [--rounds 3]
                   [--set "SET max_latency = INTERVAL '0 ms'"] [--kinds filter count updating relay] [--pipelines 1 3]

One process serves the feed, one is laminar, whose processor time is that of its process alone, from the first message on.
Latency is from the sending of a message to the reading of its row (of a window that closes: of the message that closes it,
which is the next one, so that it says little; of an updating aggregate: of the newest message in the row). The rows of
relay leave over a second WebSocket, those of the others are printed. At the end comes a line of JSON for scripts/bench.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

KINDS = {
    "filter": "SELECT sent::BIGINT AS sent, symbol FROM feed WHERE price::DOUBLE >= 0",
    "count": "SELECT MAX(sent::BIGINT) AS sent, symbol, COUNT(*) AS n FROM feed WHERE price::DOUBLE >= 0 "
             "GROUP BY symbol, TUMBLE(at::TIMESTAMP, INTERVAL '1 second')",
    "updating": "SELECT MAX(sent::BIGINT) AS sent, symbol, COUNT(*) AS n FROM feed GROUP BY symbol",
    "relay": "INSERT INTO relayed SELECT sent::BIGINT, symbol, price::DOUBLE FROM feed WHERE price::DOUBLE >= 0",
}
# Percent of a core for the first pipeline, by messages/s.
LIMITS = {1000: {"filter": 2, "count": 2, "updating": 4}, 10000: {"filter": 6, "count": 6, "updating": 10}}
IDLE_LIMIT = 0.1


def accept_websocket(listener):
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = b""
    while b"\r\n\r\n" not in request: request += connection.recv(4096)
    for line in request.split(b"\r\n"):
        if line.lower().startswith(b"sec-websocket-key:"): key = line.split(b":", 1)[1].strip()
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    return connection


def serve(listener, rate, seconds, ready):
    """In a process of its own, so that its time is nobody else's."""
    connection = accept_websocket(listener)
    time.sleep(1)
    os.write(ready, b"x")
    # At most a thousand times a second: whoever sends more sends them together.
    together = max(1, rate // 1000)
    start = time.monotonic()
    if rate == 0: time.sleep(seconds)
    for number in range(0, int(rate * seconds), together):
        due = start + number / rate
        now = time.monotonic()
        if due > now: time.sleep(due - now)
        frames = b""
        for each in range(number, number + together):
            at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1767225600 + each / rate))
            payload = json.dumps({"sent": time.monotonic_ns(), "symbol": f"SYM{each % 100:02}", "price": 10 + each % 90,
                                  "volume": 100 + each % 900, "at": f"{at}.{int(each / rate * 1e6) % 1000000:06}Z"}).encode()
            frames += (struct.pack("!BB", 0x81, len(payload)) if len(payload) < 126
                       else struct.pack("!BBH", 0x81, 126, len(payload))) + payload
        try:
            connection.sendall(frames)
        except OSError:
            return
    time.sleep(1)


def processor_seconds(pid):
    """Of all its threads; those that have ended are not among them."""
    return sum(int(path.read_text().split()[0]) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def read_frames(read):
    """The payloads of masked frames of less than 64 KiB, those together that came together."""
    buffer = b""
    while chunk := read():
        buffer += chunk
        payloads = []
        while len(buffer) >= 4:
            length, head = buffer[1] & 0x7F, 2
            if length == 126: length, head = struct.unpack_from("!H", buffer, 2)[0], 4
            end = head + 4 + length
            if len(buffer) < end: break
            mask = (buffer[head:head + 4] * (length // 4 + 1))[:length]
            data = int.from_bytes(buffer[head + 4:end], "big") ^ int.from_bytes(mask, "big")
            payloads.append(data.to_bytes(length, "big"))
            buffer = buffer[end:]
        if payloads: yield b"".join(payloads)


def read_rows(read, latencies):
    """Until there are no more: of each row with the time of its message, how old it is."""
    rest = b""
    while chunk := read():
        now = time.monotonic_ns()
        parts = (rest + chunk).split(b'"sent":')
        for part in parts[1:-1]: latencies.append((now - int(part.split(b",")[0])) / 1e6)
        rest = b'"sent":' + parts[-1] if len(parts) > 1 else parts[-1]
        if len(parts) > 1 and b"," in parts[-1]:
            latencies.append((now - int(parts[-1].split(b",")[0])) / 1e6)
            rest = b""


def measure(options, kind, rate, pipelines):
    """Percent of a core, and p50 and p99 of the latency in ms. kind: idle is a filter to which nothing comes."""
    listener = socket.create_server(("127.0.0.1", 0))
    sink = socket.create_server(("127.0.0.1", 0))
    ready, write_ready = os.pipe()
    child = os.fork()
    if child == 0:
        serve(listener, 0 if kind == "idle" else rate, options.seconds, write_ready)
        os._exit(0)
    endpoint = lambda server: f"endpoint = 'ws://127.0.0.1:{server.getsockname()[1]}/'"
    script = (options.set + ";\n" if options.set else "") + (
        f"CREATE CONNECTION feed TO websocket (mode = 'client', {endpoint(listener)}, format = 'json');\n")
    if kind == "relay":
        script += (f"CREATE CONNECTION out TO websocket (mode = 'client', {endpoint(sink)}, format = 'json');\n"
                   "CREATE TABLE relayed (sent BIGINT, symbol TEXT, price DOUBLE) WITH (connector = 'out');\n")
    query = KINDS["filter" if kind == "idle" else kind]
    for number in range(pipelines): script += f"CREATE PIPELINE p{number} AS {query};\n"
    latencies = []
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        program = subprocess.Popen([options.laminar, "run", "--format", "json", file.name], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)

        def read():
            if kind != "relay": return read_rows(lambda: os.read(program.stdout.fileno(), 1 << 20), latencies)
            connection = accept_websocket(sink)
            payloads = read_frames(lambda: connection.recv(1 << 20))
            read_rows(lambda: next(payloads, b""), latencies)

        reader = threading.Thread(target=read)
        reader.start()
        os.read(ready, 1)
        before = processor_seconds(program.pid)
        began = time.monotonic()
        time.sleep(options.seconds)
        used = (processor_seconds(program.pid) - before) / (time.monotonic() - began)
        os.waitpid(child, 0)
        program.terminate()
        program.wait()
        reader.join()
    program.stdout.close()
    for descriptor in (ready, write_ready): os.close(descriptor)
    for server in (listener, sink): server.close()
    latencies.sort()
    at = lambda share: latencies[int(len(latencies) * share)] if latencies else float("nan")
    return used * 100, at(0.5), at(0.99)


def spread(name, unit, values):
    return {"name": name, "unit": unit, "rounds": len(values), "median": statistics.median(values), "min": min(values),
            "max": max(values)}


class Report:
    """As bench/report.h prints it."""

    def __init__(self, bench, subject):
        self.line = {"bench": bench, "subject": subject, "figures": [], "targets": []}

    def add(self, name, unit, values):
        self.line["figures"].append(spread(name, unit, values))

    def add_target(self, target, limit, unit, values):
        figure = spread(target, unit, values)
        self.line["targets"].append({"target": figure.pop("name"), "met": figure["median"] <= limit} | figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--laminar", default="build/release/cli/laminar")
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--set", default="")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--pipelines", type=int, nargs="+", default=[1, 3])
    options = parser.parse_args()
    report = Report("paced", f"a feed of 130-byte messages over a WebSocket at a pace, for {options.seconds:g} s each: processor time of "
                    "laminar run, and latency of its rows")
    print("| messages/s | pipelines | kind | % of a core | us a message | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|")
    idle = [measure(options, "idle", 0, 1)[0] for _ in range(options.rounds)]
    print(f"| 0 | 1 | idle | {statistics.median(idle):.2f} | | | |", flush=True)
    report.add_target(f"idle: at most {IDLE_LIMIT} % of a core", IDLE_LIMIT, "%", idle)
    for rate in options.rates:
        shares = {}
        for pipelines in options.pipelines:
            for kind in options.kinds:
                rounds = [measure(options, kind, rate, pipelines) for _ in range(options.rounds)]
                of_core, p50, p99 = zip(*rounds)
                shares[kind, pipelines] = of_core
                share = statistics.median(of_core)
                print(f"| {rate} | {pipelines} | {kind} | {share:.1f} | {share * 1e4 / rate:.1f} | "
                      f"{statistics.median(p50):.2f} | {statistics.median(p99):.2f} |", flush=True)
                name = f"{rate} messages/s, {pipelines} pipeline{'s' if pipelines > 1 else ''}, {kind}"
                report.add(f"{name}: processor", "% of a core", of_core)
                report.add(f"{name}: latency, p50", "ms", p50)
                report.add(f"{name}: latency, p99", "ms", p99)
        for kind, limit in LIMITS.get(rate, {}).items():
            if (kind, 1) not in shares: continue
            report.add_target(f"{kind} at {rate} messages/s: at most {limit} % of a core", limit, "%", shares[kind, 1])
            most = max(options.pipelines)
            if most == 1: continue
            further = [(several - one) / (most - 1) for several, one in zip(shares[kind, most], shares[kind, 1])]
            half = statistics.median(shares[kind, 1]) / 2
            report.add_target(f"{kind} at {rate} messages/s: a further pipeline at most half of the first", half, "%", further)
    print(json.dumps(report.line))


if __name__ == "__main__":
    sys.exit(main())
