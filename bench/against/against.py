#!/usr/bin/env python3
"""Laminar beside what one writes by hand for the same work: a filter and a tumbling count by symbol and ten seconds of event
time, at full speed over a WebSocket on loopback. Each program is a process of its own; its processor time is all that it took,
its start included; what it counted is compared with the others'.

    bench/against/against.py [--build build/release] [--messages 2000000] [--rounds 3] [--only NAME ...]

Programs that cannot be had here are left out, which is said: those in C++ want libsimdjson-dev (when the benches are configured),
Go's golang-go and golang-github-gorilla-websocket-dev, Node's the ws that scripts/setup installs. At the end comes a line of JSON for scripts/bench.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
GO_PACKAGES = pathlib.Path("/usr/share/gocode")
COLUMNS = ("event_id TEXT, event_type TEXT, symbol TEXT, price DOUBLE, volume BIGINT, timestamp TIMESTAMP, data JSON")
TIME = {"connection": "timestamp::TIMESTAMP", "table": "timestamp"}
PRICE = {"connection": "price::DOUBLE", "table": "price"}


def script(port, source, options=""):
    """Like the others it closes no window before the end: that is what --drain does then."""
    table = f"CREATE TABLE events ({COLUMNS}) WITH (connector = 'feed', retention_rows = 0);" if source == "table" else ""
    return f"""
        CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{port}/', format = 'json'{options});
        {table}
        CREATE PIPELINE counting AS
            SELECT symbol, COUNT(*) AS n FROM {'feed' if source == 'connection' else 'events'} WHERE {PRICE[source]} > 10
            GROUP BY symbol, TUMBLE({TIME[source]}, INTERVAL '10 seconds');
    """


def laminar(build, source, options=""):
    def command(port, messages):
        return [str(build / "cli/laminar"), "run", "-e", script(port, source, options), "--until-idle", "500ms", "--drain",
                "--format", "json", "--quiet"]
    return command


def summary_of(output):
    """What all programs print; Laminar prints the rows themselves."""
    lines = output.splitlines()
    if len(lines) == 1: return lines[0]
    rows = [json.loads(line) for line in lines]
    return f"{sum(row['n'] for row in rows)} messages in {len(rows)} groups"


def go_program(directory):
    if shutil.which("go") is None or not (GO_PACKAGES / "src/github.com/gorilla/websocket").is_dir(): return None
    program = directory / "gorilla"
    subprocess.run(["go", "build", "-o", str(program), str(HERE / "gorilla.go")], check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOCACHE": str(directory / "cache")})
    return program


def contestants(build, directory):
    programs = {}
    for name, file in (("by hand: raw frames, simdjson (C++)", "raw_frames"),
                       ("by hand: Beast async_read, simdjson (C++)", "beast_simdjson")):
        program = build / "bench" / file
        if program.exists():
            programs[name] = lambda port, messages, program=program: [str(program), port, messages]
        else:
            print(f"against: {file} has not been built, for want of simdjson: left out", file=sys.stderr)
    programs |= {
        "Laminar, pipeline on the connection, buffer_size = 100000": laminar(build, "connection", ", buffer_size = 100000"),
        "Laminar, pipeline on the connection": laminar(build, "connection"),
        "Laminar, table that keeps nothing": laminar(build, "table"),
    }
    gorilla = go_program(directory)
    if gorilla is not None:
        programs["by hand: gorilla, encoding/json (Go)"] = lambda port, messages: [str(gorilla), port, messages]
    else:
        print("against: no Go here, or no gorilla/websocket: left out", file=sys.stderr)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "laminar"
    ws = sorted(cache.glob("ws-*"))
    if shutil.which("node") and ws:
        programs["by hand: ws, JSON.parse (Node.js)"] = (
            lambda port, messages: ["node", str(HERE / "node_ws.js"), str(ws[-1]), port, messages])
    else:
        print("against: no Node.js here, or no ws: left out", file=sys.stderr)
    return programs


def measure(build, command, messages):
    """Messages a second, microseconds of processor time a message, and what was counted."""
    with subprocess.Popen([build / "bench/serve_feed", "--messages", str(messages)], stdout=subprocess.PIPE, text=True) as feed:
        port = re.search(r":(\d+)/", feed.stdout.readline()).group(1)
        with tempfile.TemporaryFile("w+") as output:
            program = subprocess.Popen(command(port, str(messages)), stdout=output)
            _, status, usage = os.wait4(program.pid, 0)
            program.returncode = os.waitstatus_to_exitcode(status)
            if program.returncode != 0: sys.exit(f"against: {program.args} ended with {program.returncode}")
            output.seek(0)
            counted = summary_of(output.read())
        rate = float(re.search(r": (\d+) messages/s", feed.stdout.read()).group(1))
    return rate, (usage.ru_utime + usage.ru_stime) / messages * 1e6, counted


def spread(name, unit, values):
    return {"name": name, "unit": unit, "rounds": len(values), "median": statistics.median(values), "min": min(values),
            "max": max(values)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=PROJECT / "build/release")
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="programs whose name has one of these in it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        programs = contestants(arguments.build.resolve(), pathlib.Path(directory))
        if arguments.only: programs = {name: command for name, command in programs.items()
                                       if any(part in name for part in arguments.only)}
        rates = {name: [] for name in programs}
        costs = {name: [] for name in programs}
        counted = {}
        for _ in range(arguments.rounds):
            for name, command in programs.items():
                rate, cost, summary = measure(arguments.build.resolve(), command, arguments.messages)
                rates[name].append(rate)
                costs[name].append(cost)
                counted[name] = summary
    if len(set(counted.values())) > 1: sys.exit(f"against: they do not count the same: {counted}")
    figures = []
    for name in programs:
        figures += [spread(name, "messages/s", rates[name]), spread(name + ", processor time", "us/message", costs[name])]
        print(f"{name:60} {statistics.median(rates[name]):12,.0f} messages/s {statistics.median(costs[name]):8.2f} us a message")
    by_setting = {name: rates[name] for name in programs if name.startswith("Laminar")}
    default = by_setting.get("Laminar, pipeline on the connection")
    targets = []
    if default:
        best = [max(each) for each in zip(*by_setting.values())]
        shares = [mine / top for mine, top in zip(default, best)]
        targets.append({"target": "against: default settings reach 95 % of the best figure", "unit": "x", "rounds": len(shares),
                        "met": statistics.median(shares) >= 0.95, **bounds(shares)})
        cost = costs["Laminar, pipeline on the connection"]
        targets.append({"target": "against: at most 0.65 us of processor time a message", "unit": "us", "rounds": len(cost),
                        "met": statistics.median(cost) <= 0.65, **bounds(cost)})
    subject = (f"the same work by hand and by Laminar, {arguments.messages:,} messages of 174 bytes a round; "
               f"all counted {next(iter(counted.values()))}")
    print(json.dumps({"bench": "against", "subject": subject, "figures": figures, "targets": targets}))


def bounds(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


main()
