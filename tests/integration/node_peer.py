"""A WebSocket peer made with ws, the library of Node.js (node_peer.js)."""

import json
import os
import pathlib
import subprocess

from laminar_process import Output


def library():
    """Where scripts/setup puts it."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return pathlib.Path(cache, "laminar", "ws-8.18.0")


class NodePeer:
    """A server ("server") or a client ("client", with url). Its events are dictionaries with the key event."""

    def __init__(self, role, **options):
        script = pathlib.Path(__file__).with_name("node_peer.js")
        self.process = subprocess.Popen(["node", script, library(), role, json.dumps(options)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._events = Output(self.process.stdout)
        self._complaints = Output(self.process.stderr)
        if role == "server":
            self.port = self.wait_for("listening")["port"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()  # It ends with its orders.
        self.process.wait()
        self._events.join()
        self._complaints.join()

    def order(self, name, **arguments):
        self.process.stdin.write(json.dumps({"order": name, **arguments}).encode() + b"\n")
        self.process.stdin.flush()

    def send(self, data, **how):
        self.order("send", data=data, **how)

    def events(self, name):
        return [event for event in map(json.loads, self._events.lines) if event["event"] == name]

    def wait_for(self, name, count=1):
        """The count-th event of a name."""
        left = count

        def matches(line):
            nonlocal left
            if json.loads(line)["event"] == name:
                left -= 1
            return left == 0

        try:
            return json.loads(self._events.wait_for(matches, f"event {name} number {count}"))
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self._complaints.text}") from None

    def wait_for_messages(self, count):
        self.wait_for("message", count)
        return [event["data"] for event in self.events("message")[:count]]
