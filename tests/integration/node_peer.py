"""A WebSocket peer made with ws, the library of Node.js (node_peer.js)."""

import json
import os
import pathlib

from node_program import NodeProgram


def library():
    """Where scripts/setup puts it."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return pathlib.Path(cache, "laminar", "ws-8.18.0")


class NodePeer(NodeProgram):
    """A server ("server") or a client ("client", with url)."""

    def __init__(self, role, **options):
        super().__init__("node_peer.js", library(), role, json.dumps(options))
        if role == "server":
            self.port = self.wait_for("listening")["port"]

    def send(self, data, **how):
        self.order("send", data=data, **how)

    def wait_for_messages(self, count):
        self.wait_for("message", count)
        return [event["data"] for event in self.events("message")[:count]]
