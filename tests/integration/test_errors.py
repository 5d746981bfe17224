"""on_error, max_errors_per_minute, error_buffer_size, the errors stream, dead letters: every failure is told, kept where that is asked
for, and stops nothing that was not asked to stop."""

import base64
import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Client, FeedServer, free_port

GOOD = [json.dumps({"n": n}) for n in range(3)]


class ErrorTest(LaminarTestCase):
    def connection(self, server, options=""):
        return f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                       reconnect_interval_ms = 100{options});"""

    def test_the_errors_stream_of_the_specification(self):
        with FeedServer(["{broken", json.dumps({"n": "three"}), *GOOD]) as server:
            laminar = self.run_script(self.connection(server, ", on_error = 'continue', error_buffer_size = 100") + """
                CREATE TABLE ws_errors (error_type TEXT, error_message TEXT, failed_message TEXT, timestamp TIMESTAMP DEFAULT NOW())
                    WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR ws_errors COUNT 2 TIMEOUT INTERVAL '60 seconds';
                SELECT error_type, error_message, failed_message, timestamp > NOW() - INTERVAL '5 minutes' AS recent FROM ws_errors;
                SELECT messages_received, messages_failed, errors FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        first, second, counters = laminar.rows
        self.assertEqual((first["error_type"], first["failed_message"], first["recent"]), ("invalid_json", "{broken", True))
        self.assertEqual(second["error_type"], "type_mismatch")
        self.assertIn('field "n": expected INTEGER, found string "three"', second["error_message"])
        self.assertEqual(counters, {"messages_received": 5, "messages_failed": 2, "errors": 2})

    def test_records_are_read_alike_whatever_the_messages_are(self):
        messages = {"json": '{"x":"one"}', "text": "one", "binary": b"one"}
        values = {"json": "x", "text": "message", "binary": "decode(data)"}
        for role in ("client", "server"):
            for form, message in messages.items():
                with self.subTest(role=role, format=form):
                    self.check_records(role, form, message, values[form])

    def check_records(self, role, form, message, value):
        payload = message if isinstance(message, bytes) else message.encode()
        statements = f"""
            CREATE TABLE ws_errors (error_type TEXT, error_message TEXT, failed_message TEXT, timestamp TIMESTAMP DEFAULT NOW())
                WITH (connector = 'feed', stream = 'errors');
            CREATE TABLE dead (error_type TEXT, data BYTEA, size BIGINT, message TEXT, x TEXT WITH (json_path = '$.failed_message'))
                WITH (connector = 'feed', stream = 'dlq');
            CREATE TABLE dead_too (connection_name TEXT) WITH (connector = 'feed', stream = 'dlq');
            CREATE PIPELINE numbers AS SELECT CAST({value} AS INTEGER) AS n FROM feed;
            WAIT FOR ws_errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
            WAIT FOR dead COUNT 1 TIMEOUT INTERVAL '60 seconds';
            WAIT FOR dead_too COUNT 1 TIMEOUT INTERVAL '60 seconds';
            SELECT error_type, contains(error_message, 'one') AS told, failed_message, timestamp > NOW() - INTERVAL '5 minutes' AS recent
                FROM ws_errors;
            SELECT error_type, data, size, message, x FROM dead;
            SELECT connection_name, data, message, message_size FROM dead_too;
            DROP CONNECTION feed CASCADE;"""
        if role == "client":
            with FeedServer([message]) as server:
                laminar = self.run_script(f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client',
                    format = '{form}', dlq_enabled = true);""" + statements)
        else:
            port = free_port()
            laminar = self.start_script(f"""CREATE CONNECTION feed TO websocket (mode = 'server', port = {port},
                format = '{form}', dlq_enabled = true);""" + statements, "--log-level", "info")
            laminar.stderr.wait_for(lambda line: "listening on" in line, "listening server")
            with Client(f"ws://127.0.0.1:{port}/") as client:
                client.send(message)
                self.assertEqual(laminar.wait(), 0)
        text = payload.decode()
        data = base64.b64encode(payload).decode()
        self.assertEqual(laminar.rows, [
            {"error_type": "processing", "told": True, "failed_message": text, "recent": True},
            {"error_type": "processing", "data": data, "size": None, "message": text, "x": text},
            {"connection_name": "feed", "data": data, "message": text, "message_size": len(payload)}])

    def test_each_element_is_an_error_of_its_own_and_the_message_one_dead_letter(self):
        message = '[{"n":1},{"n":"two"},{"n":3},"four"]'
        with FeedServer([message, '{"n":5}\nbroken\n{"n":6}']) as server:
            laminar = self.run_script(self.connection(server, ", dlq_enabled = true") + """
                CREATE TABLE errors (error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE dead (error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'dlq');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 4 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR errors COUNT 3 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR dead COUNT 2 TIMEOUT INTERVAL '60 seconds';
                SELECT list(n ORDER BY n) AS n FROM events;
                SELECT * FROM errors;
                SELECT * FROM dead;
                SELECT messages_received, messages_failed, errors, dead_letters FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        element = 'element 1 of the message: field "n": expected INTEGER, found string "two"'
        line = "line 2 of the message: invalid JSON at byte 8: not a value"
        self.assertEqual(laminar.rows, [
            {"n": [1, 3, 5, 6]},
            {"error_message": element, "failed_message": '{"n":"two"}'},
            {"error_message": "element 3 of the message is a string; expected an object", "failed_message": '"four"'},
            {"error_message": line, "failed_message": "broken"},
            {"error_message": element, "failed_message": message},
            {"error_message": line, "failed_message": '{"n":5}\nbroken\n{"n":6}'},
            {"messages_received": 2, "messages_failed": 2, "errors": 3, "dead_letters": 2}])

    def test_error_buffer_size_is_how_many_errors_wait_for_a_table(self):
        with FeedServer([f"broken {n}" for n in range(50)] + GOOD) as server:
            laminar = self.run_script(self.connection(server, ", error_buffer_size = 10, dlq_enabled = true") + """
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                CREATE TABLE errors (failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE dead (failed_message TEXT) WITH (connector = 'feed', stream = 'dlq');
                WAIT FOR errors COUNT 10 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR dead COUNT 10 TIMEOUT INTERVAL '60 seconds';
                SELECT failed_message FROM errors;
                SELECT COUNT(*) AS dead, MIN(failed_message) AS first FROM dead;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual([row["failed_message"] for row in laminar.rows[:-1]], [f"broken {n}" for n in range(40, 50)])
        self.assertEqual(laminar.rows[-1], {"dead": 10, "first": "broken 40"})

    def test_on_error_fail_ends_the_connection(self):
        with FeedServer([*GOOD, "broken"]) as server:
            laminar = self.start_script(self.connection(server, ", on_error = 'fail'") + """
                CREATE TABLE events (n INT) WITH (connector = 'feed');""")
            self.assertEqual(laminar.wait(), 1)
        self.assertIn("on_error = 'fail': invalid_json", laminar.stderr.text)
        self.assertEqual(len(server.requests), 1, "a failed connection is not made again")

    def test_on_error_fail_is_for_connection_errors_too(self):
        laminar = self.start_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{free_port()}/', mode = 'client', format = 'json',
                on_error = 'fail', reconnect_interval_ms = 10);
            CREATE TABLE events (n INT) WITH (connector = 'feed');""")
        self.assertEqual(laminar.wait(), 1)
        self.assertIn("on_error = 'fail': cannot connect to", laminar.stderr.text)

    def test_on_error_continue_goes_on(self):
        with FeedServer(["broken"] * 30 + GOOD) as server:
            laminar = self.run_script(self.connection(server, ", on_error = 'continue'") + """
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                SELECT connection_state, messages_failed FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"connection_state": "connected", "messages_failed": 30}])

    def test_max_errors_per_minute(self):
        with FeedServer(["broken"] * 10 + GOOD) as server:
            self.run_script(self.connection(server, ", max_errors_per_minute = 10") + """
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                DROP CONNECTION feed CASCADE;""")
        with FeedServer(["broken"] * 11 + GOOD) as server:
            laminar = self.start_script(self.connection(server, ", max_errors_per_minute = 10") + """
                CREATE TABLE events (n INT) WITH (connector = 'feed');""")
            self.assertEqual(laminar.wait(), 1)
        self.assertIn("more than 10 errors in a minute (max_errors_per_minute)", laminar.stderr.text)

    def test_max_errors_per_minute_counts_connection_errors(self):
        port = free_port()
        laminar = self.start_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{port}/', mode = 'client', format = 'json',
                reconnect_interval_ms = 10, max_reconnect_interval_ms = 20, max_errors_per_minute = 3);
            CREATE TABLE events (n INT) WITH (connector = 'feed');""")
        self.assertEqual(laminar.wait(), 1)
        self.assertIn("more than 3 errors in a minute", laminar.stderr.text)

    def test_a_server_fails_by_the_same_rules(self):
        port = free_port()
        laminar = self.start_script(f"""
            CREATE CONNECTION hub TO websocket (mode = 'server', port = {port}, format = 'json', on_error = 'fail');
            CREATE TABLE events (n INT) WITH (connector = 'hub');""", "--log-level", "info")
        laminar.stderr.wait_for(lambda line: "listening on" in line, "listening server")
        with Client(f"ws://127.0.0.1:{port}/") as client:
            client.send("broken")
            self.assertEqual(laminar.wait(), 1)
        self.assertIn("on_error = 'fail': invalid_json", laminar.stderr.text)

    def test_errors_of_messages_and_their_elements_have_the_ids_of_these(self):
        element = '{"n": "x", "message_id": "b"}'
        with FeedServer(['{"n": "x", "message_id": "m"}', f'[{{"n": 1, "message_id": "a"}}, {element}, {{"n": "y"}}]', "{broken"]) as server:
            laminar = self.run_script(self.connection(server, ", dlq_enabled = true") + """
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                CREATE TABLE errors (message_id TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
                WAIT FOR errors COUNT 4 TIMEOUT INTERVAL '60 seconds';
                SELECT message_id FROM errors;
                SELECT message_id FROM system.dead_letters;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual([row["message_id"] for row in laminar.rows], ["m", "b", "feed-2", None] + ["m", "b", None])

    def test_rows_that_a_pipeline_refuses_are_errors_of_the_connection(self):
        feed = [json.dumps({"message_id": f"m{n}", "x": x}) for n, x in enumerate(["1", "one", "2"])]
        events = "CREATE TABLE events (message_id TEXT, x TEXT) WITH (connector = 'feed');"
        for relation in ("feed", "events"):
            with self.subTest(relation), FeedServer(feed) as server:
                laminar = self.run_script(self.connection(server, ", dlq_enabled = true") + f"""
                    {events if relation == "events" else ""}
                    CREATE TABLE kept (x INTEGER);
                    CREATE PIPELINE numbers AS INSERT INTO kept SELECT CAST(x AS INTEGER) FROM {relation};
                    CREATE TABLE errors (error_type TEXT, error_message TEXT, failed_message TEXT, message_id TEXT)
                        WITH (connector = 'feed', stream = 'errors');
                    WAIT FOR kept COUNT 2 TIMEOUT INTERVAL '60 seconds';
                    WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                    SELECT * FROM errors;
                    SELECT error_type, message_id, message FROM system.dead_letters;
                    SELECT errors FROM system.pipelines;
                    DROP CONNECTION feed CASCADE;
                """)
                error, letter, pipeline = laminar.rows
                self.assertEqual((error["error_type"], error["failed_message"], error["message_id"]), ("processing", feed[1], "m1"))
                self.assertIn("numbers: ", error["error_message"])
                self.assertIn("one", error["error_message"])
                self.assertEqual(letter, {"error_type": "processing", "message_id": "m1", "message": feed[1]})
                self.assertEqual(pipeline, {"errors": 1})

    def test_on_error_fail_holds_for_processing(self):
        for mode in ("client", "server"):
            with self.subTest(mode):
                statements = """
                    CREATE TABLE events (x TEXT) WITH (connector = 'feed');
                    CREATE PIPELINE numbers AS SELECT CAST(x AS INTEGER) AS x FROM events;"""
                if mode == "client":
                    with FeedServer([json.dumps({"x": "one"})]) as server:
                        laminar = self.start_script(self.connection(server, ", on_error = 'fail'") + statements)
                        self.assertEqual(laminar.wait(), 1)
                else:
                    port = free_port()
                    laminar = self.start_script(f"""
                        CREATE CONNECTION feed TO websocket (mode = 'server', port = {port}, format = 'json', on_error = 'fail');
                        """ + statements, "--log-level", "info")
                    laminar.stderr.wait_for(lambda line: "listening on" in line, "listening server")
                    with Client(f"ws://127.0.0.1:{port}/") as client:
                        client.send(json.dumps({"x": "one"}))
                        self.assertEqual(laminar.wait(), 1)
                self.assertIn("on_error = 'fail': processing: numbers: ", laminar.stderr.text)

    def lucky_rows(self, option, query):
        """How many of 400 rows pass the query; the last row is for the watermark alone."""
        feed = [json.dumps({"n": n, "ts": f"2026-01-02T09:{n // 60:02}:{n % 60:02}Z"}) for n in range(400)]
        feed.append(json.dumps({"n": -1, "ts": "2026-01-02T10:00:00Z"}))
        with FeedServer(feed) as server:
            laminar = self.run_script(self.connection(server, f", {option}, reconnect = false") + f"""
                CREATE TABLE events (n INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
                WAIT FOR events COUNT 401 TIMEOUT INTERVAL '60 seconds';
                CREATE TABLE kept (n INTEGER);
                CREATE PIPELINE lucky AS INSERT INTO kept {query};
                WAIT FOR kept COUNT 20 TIMEOUT INTERVAL '60 seconds';
                SELECT (SELECT COUNT(*) FROM kept WHERE n >= 0) AS kept, errors FROM system.pipelines;
                DROP CONNECTION feed CASCADE;
            """)
        row = laminar.rows[0]
        self.assertEqual(row["kept"] + row["errors"], 400)
        return row["kept"]

    def test_on_error_retry_tries_again(self):
        # Each try fails by a coin's throw, alone or with neighbours: without retries about 250 of 400 rows pass (give or take
        # 10), with three about 380 (give or take 5).
        coin = "CASE WHEN n >= 0 AND random() < 0.5 THEN CAST(error('no luck') AS INTEGER) ELSE n END"
        queries = {
            "a row of the feed": f"SELECT {coin} FROM events",
            "a window": f"SELECT CASE WHEN random() < 0.5 THEN CAST(error('no luck') AS INTEGER) ELSE MAX(n) END "
                        "FROM events GROUP BY TUMBLE(ts, INTERVAL '1 second')",
            "a row made of a window": f"SELECT {coin} FROM "
                                      "(SELECT MAX(n) AS n FROM events GROUP BY TUMBLE(ts, INTERVAL '1 second'))",
        }
        for what, query in queries.items():
            with self.subTest(what):
                self.assertLess(self.lucky_rows("on_error = 'continue'", query), 320)
                self.assertGreater(self.lucky_rows("on_error = 'retry'", query), 340)

    def test_alter_connection_changes_how_often_a_row_is_tried_again(self):
        coin = "CASE WHEN random() < 0.5 THEN CAST(error('no luck') AS INTEGER) ELSE n END"
        feed = [json.dumps({"n": n}) for n in range(400)]
        with FeedServer(feed) as server:
            laminar = self.run_script(self.connection(server) + f"""
                CREATE TABLE events (n INTEGER) WITH (connector = 'feed');
                CREATE TABLE kept (n INTEGER);
                CREATE PIPELINE lucky AS INSERT INTO kept SELECT {coin} FROM events;
                PAUSE PIPELINE lucky;
                ALTER CONNECTION feed SET (on_error = 'retry');
                RESUME PIPELINE lucky;
                WAIT FOR kept COUNT 300 TIMEOUT INTERVAL '60 seconds';
                SELECT errors FROM system.pipelines;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertLess(laminar.rows[0]["errors"], 100)  # About 20 are expected, and 300 if nothing is tried again.

    READINGS = [json.dumps({"message_id": f"m{n}", "name": name, "ts": f"2026-01-02T09:00:{second:02}Z"})
                for n, (name, second) in enumerate([("1", 1), ("2", 2), ("one", 12), ("3", 31), ("4", 3), ("5", 41), ("6", 59)])]

    def test_late_rows_are_told_of(self):
        """They are no errors: on_error = 'fail' lets them pass, and nothing counts as failed."""
        table = "CREATE TABLE readings (message_id TEXT, name TEXT, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');"
        for relation in ("readings", "feed"):
            with self.subTest(relation), FeedServer(self.READINGS) as server:
                laminar = self.run_script(self.connection(server, ", on_error = 'fail', dlq_enabled = true") + f"""
                    {table if relation == "readings" else ""}
                    CREATE TABLE counts (n BIGINT, begins TIMESTAMP);
                    CREATE PIPELINE windows AS INSERT INTO counts SELECT COUNT(*), TUMBLE_START(ts, INTERVAL '10 seconds')
                        FROM {relation} GROUP BY 2;
                    CREATE TABLE errors (error_type TEXT, error_message TEXT, failed_message TEXT, message_id TEXT)
                        WITH (connector = 'feed', stream = 'errors');
                    WAIT FOR counts COUNT 4 TIMEOUT INTERVAL '60 seconds';
                    WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                    SELECT * FROM errors;
                    SELECT connection_state, messages_failed, errors, dead_letters FROM system.websocket_connections;
                    SELECT late_rows FROM system.pipelines;
                    DROP CONNECTION feed CASCADE;
                """)
                error, connection, pipeline = laminar.rows
                self.assertEqual((error["error_type"], error["failed_message"], error["message_id"]), ("late", self.READINGS[4], "m4"))
                self.assertIn("windows: came too late", error["error_message"])
                self.assertEqual(connection, {"connection_state": "connected", "messages_failed": 0, "errors": 1, "dead_letters": 0})
                self.assertEqual(pipeline, {"late_rows": 1})

    def test_rows_that_fail_in_later_steps_are_errors_of_the_connection(self):
        """What a window makes, what another pipeline delivers, and what the sink's table refuses."""
        cases = {
            "operator": ("CREATE TABLE kept (x INTEGER);", """INSERT INTO kept SELECT CAST(MAX(name) AS INTEGER)
                          FROM readings GROUP BY TUMBLE(ts, INTERVAL '10 seconds')""", None),
            "upstream": ("CREATE TABLE kept (x INTEGER); CREATE PIPELINE first AS SELECT name FROM readings;",
                         "INSERT INTO kept SELECT CAST(name AS INTEGER) FROM first", None),
            "sink": ("CREATE TABLE kept (x INTEGER NOT NULL);", "INSERT INTO kept SELECT TRY_CAST(name AS INTEGER) FROM readings",
                     {"x": None}),
        }
        for name, (before, query, row) in cases.items():
            with self.subTest(name), FeedServer(self.READINGS) as server:
                laminar = self.start_script(self.connection(server) + f"""
                    CREATE TABLE readings (message_id TEXT, name TEXT, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
                    {before}
                    CREATE PIPELINE failing AS {query};
                    CREATE TABLE errors (error_type TEXT, error_message TEXT, failed_message TEXT)
                        WITH (connector = 'feed', stream = 'errors');
                    CREATE PIPELINE told AS SELECT * FROM errors WHERE error_type = 'processing';
                """)
                error = json.loads(laminar.stdout.wait_for(lambda line: '"told"' in line, "error"))
                self.assertIn("failing: ", error["error_message"])
                self.assertEqual(error["failed_message"] and json.loads(error["failed_message"]), row)

    def test_on_error_fail_holds_for_later_steps(self):
        with FeedServer(self.READINGS) as server:
            laminar = self.start_script(self.connection(server, ", on_error = 'fail'") + """
                CREATE TABLE readings (name TEXT) WITH (connector = 'feed');
                CREATE TABLE kept (x INTEGER NOT NULL);
                CREATE PIPELINE failing AS INSERT INTO kept SELECT TRY_CAST(name AS INTEGER) FROM readings;""")
            self.assertEqual(laminar.wait(), 1)
        self.assertIn("on_error = 'fail': processing: failing: ", laminar.stderr.text)

    def test_messages_without_a_receiver_are_told_of(self):
        with FeedServer([json.dumps({"n": 7})]) as server:
            laminar = self.run_script(self.connection(server) + """
                CREATE CONNECTION hub TO websocket (mode = 'server', port = 0, format = 'json', on_error = 'fail');
                CREATE TABLE answers (client_id TEXT, n INT) WITH (connector = 'hub');
                CREATE PIPELINE answering AS INSERT INTO answers SELECT 'nobody', n FROM feed;
                CREATE TABLE errors (error_type TEXT, error_message TEXT, failed_message TEXT, client_id TEXT)
                    WITH (connector = 'hub', stream = 'errors');
                WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT error_type, error_message, failed_message, client_id FROM errors;
                SELECT connection_state FROM system.websocket_connections WHERE connection_name = 'hub';
                DROP CONNECTION feed CASCADE;
                DROP CONNECTION hub CASCADE;
            """)
        self.assertEqual(laminar.rows, [
            {"error_type": "undeliverable", "error_message": 'answering: there is no client "nobody"', "failed_message": '{"n":7}',
             "client_id": "nobody"}, {"connection_state": "listening"}])

    def test_late_rows_of_files_are_told_of(self):
        path = self.temporary_folder() / "readings.json"
        path.write_text("\n".join(self.READINGS))
        laminar = self.run_script(f"""
            CREATE CONNECTION lines TO file (path = '{path}');
            CREATE TABLE readings (name TEXT, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'lines');
            CREATE PIPELINE windows AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '10 seconds') AS w FROM readings GROUP BY w;
            CREATE TABLE errors (error_type TEXT, failed_message TEXT) WITH (connector = 'lines', stream = 'errors');
            WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
            SELECT * FROM errors;
        """)
        self.assertIn({"error_type": "late", "failed_message": self.READINGS[4]}, laminar.rows)

    def test_fields_that_cannot_be_columns_are_left_out(self):
        """No name that a peer gives its fields stops a pipeline that reads all of them; what is left out is told once."""
        odd = {"": 2, "a\0b": 3, "__laminar_message_id": 4, "__PRESENT_n": 5, "A": 6, "n" * 2000: 7, "quote\"d;--": 8, "rowid": 9,
               "message": 10, "select": 11, "a.b": 12, "line\nfeed": 13, "*": 14, "a": 1, "b\0": 15}
        with FeedServer([json.dumps(odd), json.dumps({"a": 20, "": 30})]) as server:
            laminar = self.run_script(self.connection(server) + """
                CREATE PIPELINE everything AS SELECT * FROM feed;
                CREATE PIPELINE some AS SELECT *, received_at IS NOT NULL AS has_time FROM feed WHERE a > 10;
                CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
                WAIT FOR everything COUNT 2 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR some COUNT 1 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR errors COUNT 2 TIMEOUT INTERVAL '60 seconds';
                SELECT error_type, error_message FROM errors ORDER BY error_message;
                SELECT messages_received, messages_failed, errors FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        rows = [row for row in laminar.rows if row.get("_stream") == "everything"]
        kept = {"A": 6, "a": 1, "quote\"d;--": 8, "rowid": 9, "message": 10, "select": 11, "a.b": 12, "line\nfeed": 13, "*": 14}
        self.assertEqual(rows[0], {"_stream": "everything"} | kept)
        first, second, counters = laminar.rows[-3:]
        self.assertEqual((first["error_type"], second["error_type"]), ("field_left_out", "field_left_out"))
        self.assertTrue(first["error_message"].startswith("everything: fields of its messages are no column of *: "), first)
        self.assertIn('"" (its name is empty)', first["error_message"])
        self.assertIn("and 1 more", first["error_message"])
        self.assertEqual(counters, {"messages_received": 2, "messages_failed": 0, "errors": 2})
        self.assertEqual(laminar.stderr.text.count("no column of *"), 2, laminar.stderr.text)

    def test_a_message_with_very_many_fields(self):
        """A thousand of them are columns. It holds nobody up: neither other pipelines nor the end of the run."""
        fields = {f"field{n}": n for n in range(40_000)}
        with FeedServer([json.dumps(fields), json.dumps({"field1": 7})]) as server:
            laminar = self.start_script(self.connection(server) + """
                CREATE TABLE last (field1 INT) WITH (connector = 'feed');
                CREATE PIPELINE everything AS SELECT * FROM feed;
                WAIT FOR everything COUNT 2 TIMEOUT INTERVAL '60 seconds';
                SELECT 'through' AS state;""")
            laminar.stdout.wait_for(lambda line: "through" in line, "rows")
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        first, second = laminar.rows[:2]
        self.assertEqual(len(first), 1001)
        self.assertEqual((first["field0"], first["field999"], second["field1"], second["field0"]), (0, 999, 7, None))
        self.assertIn("and 38,995 more".replace(",", ""), laminar.stderr.text)


class DeadLetterTest(LaminarTestCase):
    def test_the_queue_of_the_specification(self):
        feed = [json.dumps({"n": 1}), "not json", json.dumps({"n": 2}), '{"n": 3']
        with FeedServer(feed, held=True) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION ws_main TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', dlq_enabled = true);
                CREATE TABLE error_log (raw_message TEXT, error_type TEXT, error_time TIMESTAMP);
                CREATE TABLE valid (n INT);
                CREATE PIPELINE valid_messages AS INSERT INTO valid SELECT n FROM ws_main WHERE IS_VALID_JSON(message);
                CREATE PIPELINE invalid_messages AS
                INSERT INTO error_log SELECT message AS raw_message, 'invalid_json' AS error_type, NOW() AS error_time
                FROM ws_main WHERE NOT IS_VALID_JSON(message);
                SELECT 'ready' AS state;
                WAIT FOR valid COUNT 2 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR error_log COUNT 2 TIMEOUT INTERVAL '60 seconds';
                SELECT n FROM valid ORDER BY n;
                SELECT raw_message, error_type FROM error_log;
                SELECT connection_name, error_type, message, decode(data) AS data, message_size, delivery_count,
                       received_at <= timestamp AS in_order, remote_address FROM system.dead_letters;
                DROP CONNECTION ws_main CASCADE;
            """)
            laminar.stdout.wait_for(lambda line: "ready" in line, "pipelines")
            server.release()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            address = f"127.0.0.1:{server.port}"
        rows = laminar.rows[1:]
        self.assertEqual(rows[:2], [{"n": 1}, {"n": 2}])
        self.assertEqual(rows[2:4], [{"raw_message": text, "error_type": "invalid_json"} for text in (feed[1], feed[3])])
        self.assertEqual(rows[4:], [{
            "connection_name": "ws_main", "error_type": "invalid_json", "message": text, "data": text, "message_size": len(text),
            "delivery_count": 1, "in_order": True, "remote_address": address} for text in (feed[1], feed[3])])

    def test_a_message_that_is_not_json_is_an_error_whoever_reads_it(self):
        with FeedServer(["not json", *GOOD]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', dlq_enabled = true);
                CREATE TABLE kept (message TEXT);
                CREATE PIPELINE copy AS INSERT INTO kept SELECT message FROM feed;
                WAIT FOR kept COUNT 4 TIMEOUT INTERVAL '60 seconds';
                SELECT error_type, message FROM system.dead_letters;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"error_type": "invalid_json", "message": "not json"}])

    def test_binary_messages_are_kept_byte_for_byte(self):
        payload = bytes(range(256))
        with FeedServer([payload, *GOOD]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', dlq_enabled = true);
                CREATE TABLE dead (data BYTEA, failed_message TEXT) WITH (connector = 'feed', stream = 'dlq');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR dead COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT data, data = (SELECT data FROM system.dead_letters) AS same FROM dead;
                SELECT message, data FROM system.dead_letters;
                DROP CONNECTION feed CASCADE;
            """)
        encoded = base64.b64encode(payload).decode()
        self.assertEqual(laminar.rows, [{"data": encoded, "same": True}, {"message": None, "data": encoded}])

    def test_without_dlq_enabled_nothing_is_kept(self):
        with FeedServer(["broken", *GOOD]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    dlq_enabled = false);
                CREATE TABLE dead (error_type TEXT) WITH (connector = 'feed', stream = 'dlq');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                SELECT (SELECT COUNT(*) FROM dead) AS dead, (SELECT COUNT(*) FROM system.dead_letters) AS letters;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"dead": 0, "letters": 0}])


class BatchingTest(LaminarTestCase):
    def script(self, server, options):
        return f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json'{options});
            CREATE TABLE batches (n INT, at TIMESTAMP);
            CREATE PIPELINE copy AS INSERT INTO batches SELECT n, processed_at FROM feed WHERE n >= 0;
        """

    def test_batch_size_makes_full_batches(self):
        messages = [json.dumps({"n": n}) for n in range(1000)]
        with FeedServer(messages) as server:
            laminar = self.run_script(self.script(server, ", batch_size = 250, batch_timeout_ms = 60000") + """
                WAIT FOR batches COUNT 750 TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS rows FROM batches GROUP BY at ORDER BY at;
                DROP CONNECTION feed CASCADE;
            """)
        counts = [row["rows"] for row in laminar.rows]
        self.assertGreaterEqual(sum(counts), 750)
        # The query wants to see what has arrived: the last batch may be a smaller one.
        self.assertTrue(all(count >= 250 for count in counts[:-1]), counts)

    def test_batch_timeout_ends_the_wait(self):
        with FeedServer(GOOD) as server:
            laminar = self.run_script(self.script(server, ", batch_size = 250, batch_timeout_ms = 1500") + """
                WAIT FOR batches COUNT 3 TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS rows FROM batches GROUP BY at;
                DROP PIPELINE copy;
                CREATE TABLE times (received TIMESTAMP, processed TIMESTAMP);
                CREATE PIPELINE timed AS INSERT INTO times SELECT received_at, processed_at FROM feed WHERE n >= 0;
                WAIT FOR times COUNT 3 TIMEOUT INTERVAL '60 seconds';
                SELECT MIN(processed - received) > INTERVAL '1 second' AS waited FROM times;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"rows": 3}, {"waited": True}])

    def test_a_full_buffer_is_not_waited_for(self):
        messages = [json.dumps({"n": n}) for n in range(100)]
        with FeedServer(messages) as server:
            self.run_script(self.script(server, ", buffer_size = 10, batch_size = 1000, batch_timeout_ms = 600000") + """
                WAIT FOR batches COUNT 100 TIMEOUT INTERVAL '60 seconds';
                DROP CONNECTION feed CASCADE;""")

    def test_the_end_of_a_feed_is_not_waited_for(self):
        class EndingServer(FeedServer):
            async def serve_client(self, client):
                for message in self.messages:
                    await client.send(message)

        with EndingServer(GOOD) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    reconnect = false, batch_size = 1000, batch_timeout_ms = 600000);
                CREATE PIPELINE shown AS SELECT n FROM feed WHERE n >= 0;""")
        self.assertEqual([row["n"] for row in laminar.rows], [0, 1, 2])


if __name__ == "__main__":
    unittest.main()
