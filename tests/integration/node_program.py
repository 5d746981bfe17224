"""Programs of Node.js that tests talk to: told what to do by lines of JSON, they tell what happens in such lines."""

import json
import os
import pathlib
import subprocess

from laminar_process import Output


def node_modules():
    """Where scripts/setup puts what tests/integration/node names."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return pathlib.Path(cache, "laminar", "node-clients", "node_modules")


class NodeProgram:
    """A program beside this file. Its events are dictionaries with the key event."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(["node", pathlib.Path(__file__).with_name(script), *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(node_modules())})
        self._events = Output(self.process.stdout)
        self._complaints = Output(self.process.stderr)

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
