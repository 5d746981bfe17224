"""A laminar that listens, with statements that the test lets run one after the other."""

import json
import urllib.parse

from laminar_process import LaminarTestCase
from websocket_peer import Client


class Served:
    """A running script whose connection inlet listens on port."""

    def __init__(self, laminar, gate_port, port):
        self.laminar = laminar
        self.port = port
        self._gate = Client(f"ws://127.0.0.1:{gate_port}/")
        self._steps = 0
        self._lines_read = len(laminar.stdout.lines)

    def url(self, path="/", scheme="ws", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}{path}"

    def step(self):
        """Lets the next statements run and returns the rows they print."""
        self.start_step()
        return self.finish_step()

    def start_step(self):
        self._steps += 1
        self._gate.send("go")

    def finish_step(self):
        marker = json.dumps({"finished_step": self._steps}, separators=(",", ":"))
        self.laminar.stdout.wait_for(lambda line: line.replace(" ", "") == marker, f"end of step {self._steps}")
        lines = self.laminar.stdout.lines[self._lines_read:]
        end = next(index for index, line in enumerate(lines) if line.replace(" ", "") == marker)
        self._lines_read += end + 1
        return [json.loads(line) for line in lines[:end]]

    def close_gate(self):
        self._gate.__exit__()


class ServedTestCase(LaminarTestCase):
    def serve(self, options, statements, steps=(), arguments=()):
        """Starts laminar with CREATE CONNECTION inlet (port = 0, mode = 'server', options), the statements, which use
        it, and the steps."""
        script = f"""
            CREATE CONNECTION gate TO websocket (port = 0, mode = 'server', format = 'text');
            CREATE TABLE gate_steps (step TEXT) WITH (connector = 'gate');
            CREATE CONNECTION inlet TO websocket (port = 0, mode = 'server'{''.join(', ' + option for option in options)});
            {statements}
            WAIT FOR gate TIMEOUT INTERVAL '100 seconds';
            WAIT FOR inlet TIMEOUT INTERVAL '100 seconds';
            SELECT g.port AS gate_port, i.port AS port FROM system.websocket_connections g, system.websocket_connections i
            WHERE g.connection_name = 'gate' AND i.connection_name = 'inlet';
        """
        for number, step in enumerate(steps, 1):
            script += f"""
                WAIT FOR gate_steps COUNT {number} TIMEOUT INTERVAL '110 seconds';
                {step};
                SELECT {number} AS finished_step;
            """
        laminar = self.start_script(script, *arguments)
        ports = json.loads(laminar.stdout.wait_for(lambda line: "gate_port" in line, "port"))
        served = Served(laminar, ports["gate_port"], ports["port"])
        self.addCleanup(served.close_gate)
        return served

    def finish(self, served):
        """Interrupts it; everything went well."""
        served.laminar.interrupt()
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)


def query(**parameters):
    return "?" + urllib.parse.urlencode(parameters)
