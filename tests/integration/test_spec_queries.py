"""The queries of the specification, word for word but for their addresses, over feeds made here; what they answer is
computed here too."""

import collections
import datetime
import json
import random
import re
import unittest

from laminar_process import PROJECT, LaminarTestCase
from websocket_peer import Client, FeedServer, free_port

CORPUS = PROJECT / "tests" / "spec"
SECRETS = {"LAMINAR_SECRET_FINANCE_API_KEY": "a key"}
# Everything has been sent long before nothing comes for so long.
TO_THE_END = ("--until-idle", "3s", "--drain", "--quiet")


def block(name):
    return next(CORPUS.glob(f"*_{name}.sql")).read_text()


def with_endpoints(script, *urls):
    """The script with these in the place of its endpoints, in order."""
    remaining = iter(urls)
    return re.sub(r"endpoint = '[^']*'", lambda _: f"endpoint = '{next(remaining)}'", script)


def iso(moment):
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return text + "Z"


def rows_of(laminar, stream):
    return [{key: value for key, value in row.items() if key != "_stream"}
            for row in laminar.rows if row.get("_stream") == stream]


class SpecQueriesTest(LaminarTestCase):
    def run_block(self, script, messages, **options):
        with FeedServer([json.dumps(message) if not isinstance(message, str) else message for message in messages]) as feed:
            return self.run_script(with_endpoints(script, feed.url()), *TO_THE_END, **options)

    def test_moving_average_of_stocks(self):
        seeded = random.Random(9)
        start = datetime.datetime(2024, 3, 15, 10)
        ticks = [{"symbol": seeded.choice(["AAPL", "GOOGL", "MSFT", "TSLA"]), "price": seeded.randint(100, 900) / 4,
                  "volume": seeded.randint(1, 500), "timestamp": iso(start + datetime.timedelta(milliseconds=250 * index))}
                 for index in range(1500)]
        arriving = list(ticks)
        for index in range(0, len(arriving) - 3, 3):  # Out of order, within the second that is waited for.
            arriving[index], arriving[index + 2] = arriving[index + 2], arriving[index]
        laminar = self.run_block(block("stock_market_data"), arriving, environment=SECRETS)
        prices = collections.defaultdict(list)
        expected = []
        for tick in ticks:
            if tick["symbol"] == "TSLA":
                continue
            latest = prices[tick["symbol"]]
            latest.append(tick["price"])
            del latest[:-100]
            expected.append({**tick, "moving_avg_100": sum(latest) / len(latest)})
        answers = rows_of(laminar, "stock_processor")
        self.assertEqual(len(answers), len(expected))
        for answer, row in zip(answers, expected):
            self.assertAlmostEqual(answer.pop("moving_avg_100"), row.pop("moving_avg_100"), places=9)
            self.assertEqual(answer, row)

    def test_five_minutes_of_sensors(self):
        seeded = random.Random(10)
        start = datetime.datetime(2024, 3, 15, 10)
        readings = []
        for index in range(2000):
            at = start + datetime.timedelta(seconds=index + seeded.uniform(-0.4, 0.4))
            readings.append({"sensor_id": f"s{seeded.randint(1, 5)}", "location": seeded.choice(["north", "south"]),
                             "temperature": seeded.randint(-80, 160) / 4, "timestamp": iso(at)})
        laminar = self.run_block(block("iot_sensor_data"), readings)
        groups = collections.defaultdict(list)
        for reading in readings:
            at = datetime.datetime.fromisoformat(reading["timestamp"].rstrip("Z"))
            begin = at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)
            groups[(reading["sensor_id"], reading["location"], begin)].append(reading["temperature"])
        expected = {key: (sum(values) / len(values), max(values), min(values), len(values))
                    for key, values in groups.items()}
        answers = rows_of(laminar, "sensor_analytics")
        self.assertEqual(len(answers), len(expected))
        for answer in answers:
            begin = datetime.datetime.fromisoformat(answer["window"]["start"].rstrip("Z"))
            self.assertEqual(answer["window"]["end"], iso(begin + datetime.timedelta(minutes=5)))
            average, largest, smallest, count = expected[(answer["sensor_id"], answer["location"], begin)]
            self.assertAlmostEqual(answer["avg_temp"], average, places=9)
            self.assertEqual((answer["max_temp"], answer["min_temp"], answer["reading_count"]), (largest, smallest, count))
        begins = [answer["window"]["start"] for answer in answers]
        self.assertEqual(begins, sorted(begins), "windows leave in their order")

    def test_pool_as_one_stream(self):
        script = block("connection_pool") + """
            CREATE PIPELINE both AS SELECT source, COUNT(*) AS messages, SUM(n) AS total, TUMBLE(at, INTERVAL '1 minute') AS w
            FROM balanced_stream GROUP BY source, w;
            CREATE PIPELINE all_of_it AS SELECT * FROM balanced_stream;"""
        feeds = [[json.dumps({"n": 10 * index + server, "at": f"2024-03-15T10:0{index // 30}:{index % 60:02}Z"})
                  for index in range(100)] for server in (1, 2)]
        with FeedServer(feeds[0]) as first, FeedServer(feeds[1]) as second:
            laminar = self.run_script(with_endpoints(script, first.url(), second.url()), *TO_THE_END)
        expected = collections.Counter()
        for server, feed in zip(("server1", "server2"), feeds):
            for message in map(json.loads, feed):
                expected[(server, message["at"][:16])] += 1
        answers = {(row["source"], row["w"]["start"][:16]): row["messages"] for row in rows_of(laminar, "both")}
        self.assertEqual(answers, expected)
        self.assertEqual(len(rows_of(laminar, "all_of_it")), 200)

    def test_chat_server_stores_and_forwards(self):
        port = free_port()
        script = block("multi_client_chat_server").replace("port = 8081", f"port = {port}")
        script = script.replace("-- Store and forward", """
            CREATE TABLE chat_outgoing (outbound_message JSON) WITH (connector = 'chat_server');
            -- Store and forward""")
        laminar = self.start_script(script, "--quiet", "--log-level", "info")
        laminar.stderr.wait_for(lambda line: "listening" in line, "listening server")
        with Client(f"ws://127.0.0.1:{port}/chat") as one, Client(f"ws://127.0.0.1:{port}/chat") as other:
            said = json.dumps({"message_type": "chat", "user_name": "ann", "message": "hello", "room_id": 7})
            one.send(json.dumps({"message_type": "noise", "user_name": "bob", "message": "x", "room_id": 1}), said)
            for client in (one, other):
                received = json.loads(client.receive(1)[0])
                self.assertRegex(received.pop("timestamp"), r"^\d{4}-\d\d-\d\d")
                # Of a connection that is read directly, "message" is the message as it came.
                self.assertEqual(received, {"user": "ann", "message": said, "room": 7})
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_valid_and_invalid_messages(self):
        script = block("dead_letter_queue").replace("-- Process valid", """
            CREATE TABLE error_log (raw_message TEXT, error_type TEXT, error_time TIMESTAMP);
            -- Process valid""") + """
            CREATE TABLE letters (message TEXT) WITH (connector = 'ws_main', stream = 'dlq');
            WAIT FOR error_log COUNT 2 TIMEOUT INTERVAL '60 seconds';
            SELECT raw_message, error_type, error_time > NOW() - INTERVAL '1 hour' AS recent FROM error_log ORDER BY raw_message;"""
        messages = [{"a": 1}, "{not json", {"a": 2, "b": "x"}, "neither}", {"a": 3}]
        laminar = self.run_block(script, messages)
        self.assertEqual([row["a"] for row in rows_of(laminar, "valid_messages")], [1, 2, 3])
        log = [row for row in laminar.rows if "raw_message" in row]
        self.assertEqual(log, [{"raw_message": text, "error_type": "invalid_json", "recent": True}
                               for text in ("neither}", "{not json")])

    def test_monitoring_of_events(self):
        script = block("json_messages").split("-- Query JSON data")[0] + """
            WAIT FOR ws_events COUNT 50 TIMEOUT INTERVAL '60 seconds';
            """ + block("json_messages").split("-- Query JSON data")[1] + block("message_flow") + block("performance_analysis")
        messages = [{"event_id": f"e{index}", "event_type": "transaction" if index % 5 == 0 else "other",
                     "timestamp": "2024-03-15T10:00:00Z", "data": {"user_id": f"u{index}", "amount": index}}
                    for index in range(50)]
        laminar = self.run_block(script, messages)
        transactions = [row for row in laminar.rows if "amount" in row]
        self.assertEqual(transactions, [{"event_id": f"e{index}", "event_type": "transaction", "user_id": f"u{index}",
                                         "amount": index} for index in range(0, 50, 5)])
        flow = [row for row in laminar.rows if "message_count" in row]
        self.assertEqual(sum(row["message_count"] for row in flow), 50)
        self.assertEqual(sum(row["total_bytes"] for row in flow), sum(len(json.dumps(message)) for message in messages))
        latency = [row for row in laminar.rows if "p95" in row]
        self.assertEqual(sum(row["messages"] for row in latency), 50)
        for row in latency:
            self.assertLessEqual(0, row["p50"])
            # Between equal values the engine interpolates, and rounds.
            self.assertLessEqual(row["p50"], row["p95"] + 1e-9)
            self.assertLessEqual(row["p95"], row["p99"] + 1e-9)


if __name__ == "__main__":
    unittest.main()
