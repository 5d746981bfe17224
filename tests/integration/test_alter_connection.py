"""ALTER CONNECTION takes effect at once and loses nothing."""

import json
import socket
import unittest

from websockets.exceptions import ConnectionClosed, InvalidStatusCode

from laminar_process import LaminarTestCase
from terminal import Terminal
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


class FailedReplacementTest(LaminarTestCase):
    """What cannot be opened replaces nothing: the old connection goes on, its clients and its address with it."""

    def start_terminal(self):
        """A shell on a terminal goes on after an error."""
        self.terminal = Terminal(self.temporary_folder(), columns=400)
        self.addCleanup(self.terminal.kill)
        self.rows = 0

    def execute(self, script, says="ready"):
        """Waits for what the last statement says, by default only for its end."""
        self.terminal.send(f"{script};\nSELECT 're' || 'ady';\n")
        seen = self.terminal.wait_for(says)
        return seen if says == "ready" else seen + self.terminal.wait_for("ready")

    def open_server(self, port):
        self.start_terminal()
        self.execute(f"CREATE CONNECTION hub TO websocket (mode = 'server', port = {port}, format = 'json')")
        self.execute("CREATE TABLE events (n INT) WITH (connector = 'hub')")
        self.execute("WAIT FOR hub TIMEOUT INTERVAL '20 seconds'")

    def occupy(self, host, port):
        other = socket.create_server((host, port))
        self.addCleanup(other.close)
        return other.getsockname()[1]

    def send_row(self, client):
        client.send(json.dumps({"n": 1}))
        self.rows += 1
        self.execute(f"WAIT FOR events COUNT {self.rows} TIMEOUT INTERVAL '20 seconds'", "WAIT FOR\r\n")

    def refuse(self, statement, url, client, reason):
        self.execute(statement, f'connection "hub" stays as it is: {reason}')
        self.send_row(client)
        with Client(url) as another:
            self.send_row(another)

    def test_a_server_whose_new_port_is_taken(self):
        port, taken = free_port(), self.occupy("127.0.0.1", 0)
        url = f"ws://127.0.0.1:{port}/"
        self.open_server(port)
        reason = f"cannot listen on 127.0.0.1:{taken}: Address already in use"
        with Client(url) as client:
            self.refuse(f"CREATE OR REPLACE CONNECTION hub TO websocket (mode = 'server', port = {taken}, format = 'json')",
                        url, client, reason)
            self.refuse(f"ALTER CONNECTION hub SET (port = {taken})", url, client, reason)
            self.execute("SHOW CREATE CONNECTION hub", f"port = {port}")

    def test_a_server_whose_own_port_another_has_on_another_address(self):
        """The old server gives its port up, in vain, and takes it back; its clients do not notice."""
        port = free_port()
        self.occupy("127.0.0.2", port)
        url = f"ws://127.0.0.1:{port}/"
        self.open_server(port)
        with Client(url) as client:
            self.refuse("ALTER CONNECTION hub SET (host = '0.0.0.0')", url, client,
                        f"cannot listen on 0.0.0.0:{port}: Address already in use")

    def test_a_server_whose_certificate_cannot_be_read(self):
        port = free_port()
        url = f"ws://127.0.0.1:{port}/"
        self.open_server(port)
        with Client(url) as client:
            self.refuse("ALTER CONNECTION hub SET (tls_cert = '/no/such/cert.pem', tls_key = '/no/such/key.pem')",
                        url, client, 'tls_cert: cannot read file "/no/such/cert.pem"')

    def test_a_server_keeps_its_port_when_only_another_option_changes(self):
        """Who comes while the one makes place for the other waits, and is served."""
        port = free_port()
        url = f"ws://127.0.0.1:{port}/"
        self.open_server(port)
        with Client(url):
            self.execute("ALTER CONNECTION hub SET (path = '/in')", "ALTER CONNECTION\r\n")
        with Client(url + "in") as client:
            self.send_row(client)
        self.execute("ALTER CONNECTION hub SET (host = '0.0.0.0')", "ALTER CONNECTION\r\n")
        with Client(url + "in") as client:
            self.send_row(client)

    def test_a_client_whose_certificates_cannot_be_read(self):
        with Server() as server:
            self.start_terminal()
            self.execute(f"CREATE CONNECTION hub TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json')")
            self.execute("CREATE TABLE events (n INT) WITH (connector = 'hub')")
            self.execute("WAIT FOR hub TIMEOUT INTERVAL '20 seconds'")
            self.execute("ALTER CONNECTION hub SET (endpoint = 'wss://127.0.0.1:1/', tls_ca_cert = '/no/such/ca.pem')",
                         'connection "hub" stays as it is: tls_ca_cert: cannot read file "/no/such/ca.pem"')
            self.execute("INSERT INTO events VALUES (7)")
            self.assertEqual(server.wait_for_messages(1), ['{"n":7}'])

    def test_a_file_that_cannot_be_written_or_read(self):
        folder = self.temporary_folder()
        (folder / "in.ndjson").write_text('{"n": 1}\n')
        (folder / "other.parquet").write_text("no Parquet at all")
        self.start_terminal()
        self.execute(f"CREATE CONNECTION sink TO file (path = '{folder}/out.ndjson', mode = 'sink')")
        self.execute(f"CREATE CONNECTION source TO file (path = '{folder}/in.ndjson')")
        self.execute(f"CREATE CONNECTION columns TO file (path = '{folder}/out.parquet', format = 'parquet', mode = 'sink')")
        self.execute("CREATE TABLE out (n INT) WITH (connector = 'sink')")
        self.execute("CREATE TABLE more (n INT) WITH (connector = 'columns')")
        self.execute("CREATE TABLE events (n INT) WITH (connector = 'source')")
        self.execute("WAIT FOR events COUNT 1 TIMEOUT INTERVAL '20 seconds'")
        for statement, kept in (
                (f"CREATE OR REPLACE CONNECTION sink TO file (path = '{folder}/none/out.ndjson', mode = 'sink')", "sink"),
                (f"ALTER CONNECTION columns SET (path = '{folder}/other.parquet')", "columns"),
                (f"ALTER CONNECTION source SET (path = '{folder}/none/in.ndjson')", "source")):
            self.execute(statement, f'connection "{kept}" stays as it is: ')
        self.execute("INSERT INTO out SELECT n FROM events", "INSERT 1")
        self.execute("DROP TABLE out", "DROP TABLE\r\n")
        self.assertEqual((folder / "out.ndjson").read_text(), '{"n":1}\n')


if __name__ == "__main__":
    unittest.main()
