"""Rows that belong to one session of a connection: answers to what a peer has said do not reach the next one."""

import json
import queue
import socket
import struct
import threading
import unittest

from laminar_process import LIMIT_SECONDS, LaminarTestCase
from raw_server import RawServer, until_end
from raw_websocket import TEXT, accept
from served_script import ServedTestCase
from websocket_peer import Client

CHALLENGED = """
    CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = '{url}', format = 'json',
        reconnect_interval_ms = 20, max_reconnect_interval_ms = 50{options});
    CREATE TABLE challenges (event TEXT, nonce TEXT) WITH (connector = 'feed');
    CREATE TABLE answers (session_id BIGINT, event TEXT, nonce TEXT) WITH (connector = 'feed');
    CREATE TABLE failures (error_type TEXT, error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
    CREATE PIPELINE login AS
        INSERT INTO answers SELECT session_id, 'answer', nonce FROM challenges WHERE event = 'challenge';
"""


class ChallengingServer(RawServer):
    """Sends a challenge of its own to each connection and tells what comes back, as (number of the connection, JSON). An
    answer is welcomed. cut ends a connection without a goodbye."""

    def __init__(self):
        self.heard = queue.Queue()
        self._connections = {}
        super().__init__(self._challenge)

    def _challenge(self, connection):
        number = self.connections
        client = accept(connection)
        self._connections[number] = connection
        client.send(TEXT, json.dumps({"event": "challenge", "nonce": f"nonce {number}"}).encode())
        for frame in client.receive_frames():
            if frame.opcode != TEXT:
                continue
            said = json.loads(frame.payload)
            self.heard.put((number, said))
            if said["event"] == "answer":
                client.send(TEXT, b'{"event": "welcome"}')

    def hear(self):
        return self.heard.get(timeout=LIMIT_SECONDS)

    def cut(self, number):
        connection = self._connections[number]
        # Whatever is sent from now on is refused.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
        connection.close()


class ClientSessionTest(LaminarTestCase):
    def challenged(self, server, options=""):
        shell = self.start_shell()
        shell.execute(CHALLENGED.format(url=server.url(), options=options))
        return shell

    def test_an_answer_does_not_reach_the_next_session(self):
        with ChallengingServer() as server:
            shell = self.challenged(server)
            self.assertEqual(server.hear(), (1, {"event": "answer", "nonce": "nonce 1"}))
            # The second challenge is read, but answered only when there is a third.
            shell.execute("PAUSE PIPELINE login")
            server.cut(1)
            server.wait_for_connections(2)
            shell.wait_until("messages_received", "system.websocket_connections", lambda rows: rows == [[3]])
            server.cut(2)
            server.wait_for_connections(3)
            shell.execute("RESUME PIPELINE login")
            self.assertEqual(server.hear(), (3, {"event": "answer", "nonce": "nonce 3"}))
            [[message, failed]] = shell.wait_until("error_message, failed_message", "failures WHERE error_type = 'undeliverable'",
                                                   lambda rows: rows)
            self.assertIn("session 2 has ended", message)
            self.assertEqual(json.loads(failed), {"event": "answer", "nonce": "nonce 2"})
            self.assertEqual(shell.select("session_id, nonce", "challenges WHERE event = 'challenge' ORDER BY session_id"),
                             [[number, f"nonce {number}"] for number in (1, 2, 3)])

    def test_a_login_is_answered_before_its_confirmation(self):
        with ChallengingServer() as server:
            shell = self.challenged(server, ", subscribe_confirm = MAP {'$.event': 'welcome'}")
            self.assertEqual(server.hear(), (1, {"event": "answer", "nonce": "nonce 1"}))
            shell.wait_for_state("feed", "connected")

    def test_before_the_confirmation_a_session_gets_its_own_rows_alone(self):
        with ChallengingServer() as server:
            shell = self.challenged(server, ", subscribe_confirm = MAP {'$.event': 'never'}, subscribe_confirm_timeout_ms = 600000")
            shell.execute("""CREATE PIPELINE late AS INSERT INTO answers SELECT session_id - 1, 'late', nonce
                                 FROM challenges WHERE event = 'challenge';
                             INSERT INTO answers VALUES (NULL, 'for anybody', NULL)""")
            self.assertEqual(server.hear(), (1, {"event": "answer", "nonce": "nonce 1"}))
            server.cut(1)
            self.assertEqual(server.hear(), (2, {"event": "answer", "nonce": "nonce 2"}))
            shell.wait_until("error_message", "failures",
                             lambda rows: any("session 1 has ended" in message for [message] in rows))
            self.assertTrue(server.heard.empty())

    def test_a_session_that_never_was_has_not_ended(self):
        with ChallengingServer() as server:
            shell = self.challenged(server)
            self.assertEqual(server.hear(), (1, {"event": "answer", "nonce": "nonce 1"}))
            server.cut(1)
            self.assertEqual(server.hear(), (2, {"event": "answer", "nonce": "nonce 2"}))
            shell.execute("""CREATE CONNECTION one TO generator (max_rows = 1);
                             CREATE PIPELINE lost AS INSERT INTO answers
                                 SELECT session, 'lost', NULL FROM one, UNNEST([1, 3, 0, -1]) AS s(session)""")
            self.assertEqual(shell.wait_until("error_message", "failures WHERE error_type = 'undeliverable' ORDER BY ALL", lambda rows: len(rows) == 4),
                             [["lost: session 1 has ended"], ["lost: there is no session -1"], ["lost: there is no session 0"],
                              ["lost: there is no session 3"]])

    def test_what_a_session_leaves_in_its_queue_is_undeliverable(self):
        def serve(peer):
            client = accept(peer)
            if server.connections > 1:
                until_end(peer)
            for number in range(3):
                client.send(TEXT, json.dumps({"event": "challenge", "nonce": str(number)}).encode())
            sent.wait(LIMIT_SECONDS)  # It reads nothing: more is on its way than any buffer holds.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        sent = threading.Event()
        with RawServer(serve) as server:
            shell = self.start_shell()
            shell.execute(CHALLENGED.format(url=server.url(), options="").replace("'answer', nonce", "repeat(nonce, 8000000), nonce"))
            shell.wait_until("rows_out", "system.pipelines", lambda rows: rows == [[3]])
            sent.set()
            server.wait_for_connections(2)
            shell.wait_until("error_message", "failures WHERE error_type = 'undeliverable'",
                             lambda rows: ["session 1 ended before it was sent"] in rows)

    def test_a_session_is_not_one_of_another_life(self):
        with ChallengingServer() as server:
            shell = self.challenged(server)
            self.assertEqual(server.hear()[0], 1)
            shell.execute("ALTER CONNECTION feed SET (heartbeat_interval_s = 20)")
            self.assertEqual(server.hear(), (2, {"event": "answer", "nonce": "nonce 2"}))
            self.assertEqual(shell.select("session_id", "challenges WHERE event = 'challenge' ORDER BY session_id"), [[1], [2]])

    def test_a_column_of_another_type_is_part_of_the_message(self):
        with ChallengingServer() as server:
            shell = self.challenged(server)
            self.assertEqual(server.hear()[0], 1)
            shell.execute("""CREATE TABLE orders (event TEXT, session_id TEXT) WITH (connector = 'feed');
                             INSERT INTO orders VALUES ('order', '99')""")
            self.assertEqual(server.hear(), (1, {"event": "order", "session_id": "99"}))


class ServerSessionTest(ServedTestCase):
    def test_rows_are_sent_on_their_session(self):
        served = self.serve(["format = 'json'"], """
            CREATE TABLE questions (n INT) WITH (connector = 'inlet');
            CREATE TABLE answers (session_id BIGINT, twice INT) WITH (connector = 'inlet');
            CREATE TABLE failures (error_type TEXT, error_message TEXT) WITH (connector = 'inlet', stream = 'errors');
            CREATE PIPELINE answer AS INSERT INTO answers SELECT session_id, 2 * n FROM questions;
            CREATE PIPELINE lost AS INSERT INTO answers SELECT 99, n FROM questions WHERE n = 1;
            """, ["""WAIT FOR failures COUNT 1 TIMEOUT INTERVAL '100 seconds';
                     SELECT error_type, error_message FROM failures;
                     SELECT session_id, client_id, n FROM questions ORDER BY n"""])
        with Client(served.url()) as first, Client(served.url()) as second:
            second.send('{"n": 2}')
            self.assertEqual([json.loads(text) for text in second.receive(1)], [{"twice": 4}])
            first.send('{"n": 1}')
            self.assertEqual([json.loads(text) for text in first.receive(1)], [{"twice": 2}])
            failure, *questions = served.step()
            self.assertEqual(failure["error_type"], "undeliverable")
            self.assertIn("there is no session 99", failure["error_message"])
            self.assertEqual([(row["n"], row["client_id"]) for row in questions],
                             [(row["n"], f"c{row['session_id']}") for row in questions])
            self.assertEqual({row["session_id"] for row in questions}, {1, 2})
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
