"""What happens to connections as rows (stream = 'events'), and rows that are sent again on every connect (repeat_on_connect)."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Client, FeedServer, Server, free_port

COLUMNS = """event TEXT, timestamp TIMESTAMP, connection_name TEXT, session_id BIGINT WITH (json_path = '$.session_id'), client_id TEXT, remote_address TEXT,
    subprotocol TEXT, close_code INT, reason TEXT, gap_started_at TIMESTAMP, last_position JSON, resumed BOOLEAN, messages_maybe_lost BIGINT"""


class EventsTest(LaminarTestCase):
    def open_feed(self, server, options="", columns="n INT"):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20{options});
            CREATE TABLE events ({COLUMNS}) WITH (connector = 'feed', stream = 'events');
            CREATE TABLE rows_of ({columns}) WITH (connector = 'feed');
        """)
        return shell

    def test_a_client_that_is_dropped_and_comes_back(self):
        with FeedServer(['{"n": 1}'], subprotocols=["v1"]) as server:
            shell = self.open_feed(server, ", subprotocols = ['v1'], subscribe_message = 'hello', resume_field = '$.n'")
            shell.wait_until("COUNT(*)", "rows_of", lambda rows: rows == [[1]])
            server.drop_clients()
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[6]])
            rows = shell.select("event, session_id, subprotocol, close_code, reason IS NULL, gap_started_at IS NOT NULL, last_position, resumed", "events")
            self.assertEqual(rows, [["connected", 1, "v1", None, True, False, None, None], ["subscribed", 1, "v1", None, True, False, None, None],
                                    ["disconnected", 1, "v1", None, False, False, None, None], ["connected", 2, "v1", None, True, False, None, None],
                                    ["gap", 2, None, None, False, True, 1, False], ["subscribed", 2, "v1", None, True, False, None, None]])
            self.assertEqual(shell.select("COUNT(*)", "events WHERE remote_address = '127.0.0.1:" + str(server.port) + "' AND connection_name = 'feed' AND timestamp > gap_started_at"), [[1]])

    def test_codes_and_reasons_of_the_peer_without_its_secrets(self):
        class Closing(Server):
            async def serve_client(self, client):
                await client.close(4001, "your token abc-123-def is old")

        environment = {"LAMINAR_SECRET_TOKEN": "abc-123-def"}
        with Closing() as server:
            shell = self.start_shell(environment=environment)
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}?t=${{secret:token}}', mode = 'client', format = 'json', reconnect = false);
                CREATE TABLE events ({COLUMNS}) WITH (connector = 'feed', stream = 'events'); CREATE TABLE t (n INT) WITH (connector = 'feed');""")
            shell.wait_until("event, close_code, reason", "events", lambda rows: rows == [
                ["connected", None, None], ["disconnected", 4001, "closed with code 4001 (your token *** is old)"]])

    def test_clients_of_a_server(self):
        port = free_port()
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION inlet TO websocket (mode = 'server', port = {port}, format = 'json');
            CREATE TABLE events ({COLUMNS}) WITH (connector = 'inlet', stream = 'events');
            CREATE TABLE rows_of (n INT) WITH (connector = 'inlet');""")
        shell.wait_for_state("inlet", "listening")
        with Client(f"ws://127.0.0.1:{port}/"):
            shell.wait_until("event, client_id, session_id", "events", lambda rows: rows == [["connected", "c1", 1]])
        shell.wait_until("event, client_id, close_code", "events", lambda rows: rows == [["connected", "c1", None], ["disconnected", "c1", 1000]])

    def test_sql_acts_on_a_reconnect(self):
        """A pipeline subscribes anew for each session, in that session."""
        with Server() as server:
            shell = self.open_feed(server)
            shell.execute("""
                CREATE TABLE outlet (session_id BIGINT, op TEXT) WITH (connector = 'feed', mode = 'sink');
                CREATE PIPELINE subscribing AS INSERT INTO outlet SELECT session_id, 'subscribe ' || session_id FROM events WHERE event = 'connected';""")
            self.assertEqual(json.loads(server.wait_for_messages(1)[0]), "subscribe 1")
            server.drop_clients()
            self.assertEqual(json.loads(server.wait_for_messages(2)[1]), "subscribe 2")

    def test_a_table_of_events_alone_connects_and_reads_nothing(self):
        with FeedServer(['{"n": 1}']) as server:
            shell = self.start_shell()
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE events ({COLUMNS}) WITH (connector = 'feed', stream = 'events');""")
            shell.wait_until("event", "events", lambda rows: rows == [["connected"]])
            self.assertEqual(shell.select("messages_received", "system.connections"), [[0]])


class RepeatTest(LaminarTestCase):
    def open_feed(self, server, table, options=""):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20{options});
            {table}""")
        return shell

    def test_rows_are_sent_again_and_of_a_key_the_latest(self):
        with Server() as server:
            shell = self.open_feed(server, """CREATE TABLE wanted (channel TEXT PRIMARY KEY, depth INT)
                WITH (connector = 'feed', mode = 'sink', repeat_on_connect = true);
                CREATE TABLE once (note TEXT) WITH (connector = 'feed', mode = 'sink');""", ", subscribe_message = 'hello'")
            shell.execute("INSERT INTO wanted VALUES ('a', 1), ('b', 1); INSERT INTO wanted VALUES ('a', 2); INSERT INTO once VALUES ('x')")
            first = server.wait_for_messages(5)
            self.assertEqual(first, ["hello", '{"channel":"a","depth":1}', '{"channel":"b","depth":1}', '{"channel":"a","depth":2}', '"x"'])
            server.drop_clients()
            self.assertEqual(server.wait_for_messages(8)[5:], ["hello", '{"channel":"b","depth":1}', '{"channel":"a","depth":2}'])
            # A change of the connection takes them along; a table that is dropped takes them with it.
            shell.execute("ALTER CONNECTION feed SET (subscribe_message = 'again')")
            self.assertEqual(server.wait_for_messages(11)[8:], ["again", '{"channel":"b","depth":1}', '{"channel":"a","depth":2}'])
            shell.execute("DROP TABLE wanted")
            server.drop_clients()
            self.assertEqual(server.wait_for_messages(12)[11:], ["again"])
            shell.execute("INSERT INTO once VALUES ('y')")
            self.assertEqual(server.wait_for_messages(13)[12:], ['"y"'])

    def test_before_it_is_connected_they_wait_for_the_first_session(self):
        port = free_port()
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{port}/', mode = 'client', format = 'json', reconnect_interval_ms = 20,
                max_reconnect_interval_ms = 20);
            CREATE TABLE wanted (channel TEXT) WITH (connector = 'feed', mode = 'sink', repeat_on_connect = true);
            INSERT INTO wanted VALUES ('a'), ('b'), ('a');""")
        with Server(port=port) as server:
            self.assertEqual(server.wait_for_messages(2), ['"b"', '"a"'], "without a key equal rows are one")
            shell.execute("INSERT INTO wanted VALUES ('c')")
            self.assertEqual(server.wait_for_messages(3)[2:], ['"c"'])

    def test_no_more_are_kept_than_the_queue_holds(self):
        with Server() as server:
            shell = self.open_feed(server, "CREATE TABLE wanted (n INT) WITH (connector = 'feed', mode = 'sink', repeat_on_connect = true);",
                                   ", send_buffer_size = 2")
            shell.wait_for_state("feed", "connected")
            for number in range(3):
                shell.execute(f"INSERT INTO wanted VALUES ({number})")
            server.wait_for_messages(3)
            self.assertIn("send_buffer_size", shell.wait_until("message", "system.websocket_logs WHERE event = 'not_repeated'", lambda rows: rows)[0][0])
            server.drop_clients()
            self.assertEqual(server.wait_for_messages(5)[3:], ['{"n":0}', '{"n":1}'])


if __name__ == "__main__":
    unittest.main()
