"""Both roles against ws, the WebSocket library of Node.js: the handshake, subprotocols, permessage-deflate, pings, close
codes and fragmented messages, as a third implementation understands them."""

import base64
import json
import unittest

from laminar_process import LaminarTestCase
from node_peer import NodePeer

TEXTS = ["plain", "", "κόσμε 🙂", "x" * 70_000, '{"n": 1}']

ECHO = """
    CREATE CONNECTION peer TO websocket ({endpoint}, format = 'text'{options});
    CREATE TABLE answers (client_id TEXT, message TEXT) WITH (connector = 'peer', retention_rows = 10);
    CREATE PIPELINE echo AS INSERT INTO answers {query};
    WAIT FOR peer TIMEOUT INTERVAL '100 seconds';
    SELECT port FROM system.websocket_connections;
"""


class AgainstWs(LaminarTestCase):
    """What a peer sees of a laminar that sends back its texts, whichever of the two is the server."""

    def check_echo(self, peer, **how):
        for text in TEXTS:
            peer.send(text, **how)
        self.assertEqual(peer.wait_for_messages(len(TEXTS)), TEXTS)

    def check_pings(self, peer):
        peer.order("ping", data="are you there")
        self.assertEqual(peer.wait_for("pong")["data"], "are you there")
        peer.wait_for("ping", 2)
        self.check_echo(peer)

    def check_fragments(self, peer):
        for part in ("one ", "two ", "", "three "):
            peer.send(part, fin=False)
            peer.order("ping", data="in between")
        peer.send("four")
        self.assertEqual(peer.wait_for_messages(1), ["one two three four"])


class ClientAgainstWs(AgainstWs):
    """laminar is the client, ws the server."""

    def echo(self, server, options="", expected=0):
        self.laminar = self.start_script(f"""
            CREATE CONNECTION peer TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{server.port}/feed?since=7',
                format = 'text', reconnect = false{options});
            CREATE TABLE answers (message TEXT) WITH (connector = 'peer', retention_rows = 10);
            CREATE PIPELINE echo AS INSERT INTO answers SELECT message FROM peer;
            SELECT 'ready' AS state;
        """)
        return server.wait_for("open")

    def test_the_handshake(self):
        with NodePeer("server", prefer=["feed.v1", "feed.v2"]) as server:
            opened = self.echo(server, ", subprotocols = ['feed.v2', 'feed.v1'], headers = MAP {'X-Feed': 'a value'}")
            self.assertEqual((opened["url"], opened["protocol"], opened["headers"]["x-feed"]), ("/feed?since=7", "feed.v1", "a value"))
            self.assertEqual(opened["headers"]["sec-websocket-protocol"], "feed.v2, feed.v1")
            self.assertEqual(opened["extensions"], "", "none is asked for without compression = 'deflate'")
            self.check_echo(server)
            self.laminar.interrupt()
            self.assertEqual(self.laminar.wait(), 0, self.laminar.stderr.text)
            self.assertEqual(server.wait_for("close")["code"], 1000)

    def test_permessage_deflate(self):
        for how in ({}, {"serverNoContextTakeover": True, "clientNoContextTakeover": True}, {"serverMaxWindowBits": 10}):
            with self.subTest(how), NodePeer("server", perMessageDeflate={"threshold": 0, **how}) as server:
                opened = self.echo(server, ", compression = 'deflate', compression_threshold = 0")
                self.assertTrue(opened["extensions"].startswith("permessage-deflate"), opened)
                self.check_echo(server)
                self.assertEqual(server.events("error"), [])

    def test_pings_both_ways(self):
        with NodePeer("server") as server:
            self.echo(server, ", heartbeat_interval_s = 1")
            self.check_pings(server)

    def test_fragments(self):
        with NodePeer("server") as server:
            self.echo(server)
            self.check_fragments(server)

    def test_close_codes(self):
        for code, reason, state in ((1000, "done", "closed"), (1001, "going away", "closed"), (1008, "not you", "failed"),
                                    (1011, "trouble", "failed"), (4321, "own code", "failed")):
            with self.subTest(code), NodePeer("server") as server:
                shell = self.start_shell()
                shell.execute(f"""
                    CREATE CONNECTION peer TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{server.port}/', format = 'text',
                        reconnect = false);
                    CREATE TABLE answers (message TEXT) WITH (connector = 'peer')""")
                server.wait_for("open")
                server.order("close", code=code, reason=reason)
                rows = shell.wait_until("connection_state, state_reason", "system.websocket_connections",
                                        lambda rows: rows[0][0] in ("closed", "failed"))
                self.assertIn(str(code), rows[0][1])
                self.assertIn(reason, rows[0][1])
                self.assertEqual(server.wait_for("close")["code"], code, "it is answered with the same code")

    def test_what_is_too_large(self):
        with NodePeer("server") as server:
            self.echo(server, ", max_message_size = 1000")
            server.send("x" * 1000)
            server.wait_for("message")
            server.send("x" * 600, fin=False)
            server.send("x" * 600)
            self.assertEqual(server.wait_for("close")["code"], 1009)

    def test_binary_messages(self):
        with NodePeer("server") as server:
            self.start_script(f"""
                CREATE CONNECTION peer TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{server.port}/', format = 'binary');
                CREATE TABLE answers (data BYTEA) WITH (connector = 'peer');
                CREATE PIPELINE echo AS INSERT INTO answers SELECT data FROM peer;
                SELECT 'ready' AS state;""")
            server.wait_for("open")
            data = base64.b64encode(bytes(range(256)) * 300).decode()
            server.order("send", base64=data)
            answer = server.wait_for("message")
            self.assertEqual((answer["binary"], answer["data"]), (True, data))


class ServerAgainstWs(AgainstWs):
    """laminar is the server, ws the client."""

    def start(self, options=""):
        self.laminar = self.start_script(ECHO.format(
            endpoint="mode = 'server', port = 0, path = '/feed'", options=options, query="SELECT client_id, message FROM peer"))
        self.port = json.loads(self.laminar.stdout.wait_for(lambda line: "port" in line, "port"))["port"]

    def client(self, **options):
        return NodePeer("client", url=f"ws://127.0.0.1:{self.port}/feed", **options)

    def test_the_handshake(self):
        self.start(", subprotocols = ['feed.v2', 'feed.v1']")
        with self.client(protocols=["feed.v1", "feed.v2", "other"]) as client:
            opened = client.wait_for("open")
            self.assertEqual((opened["protocol"], opened["extensions"]), ("feed.v2", ""))
            self.check_echo(client)
            client.order("close", code=1000)
            self.assertEqual(client.wait_for("close")["code"], 1000)

    def test_permessage_deflate(self):
        self.start(", compression = 'deflate', compression_threshold = 0")
        for how in (True, {"clientNoContextTakeover": True, "threshold": 0}, {"serverMaxWindowBits": 10, "threshold": 0},
                    {"clientMaxWindowBits": 10, "threshold": 0}):
            with self.subTest(how), self.client(perMessageDeflate=how) as client:
                self.assertTrue(client.wait_for("open")["extensions"].startswith("permessage-deflate"))
                self.check_echo(client)
                self.assertEqual(client.events("error"), [])
        with self.client(perMessageDeflate=False) as client:
            self.assertEqual(client.wait_for("open")["extensions"], "")
            self.check_echo(client)

    def test_pings_both_ways(self):
        self.start(", heartbeat_interval_s = 1")
        with self.client() as client:
            client.wait_for("open")
            self.check_pings(client)

    def test_fragments(self):
        self.start()
        with self.client() as client:
            client.wait_for("open")
            self.check_fragments(client)

    def test_close_codes(self):
        self.start(", max_message_size = 1000")
        for code in (1000, 1001, 4321):
            with self.subTest(code), self.client() as client:
                client.wait_for("open")
                client.order("close", code=code, reason="enough")
                self.assertEqual(client.wait_for("close")["code"], code)
        with self.client() as client:
            client.wait_for("open")
            client.send("x" * 1001)
            self.assertEqual(client.wait_for("close")["code"], 1009)
        with self.client() as client:
            client.wait_for("open")
            self.laminar.interrupt()
            self.assertEqual(client.wait_for("close")["code"], 1001, "a server that ends goes away")
            self.assertEqual(self.laminar.wait(), 0, self.laminar.stderr.text)

    def test_wrong_paths_are_refused(self):
        self.start()
        with NodePeer("client", url=f"ws://127.0.0.1:{self.port}/other") as client:
            self.assertIn("404", client.wait_for("error")["message"])


if __name__ == "__main__":
    unittest.main()
