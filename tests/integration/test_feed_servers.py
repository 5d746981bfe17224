"""Examples of feeds against the real thing: graphql-ws, socket.io and mosquitto as servers, ocpp-rpc as a charge point."""

import json
import os
import re
import socket
import subprocess
import time
import unittest

from feed_peers import SECRET
from laminar_process import LIMIT_SECONDS, PROJECT, LaminarTestCase, Output
from node_program import NodeProgram
from websocket_peer import free_port

FEEDS = PROJECT / "sql_examples" / "feeds"
PARTS = 3
ROWS_OF_A_PART = 50


class FeedServer(NodeProgram):
    """feed_servers.js in one of its roles."""

    def __init__(self, role, argument):
        super().__init__("feed_servers.js", role, argument)


class Mosquitto:
    """The broker, over WebSocket at port and over TCP at another, for one user."""

    def __init__(self, folder):
        self.port, self.tcp_port = free_port(), free_port()
        self._folder = folder
        subprocess.run(["mosquitto_passwd", "-b", "-c", folder / "users", "laminar", SECRET], check=True, capture_output=True)
        os.chmod(folder / "users", 0o600)
        user = "user root\n" if os.getuid() == 0 else ""
        (folder / "mosquitto.conf").write_text(f"{user}password_file {folder / 'users'}\nallow_anonymous false\n"
                                               f"listener {self.port} 127.0.0.1\nprotocol websockets\n"
                                               f"listener {self.tcp_port} 127.0.0.1\nlog_dest stderr\n")
        self.start()

    def start(self):
        self._process = subprocess.Popen(["mosquitto", "-c", self._folder / "mosquitto.conf"], stdout=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE)
        self._log = Output(self._process.stderr)
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.tcp_port)).close()
                return
            except ConnectionRefusedError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("mosquitto does not start:\n" + self._log.text) from None
                time.sleep(0.05)

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._log.join()

    def publish(self, topic, payload):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.tcp_port), "-u", "laminar", "-P", SECRET, "-t", topic, "-l"],
                       input="\n".join(payload), text=True, check=True, timeout=LIMIT_SECONDS)


class FeedServersTest(LaminarTestCase):
    def start_feed(self, name, port, secret=SECRET, replaced=()):
        script = (FEEDS / f"{name}.sql").read_text()
        script = re.sub(r"endpoint = 'wss?://[^/']+", f"endpoint = 'ws://127.0.0.1:{port}", script)
        script = script.replace("mode = 'client',", "mode = 'client', reconnect_interval_ms = 20, max_reconnect_interval_ms = 40,", 1)
        for old, new in replaced:
            self.assertIn(old, script)
            script = script.replace(old, new)
        # Views of the tables, without the rows of pipelines that are printed.
        script = re.sub(r"^CREATE PIPELINE \w+ AS\nSELECT.*?;\n", "", script, flags=re.MULTILINE | re.DOTALL)
        names = re.findall(r"SECRET\('(\w+)'\)", script)
        shell = self.start_shell(environment={f"LAMINAR_SECRET_{found.upper()}": secret for found in names})
        shell.execute(script)
        return shell

    def check_clean(self, shell):
        rows = shell.select("messages_failed, dead_letters", "system.connections")
        self.assertEqual(rows, [[0, 0]])
        self.assertNotIn(SECRET, shell.stdout.text + shell.stderr.text)
        self.assertEqual(shell.leave(), 0)

    def test_graphql_ws(self):
        with FeedServer("graphql", SECRET) as server:
            shell = self.start_feed("graphql", server.wait_for("listening")["port"])
            for part in range(PARTS):
                server.wait_for("subscribed", 2 * part + 2)
                for row in range(ROWS_OF_A_PART):
                    number = part * ROWS_OF_A_PART + row
                    server.order("publish", kind="trades", value={"id": number, "symbol": "BTC-USD", "price": number + 0.25, "size": 2,
                                                                  "at": f"2026-01-01T00:00:{row:02}Z"})
                server.order("publish", kind="status", value=f"part {part}")
                expected = (part + 1) * ROWS_OF_A_PART
                shell.wait_until("COUNT(*)", "trades", lambda rows: rows == [[expected]])
                shell.wait_until("COUNT(*)", "status", lambda rows: rows == [[part + 1]])
                server.order("drop")
            total = PARTS * ROWS_OF_A_PART
            self.assertEqual(shell.select("COUNT(DISTINCT id), SUM(price)::DOUBLE, MAX(at)::TEXT", "trades"),
                             [[total, total * (total - 1) / 2 + total / 4, f"2026-01-01 00:00:{ROWS_OF_A_PART - 1}"]])
            self.check_clean(shell)

    def test_graphql_ws_refuses_the_wrong_token(self):
        with FeedServer("graphql", SECRET) as server:
            shell = self.start_feed("graphql", server.wait_for("listening")["port"], "another-word")
            reason, error = shell.wait_for_state("graphql", "failed")
            self.assertIn("closed with code 4403 (Forbidden)", error)
            self.assertNotIn("another-word", reason + error + shell.stderr.text)

    def test_socket_io(self):
        with FeedServer("socketio", SECRET) as server:
            shell = self.start_feed("socketio", server.wait_for("listening")["port"])
            for part in range(PARTS):
                server.wait_for("subscribed", part + 1)
                for row in range(ROWS_OF_A_PART):
                    server.order("publish", kind="trade", value={"symbol": "BTC-USD", "price": part * ROWS_OF_A_PART + row + 0.5, "ts": 1767225600000 + row})
                server.order("publish", kind="notice", value=f'part "{part}"')
                expected = (part + 1) * ROWS_OF_A_PART
                shell.wait_until("COUNT(*)", "trades", lambda rows: rows == [[expected]])
                # A connection that does not answer them is closed.
                server.wait_for("heartbeat", 2 * part + 2)
                server.order("drop")
            total = PARTS * ROWS_OF_A_PART
            self.assertEqual(shell.select("SUM(price)::DOUBLE, MIN(at)::TEXT", "trades"),
                             [[total * (total - 1) / 2 + total / 2, "2026-01-01 00:00:00"]])
            self.assertEqual(shell.select("notice", "notices ORDER BY notice"), [[f'part "{part}"'] for part in range(PARTS)])
            self.check_clean(shell)

    def test_socket_io_refuses_the_wrong_token(self):
        with FeedServer("socketio", SECRET) as server:
            shell = self.start_feed("socketio", server.wait_for("listening")["port"], "another-word")
            rows = shell.wait_until("last_error", "system.connections", lambda rows: rows and rows[0][0])
            self.assertIn('refused in step 3 of handshake: "44{', rows[0][0])
            self.assertIn("not authorized", rows[0][0])

    def test_mosquitto(self):
        broker = Mosquitto(self.temporary_folder())
        try:
            shell = self.start_feed("mqtt", broker.port)
            for part in range(PARTS):
                shell.wait_until("connection_state", "system.connections", lambda rows: rows == [["connected"]])
                broker.publish("sensors/kitchen/temperature", [str(part * ROWS_OF_A_PART + row + 0.5) for row in range(ROWS_OF_A_PART)])
                broker.publish("sensors/cellar/notes", ["x" * 200, "ä" * 9000])
                broker.publish("other/kitchen", ["not for us"])
                expected = (part + 1) * (ROWS_OF_A_PART + 2)
                shell.wait_until("COUNT(*)", "readings", lambda rows: rows == [[expected]])
                broker.kill()
                if part < PARTS - 1:
                    shell.wait_until("connection_state", "system.connections", lambda rows: rows[0][0] != "connected")
                    broker.start()
            total = PARTS * ROWS_OF_A_PART
            self.assertEqual(shell.select("COUNT(reading), SUM(reading)", "readings WHERE topic = 'sensors/kitchen/temperature'"),
                             [[total, total * (total - 1) / 2 + total / 2]])
            self.assertEqual(shell.select("sensor, length(payload)", "readings WHERE reading IS NULL ORDER BY length(payload)"),
                             [["cellar", 200]] * PARTS + [["cellar", 9000]] * PARTS)
            self.check_clean(shell)
        finally:
            broker.kill()

    def test_mosquitto_refuses_the_wrong_password(self):
        broker = Mosquitto(self.temporary_folder())
        try:
            shell = self.start_feed("mqtt", broker.port, "otherword")
            rows = shell.wait_until("last_error", "system.connections", lambda rows: rows and rows[0][0])
            self.assertIn("refused in step 2 of handshake: ", rows[0][0])
        finally:
            broker.kill()

    def test_a_charge_point_of_ocpp_rpc(self):
        shell = self.start_feed("ocpp", 0, replaced=[("port = 9000", "port = 0")])
        port = shell.wait_until("port", "system.websocket_connections", lambda rows: rows and rows[0][0])[0][0]
        calls = [("BootNotification", {"chargePointVendor": "VendorX", "chargePointModel": "SingleSocketCharger"}),
                 ("Heartbeat", {}),
                 ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
                 ("StartTransaction", {"connectorId": 1, "idTag": "B4A63CDF", "meterStart": 12000, "timestamp": "2026-01-01T00:00:10Z"}),
                 ("MeterValues", {"connectorId": 1, "meterValue": [
                     {"timestamp": "2026-01-01T00:01:00Z", "sampledValue": [{"value": "9000.5", "measurand": "Power.Active.Import", "unit": "W"}]},
                     {"timestamp": "2026-01-01T00:02:00Z", "sampledValue": [{"value": "8800", "measurand": "Power.Active.Import", "unit": "W"}]}]}),
                 ("FirmwareStatusNotification", {"status": "Idle"})]
        with FeedServer("ocpp", f"ws://127.0.0.1:{port}/ocpp") as point:
            for part in range(PARTS):
                self.assertEqual(point.wait_for("open", part + 1)["protocol"], "ocpp1.6")
                for action, params in calls:
                    point.order("call", action=action, params=params)
                point.wait_for("answer", (part + 1) * len(calls))
                point.wait_for("triggered", part + 1)
                shell.wait_until("COUNT(*)", "answers", lambda rows: rows == [[part + 1]])
                if part < PARTS - 1:
                    point.order("drop")
            self.assertEqual(point.events("invalid"), [], "what is answered fits the schemas")
            answers = {event["action"]: event.get("error", event.get("result")) for event in point.events("answer")}
            self.assertEqual(answers["BootNotification"]["status"], "Accepted")
            self.assertEqual(answers["StartTransaction"]["idTagInfo"], {"status": "Accepted"})
            self.assertEqual(answers["FirmwareStatusNotification"], "NotImplemented")
        self.assertEqual(shell.select("station, vendor", "boots"), [["CP 7", "VendorX"]] * PARTS)
        self.assertEqual(shell.select("station, connector, status", "statuses"), [["CP 7", 1, "Available"]] * PARTS)
        self.assertEqual(shell.select("station, COUNT(*), MIN(at)::TEXT", "meters GROUP BY station"), [["CP 7", 2 * PARTS, "2026-01-01 00:01:00"]])
        self.assertEqual(shell.select("action, meter", "transactions"), [["StartTransaction", 12000]] * PARTS)
        self.assertEqual(shell.select("kind, result", "answers"), [[3, {"status": "Accepted"}]] * PARTS)
        self.check_clean(shell)


if __name__ == "__main__":
    unittest.main()
