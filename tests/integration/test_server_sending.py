"""What a laminar that listens sends: to one client, to all, to slow ones, and at the end."""

import json
import threading
import unittest

import websockets

from raw_websocket import RawClient
from served_script import ServedTestCase
from websocket_peer import Client

# Rows of some size, so that a client that does not read fills every buffer on the way before long.
BULK = "SELECT range AS n, repeat('x', 20000) AS filler FROM range({})"


class SendingTest(ServedTestCase):
    def test_a_row_goes_to_the_client_in_its_client_id_column(self):
        served = self.serve(["format = 'json'"], """
            CREATE TABLE events (n INT) WITH (connector = 'inlet');
            CREATE TABLE answers (client_id TEXT, twice INT) WITH (connector = 'inlet');
            CREATE PIPELINE answer AS INSERT INTO answers SELECT client_id, n * 2 FROM events;
            """, ["INSERT INTO answers SELECT client_id, 100 FROM system.websocket_clients WHERE connection_name = 'inlet'"])
        with Client(served.url()) as first, Client(served.url()) as second:
            first.send('{"n": 1}')
            self.assertEqual(first.receive(1), ['{"twice":2}'])
            second.send('{"n": 2}')
            self.assertEqual(second.receive(1), ['{"twice":4}'])
            served.step()
            self.assertEqual(first.receive(1) + second.receive(1), ['{"twice":100}'] * 2)
        self.finish(served)

    def test_no_client_says_where_its_row_goes(self):
        """What routes a row is metadata: a field of that name in a message does not fill the column."""
        served = self.serve(["format = 'json'"], """
            CREATE TABLE events (client_id TEXT, session_id BIGINT, n INT, claimed TEXT WITH (json_path = '$.client_id'))
                WITH (connector = 'inlet');
            CREATE TABLE answers (client_id TEXT, twice INT, claimed TEXT) WITH (connector = 'inlet');
            CREATE TABLE by_session (session_id BIGINT, thrice INT) WITH (connector = 'inlet');
            CREATE PIPELINE answer AS INSERT INTO answers SELECT client_id, n * 2, claimed FROM events;
            CREATE PIPELINE answer_again AS INSERT INTO by_session SELECT session_id, n * 3 FROM events;
            """, [])
        with Client(served.url()) as first, Client(served.url()) as second:
            second.send('{"n": 1}')
            self.assertEqual(sorted(second.receive(2)), ['{"thrice":3}', '{"twice":2,"claimed":null}'])
            second.send('{"n": 2, "client_id": "c1", "session_id": 1}')
            self.assertEqual(sorted(second.receive(2)), ['{"thrice":6}', '{"twice":4,"claimed":"c1"}'])
            first.send('{"n": 3, "client_id": "c2", "session_id": 2}')
            self.assertEqual(sorted(first.receive(2)), ['{"thrice":9}', '{"twice":6,"claimed":"c2"}'])
        self.finish(served)

    def test_a_row_for_nobody_is_an_error(self):
        served = self.serve(["format = 'json'"], """
            CREATE TABLE answers (client_id TEXT, n INT) WITH (connector = 'inlet');
            """, ["INSERT INTO answers VALUES ('c999', 1)"])
        with self.assertRaises(AssertionError):
            served.step()
        self.assertEqual(served.laminar.wait(), 1)
        self.assertIn("1 of 1 messages could not be sent", served.laminar.stderr.text)

    def test_broadcast(self):
        served = self.serve(["format = 'json'", "broadcast = true"], """
            CREATE TABLE chat (client_id TEXT, text TEXT) WITH (connector = 'inlet');
            CREATE PIPELINE relay AS INSERT INTO chat SELECT client_id, upper(text) FROM inlet WHERE text IS NOT NULL;
            """, ["SELECT client_id FROM system.websocket_clients WHERE connection_name = 'inlet' ORDER BY connected_since"])
        clients = [Client(served.url()) for _ in range(5)]
        ids = [row["client_id"] for row in served.step()]
        clients[3].send('{"text": "hello"}')
        for client in clients:
            # Who said it is part of the message: client_id is no receiver here.
            self.assertEqual([json.loads(message) for message in client.receive(1)], [{"client_id": ids[3], "text": "HELLO"}])
            client.__exit__()
        self.finish(served)

    def test_slow_client_block_stops_the_rows_until_it_reads(self):
        rows = 400
        served = self.serve(["format = 'json'", "broadcast = true", "slow_client = 'block'", "send_buffer_size = 10", "heartbeat_interval_s = 0"],
                            "CREATE TABLE feed (n INT, filler TEXT) WITH (connector = 'inlet');",
                            ["SELECT 1", f"INSERT INTO feed {BULK.format(rows)}",
                             "SELECT messages_dropped FROM system.websocket_connections WHERE connection_name = 'inlet'"])
        with RawClient(served.port, receive_buffer=262144) as slow, RawClient(served.port) as quick:
            served.step()
            served.start_step()
            # The quick one gets as many as the slow one's buffers hold, then waits for it, too.
            received = quick.read_until_silence()
            self.assertLess(received, rows)
            rest = threading.Thread(target=lambda: [quick.read_message() for _ in range(rows - received)])
            rest.start()
            seen = [json.loads(slow.read_message())["n"] for _ in range(rows)]
            self.assertEqual(seen, list(range(rows)))
            rest.join()
            served.finish_step()
            self.assertEqual(served.step(), [{"messages_dropped": 0}])
        self.finish(served)

    def test_slow_client_drop_oldest_holds_nobody_up(self):
        rows = 400
        served = self.serve(["format = 'json'", "broadcast = true", "slow_client = 'drop_oldest'", "slow_client_timeout_ms = 200", "send_buffer_size = 10", "heartbeat_interval_s = 0"],
                            "CREATE TABLE feed (n INT, filler TEXT) WITH (connector = 'inlet');",
                            [f"INSERT INTO feed {BULK.format(rows)}; INSERT INTO feed VALUES (-1, 'end')",
                             "SELECT messages_dropped, queued_messages, messages_sent FROM system.websocket_clients WHERE connection_name = 'inlet'",
                             "SELECT messages_dropped FROM system.websocket_connections WHERE connection_name = 'inlet'"])
        with RawClient(served.port, receive_buffer=262144) as slow:
            served.step()
            before = served.step()[0]
            self.assertGreater(before["messages_dropped"], 0)
            self.assertLessEqual(before["queued_messages"], 10)
            seen = []
            while -1 not in seen:
                seen.append(json.loads(slow.read_message())["n"])
            self.assertEqual(seen[:-1], sorted(seen[:-1]), "in order")
            self.assertEqual(len(seen) + before["messages_dropped"], rows + 1, "each was sent or counted as dropped")
            self.assertEqual(served.step(), [{"messages_dropped": before["messages_dropped"]}])
        self.finish(served)

    def test_slow_client_disconnect(self):
        rows = 400
        served = self.serve(["format = 'json'", "broadcast = true", "slow_client = 'disconnect'", "slow_client_timeout_ms = 200", "send_buffer_size = 50", "heartbeat_interval_s = 0"],
                            "CREATE TABLE feed (n INT, filler TEXT) WITH (connector = 'inlet');",
                            [f"INSERT INTO feed {BULK.format(rows)}",
                             """SELECT message FROM system.websocket_logs WHERE event = 'client_disconnected'"""])
        with RawClient(served.port, receive_buffer=262144) as slow:
            served.step()
            with self.assertRaises((EOFError, ConnectionError)):
                while True:
                    slow.read_message()
        self.assertIn("slow_client = 'disconnect'", served.step()[0]["message"])
        self.finish(served)

    def test_a_burst_is_no_reason_when_the_client_reads(self):
        """Many more rows at once than its queue holds, with the policies for clients that do not read."""
        rows = 5000
        for policy in ("drop_oldest", "disconnect"):
            for feed, client_id in (("broadcast = true", ""), ("broadcast = false", "'c1' AS client_id, ")):
                with self.subTest(policy=policy, feed=feed):
                    columns = "client_id TEXT, n INT" if client_id else "n INT"
                    served = self.serve(["format = 'json'", feed, f"slow_client = '{policy}'", "slow_client_timeout_ms = 60000"],
                                        f"CREATE TABLE feed ({columns}) WITH (connector = 'inlet');",
                                        [f"INSERT INTO feed SELECT {client_id}range AS n FROM range({rows})",
                                         """SELECT messages_dropped, clients FROM system.websocket_connections
                                            WHERE connection_name = 'inlet'"""])
                    with Client(served.url(), max_queue=None) as reader:
                        served.start_step()
                        self.assertEqual([json.loads(message)["n"] for message in reader.receive(rows)], list(range(rows)))
                        served.finish_step()
                        self.assertEqual(served.step(), [{"messages_dropped": 0, "clients": 1}])
                    self.finish(served)

    def test_several_that_do_not_read_are_waited_for_together(self):
        """And while rows wait for them, the rows are not piled up: the feed is held up."""
        rows = 600
        served = self.serve(["format = 'json'", "broadcast = true", "slow_client = 'drop_oldest'", "slow_client_timeout_ms = 1000",
                             "send_buffer_size = 20", "heartbeat_interval_s = 0"],
                            "CREATE TABLE feed (n INT, filler TEXT) WITH (connector = 'inlet');",
                            ["SELECT 1", f"INSERT INTO feed {BULK.format(rows)}",
                             f"""SELECT MIN(messages_dropped) AS least, MAX(queued_messages) AS most FROM system.websocket_clients
                                WHERE connection_name = 'inlet' AND messages_sent < {rows}"""])
        slow = [RawClient(served.port, receive_buffer=65536) for _ in range(20)]
        with Client(served.url(), max_queue=None) as reader:
            served.step()
            served.start_step()
            self.assertEqual([json.loads(message)["n"] for message in reader.receive(rows)], list(range(rows)))
            served.finish_step()
            state = served.step()[0]
            self.assertGreater(state["least"], 0)
            self.assertLessEqual(state["most"], 20)
        for client in slow:
            client.socket.close()
        self.finish(served)

    def test_at_the_end_what_is_queued_is_sent_and_clients_are_told(self):
        rows = 400
        served = self.serve(["format = 'json'", "broadcast = true", "send_buffer_size = 10000", "heartbeat_interval_s = 0"],
                            "CREATE TABLE feed (n INT, filler TEXT) WITH (connector = 'inlet');",
                            [f"INSERT INTO feed {BULK.format(rows)}"])
        with RawClient(served.port, receive_buffer=262144) as reader, Client(served.url()) as library:
            served.step()
            served.laminar.interrupt()
            for n in range(rows):
                self.assertEqual(json.loads(reader.read_message())["n"], n)
            library.receive(rows)
            self.assertEqual(reader.read_close(), 1001)
            with self.assertRaises(websockets.ConnectionClosed):
                library.receive(1)
            self.assertEqual(library.socket.close_code, 1001)
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)

    def test_clients_and_their_traffic_can_be_seen(self):
        clients = """SELECT client_id, remote_address, messages_received, messages_sent, bytes_received, bytes_sent,
                            queued_messages, messages_dropped, connected_since <= NOW() AS connected,
                            last_message_at >= connected_since AS heard_of
                     FROM system.websocket_clients WHERE connection_name = 'inlet' ORDER BY connected_since"""
        served = self.serve(["format = 'json'"], """
            CREATE TABLE events (n INT) WITH (connector = 'inlet');
            CREATE TABLE answers (client_id TEXT, n INT) WITH (connector = 'inlet');
            CREATE PIPELINE answer AS INSERT INTO answers SELECT client_id, n FROM events;
            """, [clients, """WAIT FOR events COUNT 3 TIMEOUT INTERVAL '100 seconds';
                              SELECT client_id FROM system.websocket_clients WHERE connection_name = 'inlet'"""])
        with Client(served.url()) as first:
            with Client(served.url()) as second:
                second.send('{"n": 1}', '{"n": 22}')
                second.receive(2)
                rows = served.step()
                self.assertEqual([row["remote_address"] for row in rows],
                                 ["{}:{}".format(*client.socket.local_address[:2]) for client in (first, second)])
                self.assertEqual(rows[0] | {"client_id": 0, "remote_address": 0}, {
                    "client_id": 0, "remote_address": 0, "messages_received": 0, "messages_sent": 0, "bytes_received": 0,
                    "bytes_sent": 0, "queued_messages": 0, "messages_dropped": 0, "connected": True, "heard_of": None})
                # How the answers went out is counted when the system has taken them, which may be just after they came.
                rows[1].pop("messages_sent"), rows[1].pop("bytes_sent"), rows[1].pop("queued_messages")
                self.assertEqual(rows[1] | {"client_id": 0, "remote_address": 0}, {
                    "client_id": 0, "remote_address": 0, "messages_received": 2, "bytes_received": 17,
                    "messages_dropped": 0, "connected": True, "heard_of": True})
            # Its closing handshake is done: it has left.
            first.send('{"n": 333}')
            self.assertEqual(served.step(), [{"client_id": "c1"}])
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
