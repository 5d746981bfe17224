"""laminar test: pipelines tested with recorded messages, as users do in CI."""

import json
import subprocess
import unittest
import xml.etree.ElementTree

from laminar_process import LIMIT_SECONDS, WITHOUT_DISK, LaminarTestCase, binary, run
from websocket_peer import FeedServer

SCRIPT = """
CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = '{url}', headers = MAP {{'Authorization': 'Bearer ${{secret:token}}'}});
CREATE CONNECTION alerts TO websocket (mode = 'client', format = 'json', endpoint = 'wss://alerts.example.com/');
CREATE TABLE trades (symbol TEXT, price DOUBLE, received_at TIMESTAMP) WITH (connector = 'feed');
CREATE TABLE alert WITH (connector = 'alerts');
CREATE PIPELINE large AS SELECT symbol, price FROM trades WHERE price > 1000;
CREATE PIPELINE alerting AS INSERT INTO alert SELECT symbol, price * 2 AS twice FROM trades WHERE price > 50000;
WAIT FOR trades COUNT 1000000;
SELECT * FROM trades;
"""

TESTS = """# Tests of trades.sql.
@script trades.sql

@test large trades pass
@input feed
{"symbol": "BTC", "price": 60000}
{"symbol": "ETH", "price": 10}
+5s {"symbol": "ETH", "price": 3000.5}
@expect large
{"price": 6e4, "symbol": "BTC"}
{"symbol":"ETH","price":3000.5}
@expect alerts
{"symbol":"BTC","twice":120000}
@expect query SELECT symbol, received_at FROM trades WHERE price > 1000
{"symbol":"BTC","received_at":"2000-01-01T00:00:00Z"}
{"symbol":"ETH","received_at":"2000-01-01T00:00:05Z"}

@test nothing comes of nothing
@expect large
@expect alerts
"""


class TestCommandTest(LaminarTestCase):
    def files(self, tests=TESTS, script=SCRIPT, url="wss://feed.example.com/"):
        folder = self.temporary_folder()
        (folder / "trades.sql").write_text(script.format(url=url) if "{url}" in script else script)
        (folder / "trades.test").write_text(tests)
        return folder

    def run_tests(self, folder, *arguments, expect=0):
        laminar = run("test", *(arguments or ["trades.test"]), cwd=folder)
        self.assertEqual(laminar.exit_code, expect, f"{laminar.stdout.text}\n{laminar.stderr.text}")
        return laminar

    def test_recorded_fields_are_found_by_their_spelling_first(self):
        folder = self.files(script="""
            CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'wss://feed.example.com/');
            CREATE TABLE pairs (e TEXT, "E" BIGINT, price DOUBLE, t BIGINT, "T" BIGINT) WITH (connector = 'feed');
            CREATE TABLE alone (t BIGINT, exact INTEGER WITH (json_path = '$.size')) WITH (connector = 'feed');
            CREATE PIPELINE direct AS SELECT e, "E", Price FROM feed;
            """, tests="""
@script trades.sql
@test the exact name decides, wherever it stands
@input feed
{"e": "trade", "E": 5, "Price": 4.5, "T": 7, "Size": 1}
{"E": 6, "e": "quote", "PRICE": 1, "price": 5.5, "t": 8}
@expect pairs
{"e": "trade", "E": 5, "price": 4.5, "t": null, "T": 7}
{"e": "quote", "E": 6, "price": 5.5, "t": 8, "T": null}
@expect alone
{"t": 7, "exact": null}
{"t": 8, "exact": null}
@expect direct
{"e": "trade", "E": 5, "Price": 4.5}
{"e": "quote", "E": 6, "Price": 5.5}
""")
        self.run_tests(folder)

    def test_passing_tests_open_nothing(self):
        with FeedServer([json.dumps({"symbol": "REAL", "price": 1e6})]) as server:
            laminar = self.run_tests(self.files(url=server.url()))
            self.assertEqual(server.requests, [])
        self.assertEqual(laminar.stdout.lines, ["ok      trades.test:4: large trades pass", "ok      trades.test:18: nothing comes of nothing"])
        self.assertIn("2 tests, 2 passed, 0 failed", laminar.stderr.text)

    def test_a_difference_is_readable(self):
        folder = self.files(TESTS.replace('{"symbol":"ETH","price":3000.5}', '{"symbol":"ETH","price":1}'))
        laminar = self.run_tests(folder, expect=1)
        self.assertIn("FAILED  trades.test:4: large trades pass\n"
                      "        trades.test:9: large is not as expected (- missing, + too many)\n"
                      '          {"price": 6e4, "symbol": "BTC"}\n'
                      '        - {"symbol":"ETH","price":1}\n'
                      '        + {"symbol":"ETH","price":3000.5}', laminar.stdout.text)
        self.assertIn("1 passed, 1 failed", laminar.stderr.text)

    def test_update_writes_what_came_out_and_leaves_the_rest(self):
        folder = self.files(TESTS.replace('{"symbol":"ETH","price":3000.5}', '{"symbol":"ETH","price":1}\n{"x":2}').replace(
            "@expect large\n@expect alerts\n", '@expect large\n@expect alerts\n{"never":1}\n'))
        laminar = self.run_tests(folder, "--update", "trades.test")
        self.assertIn("2 updated", laminar.stderr.text)
        self.assertEqual((folder / "trades.test").read_text(), TESTS.replace('{"price": 6e4, "symbol": "BTC"}', '{"symbol":"BTC","price":60000.0}'))
        self.run_tests(folder)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["trades.sql", "trades.test"])

    def test_a_full_disk_costs_no_tests(self):
        folder = self.files(TESTS.replace('{"symbol":"ETH","price":3000.5}', '{"symbol":"ETH","price":1}'))
        before = (folder / "trades.test").read_text()
        done = subprocess.run(WITHOUT_DISK + [binary(), "test", "--update", "trades.test"], cwd=folder, capture_output=True, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("cannot write trades.test: File too large", done.stderr)
        self.assertEqual((folder / "trades.test").read_text(), before)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["trades.sql", "trades.test"])

    def test_recorded_bytes(self):
        folder = self.files(script="""
            CREATE CONNECTION feed TO websocket (mode = 'client', format = 'binary', endpoint = 'wss://feed.example.com/');
            CREATE TABLE packets (data BLOB, received_at TIMESTAMP) WITH (connector = 'feed', accept = MAP {'data': STARTS_WITH('\\x00')});
            """, tests="""@script trades.sql
@test bytes
@input feed
{"received_at":"2026-03-04T05:06:07Z","data":"AP9hYg=="}
{"_stream":"feed","received_at":"2026-03-04T05:06:08Z","data":"AAE="}
{"received_at":"2026-03-04T05:06:09Z","data":"//8="}
{"received_at":"2026-03-04T05:06:09Z","data":"not base64"}
@expect query SELECT hex(data) AS h, received_at FROM packets
{"h":"00FF6162","received_at":"2026-03-04T05:06:07Z"}
{"h":"0001","received_at":"2026-03-04T05:06:08Z"}
@expect query SELECT messages_unmatched FROM system.connections
{"messages_unmatched":2}
""")
        self.run_tests(folder)

    def test_recorded_changes(self):
        """Of a connection with format = 'debezium_json': rows are put in, changed and removed."""
        folder = self.files(script="""
            CREATE CONNECTION feed TO websocket (mode = 'client', format = 'debezium_json', endpoint = 'wss://feed.example.com/');
            CREATE TABLE accounts (id BIGINT PRIMARY KEY, name TEXT, balance DECIMAL(10, 2)) WITH (connector = 'feed');
            CREATE TABLE totals (name TEXT PRIMARY KEY, n BIGINT);
            CREATE PIPELINE adding AS INSERT INTO totals SELECT name, COUNT(*) FROM accounts GROUP BY name;
            CREATE TABLE failures (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
            """, tests="""@script trades.sql
@test changes
@input feed
{"op":"r","before":null,"after":{"id":1,"name":"a","balance":1.50}}
{"op":"c","before":null,"after":{"id":2,"name":"b","balance":2.50}}
+5s {"op":"u","before":{"id":1,"name":"a","balance":1.50},"after":{"id":1,"name":"c","balance":5.00}}
null
{"op":"d","before":{"id":2,"name":"b","balance":2.50},"after":null}
{"op":"t"}
@expect accounts
{"id":1,"name":"c","balance":5.00}
@expect totals
{"name":"c","n":1}
@expect failures
{"error_type":"invalid_change"}
""")
        self.run_tests(folder)

    def test_messages_of_other_formats(self):
        """As bytes in base64, or as the JSON that they stand for; and records with a separator of their own."""
        folder = self.files(script="""
            CREATE CONNECTION feed TO websocket (mode = 'client', format = 'msgpack', endpoint = 'wss://feed.example.com/');
            CREATE TABLE trades (symbol TEXT, price DOUBLE) WITH (connector = 'feed');
            CREATE TABLE failures (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
            CREATE CONNECTION hub TO websocket (mode = 'client', format = 'json', record_separator = '\x1e', endpoint = 'wss://hub.example.com/');
            CREATE TABLE calls (type INT) WITH (connector = 'hub');
            """, tests="""@script trades.sql
@test formats
@input feed
{"received_at":"2026-03-04T05:06:07Z","data":"gqZzeW1ib2yhYaVwcmljZQI="}
{"symbol":"b","price":3}
{"received_at":"2026-03-04T05:06:08Z","data":"gqZzeW1i"}
@input hub
{"received_at":"2026-03-04T05:06:09Z","message":"{\\"type\\":1}\\u001e{\\"type\\":6}\\u001e"}
@expect trades
{"symbol":"a","price":2}
{"symbol":"b","price":3}
@expect failures
{"error_type":"invalid_msgpack"}
@expect calls
{"type":1}
{"type":6}
""")
        self.run_tests(folder)

    def test_junit(self):
        folder = self.files(TESTS.replace("3000.5}\n@expect", "1}\n@expect"))
        document = xml.etree.ElementTree.fromstring(self.run_tests(folder, "--format", "junit", "trades.test", expect=1).stdout.text)
        self.assertEqual((document.get("tests"), document.get("failures"), document.get("errors")), ("2", "1", "0"))
        failed = [case for case in document.iter("testcase") if case.find("failure") is not None]
        self.assertEqual([case.get("name") for case in failed], ["large trades pass"])
        self.assertIn("- ", failed[0].find("failure").text)

    def test_recorded_files_and_times(self):
        folder = self.files("""@script trades.sql
@test recorded
@input feed from feed.ndjson
@expect query SELECT symbol, received_at FROM trades
{"symbol":"A","received_at":"2026-03-04T05:06:07.5Z"}
{"symbol":"B","received_at":"2026-03-04T05:06:09Z"}
{"symbol":"C","received_at":"2026-03-04T05:06:09.25Z"}
""")
        (folder / "feed.ndjson").write_text('{"received_at":"2026-03-04T05:06:07.5Z","message":{"symbol":"A","price":1}}\n'
                                            '{"_stream":"query","received_at":"2026-03-04T05:06:09Z","message":{"symbol":"B","price":2}}\n\n'
                                            '+250ms {"symbol":"C","price":3}\n')
        self.run_tests(folder)

    def test_messages_of_several_connections_come_in_the_order_of_their_times(self):
        script = "".join(f"CREATE CONNECTION {name} TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/'); CREATE TABLE t_{name} (n INT) WITH (connector = '{name}');"
                         for name in "ab") + "CREATE PIPELINE both AS SELECT n FROM t_a UNION ALL SELECT n FROM t_b;"
        tests = "@test order\n@sql\n" + script + "\n@input a\n{\"n\":1}\n+2s {\"n\":3}\n+2s {\"n\":5}\n@input b\n+1s {\"n\":2}\n+2s {\"n\":4}\n@expect both\n" + "".join(f'{{"n":{n}}}\n' for n in range(1, 6))
        folder = self.files(tests)
        for _ in range(3):
            self.run_tests(folder)

    def test_windows_see_the_time_of_the_messages(self):
        for time, table in (("received_at", "n INT"), ("ts", "n INT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second'")):
            messages = "".join(f'+{pause} {{"n":{n},"ts":"2000-01-01T{clock}Z"}}\n'
                               for pause, n, clock in (("1s", 1, "00:00:01"), ("20s", 2, "00:00:21"), ("2h", 3, "02:00:21")))
            tests = (f"@test windows\n@sql\nCREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/');\n"
                     f"CREATE TABLE t ({table}) WITH (connector = 'c', watermark_idle_ms = 1);\n"
                     f"CREATE PIPELINE counted AS SELECT TUMBLE_START({time}, INTERVAL '1 minute') AS begin, COUNT(*) AS count FROM t GROUP BY TUMBLE({time}, INTERVAL '1 minute');\n"
                     "@input c\n" + messages +
                     '@expect counted\n{"begin":"2000-01-01T00:00:00Z","count":2}\n{"begin":"2000-01-01T02:00:00Z","count":1}\n')
            with self.subTest(time):
                self.run_tests(self.files(tests))

    def test_any_order(self):
        tests = "@test unordered\n@sql\nCREATE TABLE t (n INT); INSERT INTO t VALUES (2), (1), (2);\n@expect t{}\n{{\"n\":1}}\n{{\"n\":2}}\n{{\"n\":2}}\n"
        self.run_tests(self.files(tests.format(" in any order")))
        self.run_tests(self.files(tests.format("")), expect=1)
        self.run_tests(self.files(tests.format(" in any order").replace('{"n":1}\n', "")), expect=1)

    def test_messages_that_are_not_understood_go_to_the_errors_stream(self):
        tests = ("@test errors\n@sql\nCREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/');\n"
                 "CREATE TABLE good (n INT) WITH (connector = 'c');\n"
                 "CREATE TABLE bad (error_type TEXT, failed_message TEXT) WITH (connector = 'c', stream = 'errors');\n"
                 "@input c\n{\"n\":1}\nnot json\n{\"n\":2}\n@expect good\n{\"n\":1}\n{\"n\":2}\n@expect bad\n{\"error_type\":\"invalid_json\",\"failed_message\":\"not json\"}\n")
        self.run_tests(self.files(tests))

    def test_acknowledgements_are_messages_sent(self):
        tests = ("@test acknowledgements\n@sql\nCREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/', ack_message = JSON_OBJECT('ack': '${message_id}'));\n"
                 "CREATE TABLE t (n INT) WITH (connector = 'c');\n@input c\n{\"message_id\":\"m1\",\"n\":1}\n{\"message_id\":\"m2\",\"n\":2}\n"
                 "@expect c\n{\"ack\":\"m1\"}\n{\"ack\":\"m2\"}\n")
        self.run_tests(self.files(tests))

    def test_many_messages_go_through_bounded_buffers(self):
        rows = 20000
        tests = ("@test many\n@sql\nCREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/', buffer_size = 10);\n"
                 "CREATE TABLE t (n INT) WITH (connector = 'c');\n@input c from many.ndjson\n@expect query SELECT COUNT(*) AS n, SUM(n) AS s FROM t\n"
                 + json.dumps({"n": rows, "s": rows * (rows - 1) // 2}) + "\n")
        folder = self.files(tests)
        (folder / "many.ndjson").write_text("".join(f'{{"n":{n}}}\n' for n in range(rows)))
        self.run_tests(folder)

    def test_what_cannot_be_carried_out_says_why(self):
        for change, reason in ((("@input feed", "@input food"), 'no connection is called "food"'),
                               (("@expect large", "@expect lodge"), 'there is no pipeline, connection, table or view "lodge"'),
                               (("@expect alerts", "@expect alerting"), 'the rows of pipeline "alerting" go to "alert"'),
                               (("@expect query SELECT symbol,", "@expect query SELECT nope,"), "nope")):
            laminar = self.run_tests(self.files(TESTS.replace(*change)), expect=1)
            self.assertIn(reason, laminar.stdout.text)
        laminar = self.run_tests(self.files(script="SELECT 1;\nCREATE TABLE t (n NOTYPE);"), expect=1)
        self.assertIn("trades.sql:2:", laminar.stdout.text)
        laminar = self.run_tests(self.files("@test positions\n@sql\n\n  CREATE TABLE t (n NOTYPE);\n@expect t\n"), expect=1)
        self.assertIn("trades.test:4:", laminar.stdout.text)

    def test_wrong_test_files_are_exit_code_2(self):
        for tests, place in (("SELECT 1;\n", "trades.test:1:"), ("@test a\n@nope\n", "trades.test:2:"), ("@test a\n@expect t\n", "neither @script nor @sql"),
                             ("@test a\n@sql\nSELECT 1;\n", "expects nothing"), ("@test a\n@sql\n@input c\n+soon {}\n@expect t\n", "trades.test:4:"),
                             ("@input feed\n", "before the first @test"), ("# nothing\n", "the file has no test"), ("@test a\n@sql\n@input c from missing\n@expect t\n", "cannot read")):
            laminar = self.run_tests(self.files(tests), expect=2)
            self.assertIn(place, laminar.stderr.text)
        self.run_tests(self.files(), "missing.test", expect=2)

    def test_folders_and_a_choice_of_tests(self):
        folder = self.files()
        (folder / "empty").mkdir()
        laminar = self.run_tests(folder, ".", "--only", "nothing")
        self.assertEqual(laminar.stdout.lines, ["ok      ./trades.test:18: nothing comes of nothing"])
        self.run_tests(folder, "empty", expect=2)
        self.assertIn('no test has "nobody" in its name', self.run_tests(folder, ".", "--only", "nobody", expect=2).stderr.text)


if __name__ == "__main__":
    unittest.main()
