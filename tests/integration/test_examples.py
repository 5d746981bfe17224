"""Every script of sql_examples/ runs by itself and shows what it promises. Its ports are replaced by free ones, so that several test runs
do not meet."""

import re
import subprocess
import time
import unittest

from laminar_process import LIMIT_SECONDS, PROJECT, Laminar, LaminarTestCase, run
from websocket_peer import free_port

EXAMPLES = PROJECT / "sql_examples"
# Tested elsewhere.
OTHERS = {"quickstart.sql", "serve.sql"}


def wait_for_commits(directory, count):
    """By what the process writes down after each."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        text = (directory / "laminar.commits").read_text()
        if text and int(re.search(r"commits (\d+)", text)[1]) >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f"fewer than {count} commits: {text}")


class ExamplesTest(LaminarTestCase):
    def run_example(self, name, *arguments):
        text = (EXAMPLES / name).read_text()
        for port in sorted(set(re.findall(r"\b18[01]\d\d\b", text))):
            text = text.replace(port, str(free_port()))
        script = self.temporary_folder() / name
        script.write_text(text)
        laminar = run("run", "--format", "json", "--log-level", "warn", *arguments, script)
        self.assertEqual(laminar.exit_code, 0, f"stdout:\n{laminar.stdout.text[-4000:]}\nstderr:\n{laminar.stderr.text[-4000:]}")
        return laminar.rows

    def test_every_example_is_tested(self):
        tested = {name.removeprefix("test_") + ".sql" for name in dir(self) if name.startswith("test_")}
        self.assertEqual({path.name for path in EXAMPLES.glob("*.sql")} - tested, OTHERS)

    def test_feeds_have_tests_that_pass(self):
        feeds = {path.stem for path in (EXAMPLES / "feeds").glob("*.sql")}
        self.assertEqual({path.stem for path in (EXAMPLES / "feeds").glob("*.test")}, feeds)
        laminar = run("test", EXAMPLES / "feeds")
        self.assertEqual(laminar.exit_code, 0, f"stdout:\n{laminar.stdout.text[-4000:]}\nstderr:\n{laminar.stderr.text[-4000:]}")

    def test_authentication(self):
        rows = self.run_example("authentication.sql", "--secrets-dir", EXAMPLES / "secrets")
        self.assertEqual(rows[0], {"refused": "handshake failed: HTTP 401 Unauthorized: \"Credentials are missing or wrong.\""})
        self.assertEqual([row["sender"] for row in rows[1:4]], ["api key", "basic", "bearer"])
        self.assertIn("Bearer ${secret:api_token}", str(rows[4]))

    def test_formats(self):
        self.assertEqual(self.run_example("formats.sql"), [
            {"event_id": "e1", "timestamp": "2026-01-02T02:04:05.678Z", "city": "Oslo", "user_id": 7, "amount": 12.5},
            {"message": "hello", "characters": 5}, {"message": "how are you?", "characters": 12}, {"bytes": "0001FF", "size": 3}])

    def test_stock_prices(self):
        self.assertEqual(self.run_example("stock_prices.sql", "--secrets-dir", EXAMPLES / "secrets"), [
            {"symbol": "AAPL", "prices": 250, "latest_average": 300.5, "highest": 350.0},
            {"symbol": "GOOGL", "prices": 250, "latest_average": 299.75, "highest": 349.25},
            {"symbol": "MSFT", "prices": 250, "latest_average": 300.0, "highest": 349.5}])

    def test_iot_sensors(self):
        rows = self.run_example("iot_sensors.sql")
        windows = [row for row in rows if row.get("_stream") == "sensor_analytics"]
        self.assertEqual(sorted((row["sensor_id"], row["window"]["start"][11:16], row["reading_count"]) for row in windows),
                         [(sensor, start, 30) for sensor in ("s0", "s1") for start in ("09:00", "09:05", "09:10", "09:15")])
        first = min(windows, key=lambda row: (row["window"]["start"], row["sensor_id"]))
        self.assertAlmostEqual(first["avg_temp"], 15.13)
        self.assertEqual([row for row in rows if "_stream" not in row], [{"error_type": "late", "sensor_id": "s1"}])

    def test_event_collector(self):
        rows = self.run_example("event_collector.sql")
        self.assertEqual([(row["client_id"], row["event_type"]) for row in rows[:3]], [("c1", "tap"), ("c1", "swipe"), ("c2", "click")])
        self.assertEqual(rows[3], {"third": "handshake failed: HTTP 429 Too Many Requests: \"Too many connections from this address.\""})

    def test_chat_server(self):
        self.assertEqual(self.run_example("chat_server.sql"), [
            {"listener": name, "user": "bob", "message": "Hello!", "room": "lobby"} for name in ("ann", "bob")])

    def test_reconnection(self):
        rows = self.run_example("reconnection.sql")
        self.assertEqual(rows[:3], [{"n": 1, "note": "before"}, {"n": 2, "note": "after"},
                                    {"connection_state": "connected", "has_reconnected": True}])
        self.assertLessEqual({"connected", "disconnected", "reconnecting"}, {row["event"] for row in rows[3:]})

    def test_connection_pool(self):
        self.assertEqual(self.run_example("connection_pool.sql"), [
            {"id": 1, "price": 10.5, "source": "server1"}, {"id": 2, "price": 11.5, "source": "server1"},
            {"id": 3, "price": 12.5, "source": "server2"}])

    def test_message_filtering(self):
        self.assertEqual(self.run_example("message_filtering.sql"), [
            {"action": "subscribe", "channels": ["trades", "orders"], "symbols": ["BTC", "ETH", "DOGE"]},
            {"symbol": "BTC", "price": 103.0}, {"symbol": "ETH", "price": 103.0}])

    def test_acknowledgement(self):
        rows = [row for row in self.run_example("acknowledgement.sql") if "_stream" not in row]
        self.assertEqual(rows, [
            {"message_id": "order-1"}, {"message_id": "order-3"}, {"message_id": "order-1", "deliveries": 1},
            {"message_id": "order-2", "deliveries": 3}, {"message_id": "order-3", "deliveries": 1},
            {"type": "ack", "message_id": "order-4"}, {"type": "processed", "message_id": "order-4"}])

    def test_error_handling(self):
        rows = self.run_example("error_handling.sql")
        self.assertEqual(rows[:2], [{"sensor": "a", "value": 0.25}, {"sensor": "e", "value": 0.5}])
        self.assertEqual(sorted(row["error_type"] for row in rows[2:6]), ["invalid_json", "missing_field", "processing", "type_mismatch"])
        self.assertEqual(rows[6], {"connection_state": "connected", "messages_received": 6, "messages_failed": 4, "errors": 4})

    def test_dead_letter_queue(self):
        rows = self.run_example("dead_letter_queue.sql")
        self.assertEqual(rows[:3], [{"id": 1, "name": "one"}, {"id": 2, "name": "two"},
                                    {"raw_message": "this is not JSON", "error_type": "invalid_json"}])
        self.assertEqual((rows[3]["error_type"], rows[3]["failed_message"], rows[3]["bytes"]), ("invalid_json", "this is not JSON", 16))
        self.assertEqual(rows[4:], [{"connection_name": "ws_main", "error_type": "invalid_json", "message": "this is not JSON"}])

    def test_durable(self):
        """By itself, and as it says: killed, and started again."""
        self.assertEqual(self.run_example("durable.sql"), [{"starts": 1, "orders_before": 0}])
        directory, script = self.temporary_folder() / "shop", EXAMPLES / "durable.sql"
        with Laminar("run", "--format", "json", "--data-dir", directory, script) as laminar:
            laminar.stdout.wait_for_line(0)
            wait_for_commits(directory, 20)
            laminar.process.kill()
            laminar.wait()
        laminar = run("run", "--format", "json", "--data-dir", directory, script)
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        [row] = laminar.rows
        self.assertEqual(row["starts"], 2)
        self.assertGreater(row["orders_before"], 0)
        laminar = run("run", "--format", "json", "--once", "--data-dir", directory, "-e", "SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM orders")
        self.assertEqual(laminar.rows, [{"n": 1000, "ids": 1000}])

    def certificates(self):
        folder = self.temporary_folder()
        subprocess.run([EXAMPLES / "make_certificates.sh", folder], check=True)
        return folder

    def test_tls(self):
        rows = self.run_example("tls.sql", "--secrets-dir", self.certificates())
        self.assertEqual(rows[0], {"text": "encrypted", "number": 1})
        self.assertIn('certificate authority "CN=example authority" is unknown', rows[1]["refused"])
        self.assertIn('wrong host: wanted "127.0.0.1", it is for localhost', rows[2]["refused"])

    def test_mutual_tls(self):
        self.assertEqual(self.run_example("mutual_tls.sql", "--secrets-dir", self.certificates()), [
            {"text": "known to each other", "number": 2}, {"anonymous_is_let_in": "false"}])

    def test_batching(self):
        self.assertEqual(self.run_example("batching.sql"), [{"rows": 500, "different": 500}, {"few_batches": True}])

    def test_compression(self):
        self.assertEqual(self.run_example("compression.sql"), [{"id": n, "characters": 21000} for n in (1, 2, 3)] + [
            {"compression": form, "messages": 3, "characters": 21000, "is_small": True} for form in ("gzip", "zstd")])

    def test_monitoring(self):
        rows = self.run_example("monitoring.sql")
        self.assertEqual((rows[0]["connection_name"], rows[0]["connection_state"], rows[0]["messages_received"], rows[0]["last_error"]),
                         ("ws_feed", "connected", 1000, None))
        self.assertGreater(rows[0]["bytes_received"], 20_000)
        self.assertEqual(rows[1], {"messages_dropped": 0, "messages_failed": 0, "pending_messages": 0, "has_age": True})
        flow = rows[2:-2]
        self.assertEqual(sum(row["message_count"] for row in flow), 1000)
        self.assertEqual(rows[-2], {"name": "publish", "state": "running", "sink": "published", "rows_in": 1000, "rows_out": 1000, "errors": 0})
        self.assertEqual(rows[-1], {"name": "ws_events", "kind": "stream", "connection": "ws_feed", "rows": 1000, "rows_received": 1000})

    def test_troubleshooting(self):
        rows = self.run_example("troubleshooting.sql")
        (steps,) = rows[0].values()
        self.assertEqual([step["ok"] for step in steps["steps"]], [True] * 3)
        self.assertEqual(rows[1], {"wrong_path": "handshake failed: HTTP 404 Not Found: \"Nothing here: the WebSocket is at another path.\""})
        self.assertIn("connected", [row.get("event") for row in rows])
        self.assertEqual(sum(row["messages"] for row in rows if "p99" in row), 1000)


if __name__ == "__main__":
    unittest.main()
