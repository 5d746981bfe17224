"""ALTER CONNECTION takes effect at once and loses nothing."""

import json
import unittest

from websockets.exceptions import ConnectionClosed, InvalidStatusCode

from laminar_process import LaminarTestCase
from websocket_peer import Client, FeedServer, Server, free_port


class AlterConnectionTest(LaminarTestCase):
    def open_feed(self, endpoint, options=""):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{endpoint}', mode = 'client', format = 'json'{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        return shell

    def test_what_waits_to_be_sent_goes_to_the_new_endpoint(self):
        shell = self.open_feed(f"ws://127.0.0.1:{free_port()}/")
        shell.execute("INSERT INTO events SELECT i FROM range(500) AS t(i)")
        with Server() as server:
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{server.url()}')")
            self.assertEqual([json.loads(message)["n"] for message in server.wait_for_messages(500)], list(range(500)))
            shell.wait_until("messages_sent, messages_dropped", "system.websocket_connections", lambda rows: rows == [[500, 0]])

    def test_what_has_arrived_stays_and_counting_goes_on(self):
        with FeedServer([json.dumps({"n": n}) for n in range(100)]) as first, \
                FeedServer([json.dumps({"n": n}) for n in range(100, 150)]) as second:
            shell = self.open_feed(first.url())
            # All of them: some in the table, the others on their way to it.
            shell.wait_until("messages_received", "system.websocket_connections", lambda rows: rows[0][0] == 100)
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{second.url()}')")
            shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] >= 150)
            self.assertEqual(shell.select("COUNT(DISTINCT n), COUNT(DISTINCT message_id)", "events"), [[150, 150]])
            self.assertEqual(shell.select("messages_received, endpoint", "system.websocket_connections"), [[150, second.url()]])
            [[reason, ended]] = shell.select("reason, ended_at IS NOT NULL", "system.websocket_gaps")
            self.assertEqual((reason, ended), ("ALTER CONNECTION", True))

    def test_a_failed_connection_is_opened_again(self):
        shell = self.open_feed(f"ws://127.0.0.1:{free_port()}/", ", reconnect = false")
        shell.wait_for_state("feed", "failed")
        with FeedServer([json.dumps({"n": 1})]) as server:
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{server.url()}')")
            shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] == 1)

    def test_a_paused_connection_stays_paused(self):
        with FeedServer([json.dumps({"n": n}) for n in range(10)]) as server:
            shell = self.open_feed(f"ws://127.0.0.1:{free_port()}/", ", reconnect_interval_ms = 20")
            shell.execute("PAUSE CONNECTION feed")
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{server.url()}')")
            shell.wait_for_state("feed", "paused")
            self.assertEqual(shell.select("COUNT(*)", "events"), [[0]])
            shell.execute("RESUME CONNECTION feed")
            shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] == 10)

    def test_the_position_in_the_feed_is_kept(self):
        with FeedServer([json.dumps({"n": 41})]) as first, Server() as second:
            shell = self.open_feed(first.url(), ", resume_field = '$.n', subscribe_message = JSON_OBJECT('from': '${resume}')")
            shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] == 1)
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{second.url()}')")
            self.assertEqual(second.wait_for_messages(1), ['{"from":41}'])

    def test_rows_on_their_way_to_a_pipeline_s_sink_are_not_lost(self):
        """A pipeline that sends while the connection is replaced holds its rows until there is a connection again."""
        with Server() as first, Server() as second:
            shell = self.open_feed(first.url())
            shell.wait_for_state("feed", "connected")
            shell.execute("""
                CREATE CONNECTION numbers TO generator (rows_per_second = 20000, max_rows = 20000);
                CREATE PIPELINE sending AS INSERT INTO events SELECT counter AS n FROM numbers;
            """)
            first.wait_for_messages(1)
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{second.url()}')")
            shell.wait_until("rows_out, errors", "system.pipelines WHERE name = 'sending'", lambda rows: rows == [[20000, 0]])
            shell.wait_until("messages_dropped, messages_sent >= 20000", "system.websocket_connections WHERE connection_name = 'feed'",
                             lambda rows: rows == [[0, 1]] or rows == [[0, True]])

            def all_there():
                return len({json.loads(message)["n"] for message in first.received + second.received})

            shell.wait_until("1", "(SELECT 1) AS one", lambda rows: all_there() == 20000)

    def test_errors_are_handed_over_once(self):
        with FeedServer(["one", "two", '{"n": 1}']) as first, FeedServer(["three", '{"n": 2}']) as second:
            shell = self.open_feed(first.url(), ", dlq_enabled = true")
            shell.execute("""CREATE TABLE seen (failed_message TEXT, message_id TEXT)
                                 WITH (connector = 'feed', stream = 'errors')""")
            shell.wait_until("failed_message", "seen WHERE failed_message IN ('one', 'two')", lambda rows: rows == [["one"], ["two"]])
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{second.url()}')")
            shell.wait_until("failed_message", "seen WHERE failed_message IN ('one', 'two', 'three')",
                             lambda rows: rows == [["one"], ["two"], ["three"]])
            # A table that comes later gets what came before the change, too.
            for stream in ("errors", "dlq"):
                shell.execute(f"""CREATE TABLE later_{stream} (failed_message TEXT)
                                      WITH (connector = 'feed', stream = '{stream}')""")
                shell.wait_until("failed_message", f"later_{stream} WHERE length(failed_message) <= 5",
                                 lambda rows: rows == [["one"], ["two"], ["three"]])
            [[failed, letters]] = shell.select("messages_failed, dead_letters", "system.websocket_connections")
            self.assertEqual((failed, letters), (3, 3))

    def test_messages_in_flight_are_handed_over(self):
        messages = [json.dumps({"message_id": f"m{n}", "n": n}) for n in range(3)]
        with FeedServer(messages) as first, Server() as second:
            shell = self.open_feed(first.url(), ", auto_ack = false, ack_timeout_ms = 600000")
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[3]])
            shell.execute(f"ALTER CONNECTION feed SET (endpoint = '{second.url()}')")
            shell.wait_for_state("feed", "connected")
            self.assertEqual(shell.select("messages_in_flight", "system.websocket_connections"), [[3]])
            shell.execute("SELECT COUNT(ACKNOWLEDGE_MESSAGE(message_id)) AS done FROM events WHERE n = 1")
            self.assertEqual([json.loads(text)["message_id"] for text in second.wait_for_messages(1)], ["m1"])
            # What is not acknowledged in the time that holds from now on is delivered again.
            shell.execute("ALTER CONNECTION feed SET (ack_timeout_ms = 200)")
            shell.wait_until("n, COUNT(*) > 1", "events GROUP BY n ORDER BY n",
                             lambda rows: [bool(more) for _, more in rows] == [True, False, True])

    def test_a_server_goes_on_where_it_was(self):
        """What its clients sent before is still there: rows, errors, messages in flight; client ids and counters go on."""
        port = free_port()
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (mode = 'server', port = {port}, format = 'json', auto_ack = false,
                                                 ack_timeout_ms = 600000, dlq_enabled = true);
            CREATE TABLE events (message_id TEXT, n INT, client_id TEXT) WITH (connector = 'feed');
        """)
        shell.wait_for_state("feed", "listening")
        url = f"ws://127.0.0.1:{port}/"
        with Client(url) as before:
            before.send(*(json.dumps({"message_id": f"m{n}", "n": n}) for n in range(3)), "broken")
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[3]])
            shell.wait_until("dead_letters", "system.websocket_connections", lambda rows: rows == [[1]])
            shell.execute("ALTER CONNECTION feed SET (max_connections = 1)")
            with self.assertRaises(ConnectionClosed) as closed:
                before.receive(1)
            self.assertEqual(closed.exception.code, 1001)
        shell.wait_for_state("feed", "listening")
        self.assertEqual(shell.select("messages_received, dead_letters, messages_in_flight", "system.websocket_connections"), [[4, 1, 3]])
        shell.execute("CREATE TABLE letters (failed_message TEXT) WITH (connector = 'feed', stream = 'dlq')")
        shell.wait_until("failed_message", "letters", lambda rows: rows == [["broken"]])
        with Client(url) as after:
            # The one that sent them is gone: its acknowledgement must not reach the next.
            shell.execute("SELECT COUNT(ACKNOWLEDGE_MESSAGE(message_id)) AS done FROM events WHERE n = 1")
            shell.wait_until("messages_in_flight", "system.websocket_connections", lambda rows: rows == [[2]])
            after.send(json.dumps({"message_id": "m3", "n": 3}))
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[4]])
            shell.execute("SELECT COUNT(ACKNOWLEDGE_MESSAGE(message_id)) AS done FROM events WHERE n = 3")
            self.assertEqual([json.loads(text)["message_id"] for text in after.receive(1)], ["m3"])
            self.assertEqual(shell.select("n, client_id", "events WHERE n IN (2, 3)"), [[2, "c1"], [3, "c2"]])
            # The new option holds.
            with self.assertRaises(InvalidStatusCode) as refused:
                Client(url)
            self.assertEqual(refused.exception.status_code, 503)
        shell.execute("ALTER CONNECTION feed SET (ack_timeout_ms = 200)")
        shell.wait_until("n, COUNT(*) > 1", "events GROUP BY n ORDER BY n",
                         lambda rows: [bool(more) for _, more in rows] == [True, False, True, False])


if __name__ == "__main__":
    unittest.main()
