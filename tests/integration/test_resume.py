"""After a disconnect a feed goes on where it was, and what was missed is told."""

import json
import unittest
import urllib.parse

from laminar_process import LaminarTestCase
from websocket_peer import Server


class Journal(Server):
    """A feed of numbered messages that begins where it is asked to."""

    def __init__(self, messages, start=None):
        self.messages = messages
        self.start = start or (lambda path, first: 0)
        self.starts = []
        super().__init__()

    async def serve_client(self, client):
        first = await client.recv()
        await self._remember(first)
        begin = self.start(client.path, first)
        self.starts.append(begin)
        # Half of the messages for the first client, all that are left for the next.
        end = len(self.messages) // 2 if len(self.starts) == 1 else len(self.messages)
        for message in self.messages[begin:end]:
            await client.send(json.dumps(message))
        await super().serve_client(client)


class ResumeTest(LaminarTestCase):
    def open_feed(self, endpoint, options):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{endpoint}', mode = 'client', format = 'json', reconnect_interval_ms = 20{options});
            CREATE TABLE events (n INT WITH (json_path = '$.data.n')) WITH (connector = 'feed');
        """)
        return shell

    def wait_for_rows(self, shell, count):
        shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] >= count)

    def test_a_feed_goes_on_where_it_was(self):
        messages = [{"data": {"n": n}, "seq": n + 100} for n in range(20)]

        def start(_path, first):
            position = json.loads(first)["after"]
            return 0 if position is None else position - 99

        with Journal(messages, start) as server:
            shell = self.open_feed(server.url(), """, resume_field = '$.seq',
                subscribe_message = JSON_OBJECT('op': 'subscribe', 'after': '${resume}')""")
            self.wait_for_rows(shell, 10)
            self.assertEqual(shell.select("position", "system.websocket_connections"), [["109"]])
            server.drop_clients()
            self.wait_for_rows(shell, 20)
            self.assertEqual(shell.select("n", "events ORDER BY n"), [[n] for n in range(20)], "each message once")
            self.assertEqual([json.loads(text) for text in server.received],
                             [{"op": "subscribe", "after": None}, {"op": "subscribe", "after": 109}])
            [gap] = shell.select("connection, ended_at >= started_at, last_message_at <= started_at, attempts, last_position, "
                                 "resumed, next_position, reason", "system.websocket_gaps")
            self.assertEqual(gap[:-1], ["feed", True, True, 1, "109", True, "110"])
            self.assertIn("without a close frame", gap[-1])

    def test_the_position_in_the_endpoint_is_encoded(self):
        messages = [{"data": {"n": n}, "cursor": f"a/b&c={n} ü"} for n in range(4)]

        def start(path, _first):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query, keep_blank_values=True)
            cursor = query["since"][0]
            return next((n + 1 for n, message in enumerate(messages) if message["cursor"] == cursor), 0)

        with Journal(messages, start) as server:
            shell = self.open_feed(server.url("/feed?since=${resume}"), ", resume_field = 'cursor', subscribe_message = 'hello'")
            self.wait_for_rows(shell, 2)
            server.drop_clients()
            self.wait_for_rows(shell, 4)
            self.assertEqual(server.requests[0][0], "/feed?since=")
            self.assertEqual(server.starts, [0, 2])

    def test_without_resume_the_gap_shows(self):
        messages = [{"data": {"n": n}, "seq": n} for n in range(10)]
        with Journal(messages, lambda path, first: 0 if not server.starts else 8) as server:
            shell = self.open_feed(server.url(), ", resume_field = '$.seq', subscribe_message = 'hello'")
            self.wait_for_rows(shell, 5)
            server.drop_clients()
            self.wait_for_rows(shell, 7)
            self.assertEqual(shell.select("last_position, resumed, next_position", "system.websocket_gaps"), [["4", False, "8"]])

    def test_an_open_gap_counts_attempts(self):
        server = Server()
        shell = self.open_feed(server.url(), ", max_reconnect_attempts = 2")
        server.wait_for_clients(1)
        shell.wait_for_state("feed", "connected")
        server.drop_clients()
        server.stop()
        shell.wait_for_state("feed", "failed")
        self.assertEqual(shell.select("ended_at, attempts", "system.websocket_gaps WHERE ended_at IS NULL"), [[None, 2]])

    def test_resume_needs_a_field(self):
        laminar = self.run_script("""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1/?from=${resume}', mode = 'client', format = 'json');
        """, expect=1)
        self.assertIn('${resume} in option "endpoint" needs the option "resume_field"', laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
