#!/usr/bin/env python3
"""What everyday rates cost: processor time of `laminar run` and latency of its rows, over a WebSocket feed at a pace.

    bench/paced.py [--laminar build/release/cli/laminar] [--rates 1000 10000] [--seconds 5] [--rounds 3]
                   [--set "SET max_latency = INTERVAL '0 ms'"] [--kinds filter count updating] [--pipelines 1 3]

One process serves the feed, one is laminar, whose processor time is that of its process alone, from the first message on.
Latency is from the sending of a message to the reading of its row (of a window that closes: of the message that closes it,
which is the next one, so that it says little; of an updating aggregate: of the newest message in the row).
"""

import argparse
import base64
import hashlib
import json
import os
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
}


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
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(options, kind, rate, pipelines):
    listener = socket.create_server(("127.0.0.1", 0))
    ready, write_ready = os.pipe()
    child = os.fork()
    if child == 0:
        serve(listener, rate, options.seconds, write_ready)
        os._exit(0)
    script = (options.set + ";\n" if options.set else "") + (
        "CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = "
        f"'ws://127.0.0.1:{listener.getsockname()[1]}/', format = 'json');\n")
    for number in range(pipelines): script += f"CREATE PIPELINE p{number} AS {KINDS[kind]};\n"
    latencies = []

    def read(stream):
        for line in stream:
            now = time.monotonic_ns()
            sent = line.find(b'"sent":')
            if sent >= 0 and len(latencies) < 1_000_000:
                latencies.append((now - int(line[sent + 7:].split(b",")[0])) / 1e6)

    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        program = subprocess.Popen([options.laminar, "run", "--format", "json", file.name], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, bufsize=1 << 20)
        reader = threading.Thread(target=read, args=(program.stdout,))
        reader.start()
        os.read(ready, 1)
        before = processor_seconds(program.pid)
        began = time.monotonic()
        time.sleep(options.seconds)
        used = (processor_seconds(program.pid) - before) / (time.monotonic() - began)
        os.waitpid(child, 0)
        program.terminate()
        reader.join()
        program.wait()
    os.close(ready)
    os.close(write_ready)
    latencies.sort()
    at = lambda share: latencies[int(len(latencies) * share)] if latencies else float("nan")
    return used * 100, at(0.5), at(0.99)


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
    print("| messages/s | pipelines | kind | % of a core | us a message | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|")
    for rate in options.rates:
        for pipelines in options.pipelines:
            for kind in options.kinds:
                rounds = [measure(options, kind, rate, pipelines) for _ in range(options.rounds)]
                share, p50, p99 = (statistics.median(figures) for figures in zip(*rounds))
                print(f"| {rate} | {pipelines} | {kind} | {share:.1f} | {share * 1e4 / rate:.1f} | {p50:.2f} | {p99:.2f} |",
                      flush=True)


if __name__ == "__main__":
    sys.exit(main())
