"""Secrets in any text of a connection: what the peer sees has their values, and nobody else sees them."""

import json
import unittest

from laminar_process import LaminarTestCase
from raw_websocket import RawClient
from websocket_peer import Server, free_port

VALUE = "hush5c1d-0123456789"


class AnsweringServer(Server):
    """Confirms what it is sent, and sends one row for each ping."""

    async def serve_client(self, client):
        await client.send(json.dumps({"status": VALUE}))
        async for message in client:
            await self._remember(message)
            await client.send(json.dumps({"pong": VALUE}))
            await client.send(json.dumps({"n": 1}))


class SecretTest(LaminarTestCase):
    def secrets(self, **values):
        folder = self.temporary_folder()
        for name, value in values.items():
            (folder / name).write_text(value)
        return folder

    def assert_nothing_is_told(self, shell):
        shell.execute("SHOW CREATE CONNECTION feed; SELECT * FROM system.websocket_connections; SELECT * FROM system.websocket_logs;"
                      " SELECT * FROM system.websocket_clients; SELECT test_connection('feed') AS result;")
        rows = shell.select("subprotocol, endpoint", "system.websocket_connections")
        shell.leave()
        self.assertNotIn(VALUE, shell.stdout.text + shell.stderr.text)
        return rows

    def test_a_client_sends_and_awaits_them(self):
        with AnsweringServer(subprotocols=[VALUE]) as server:
            shell = self.start_shell("--secrets-dir", self.secrets(value=VALUE, path="$.status"))
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    subprotocols = ['${{secret:value}}'], subscribe_confirm = MAP {{'$.status': '${{secret:value}}'}},
                    ping_message = JSON_OBJECT('ping': '${{secret:value}}'), pong_message = JSON_OBJECT('pong': '${{secret:value}}'),
                    heartbeat_interval_s = 1);
                CREATE TABLE events (n INT) WITH (connector = 'feed');
            """)
            shell.wait_until("COUNT(*)", "events", lambda counted: counted[0][0] >= 1)
            self.assertEqual(json.loads(server.wait_for_messages(1)[0]), {"ping": VALUE})
            self.assertEqual(server.requests[0][1]["Sec-WebSocket-Protocol"], VALUE)
            # The answers to pings were no rows.
            self.assertEqual(shell.select("messages_failed", "system.websocket_connections"), [[0]])
            self.assertEqual(self.assert_nothing_is_told(shell), [["***", server.url()]])

    def test_they_are_read_anew_on_every_connect(self):
        folder = self.secrets(value="first")
        with Server() as server:
            shell = self.start_shell("--secrets-dir", folder)
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    ping_message = 'ping ${{secret:value}}', heartbeat_interval_s = 1, reconnect_interval_ms = 20);
                CREATE TABLE events (n INT) WITH (connector = 'feed');
            """)
            self.assertEqual(server.wait_for_messages(1), ["ping first"])
            (folder / "value").write_text("second")
            server.drop_clients()
            server.wait_for_clients(2)
            messages = server.wait_for_messages(2)
        self.assertEqual(messages[-1], "ping second")

    def test_a_server_is_found_and_entered_by_them(self):
        port = free_port()
        shell = self.start_shell("--secrets-dir", self.secrets(path=VALUE + "/a b", origin="https://" + VALUE, host="127.0.0.1"))
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (mode = 'server', host = '${{secret:host}}', port = {port}, path = '/${{secret:path}}',
                format = 'json', allowed_origins = ['${{secret:origin}}']);
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        shell.wait_for_state("feed", "listening")
        good = ("Origin", f"https://{VALUE}")
        for path, headers, status in ((f"/{VALUE}/a%20b", [good], 101), (f"/{VALUE}%2Fa%20b", [good], 404), ("/$%7Bsecret:path%7D", [good], 404),
                                      (f"/{VALUE}/a%20b", [("Origin", "https://example.com")], 403), (f"/{VALUE}/a%20b", [], 403)):
            with self.subTest(path=path, headers=headers), RawClient(port, path, headers) as peer:
                self.assertEqual(peer.status, status)
                if status == 101:
                    peer.send_text('{"n": 7}')
                    shell.wait_until("n", "events", lambda rows: rows == [[7]])
        self.assert_nothing_is_told(shell)

    def test_a_value_that_the_option_may_not_have_fails_the_connection(self):
        with Server() as server:
            shell = self.start_shell("--secrets-dir", self.secrets(value=VALUE + " b"))
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', subprotocols = '${{secret:value}}');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
            """)
            reason, _ = shell.wait_for_state("feed", "failed")
            self.assertIn('option "subprotocols" must be made of letters', reason)
            self.assertEqual(server.requests, [])
            self.assert_nothing_is_told(shell)


if __name__ == "__main__":
    unittest.main()
