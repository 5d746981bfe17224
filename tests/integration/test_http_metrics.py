"""GET /metrics of laminar serve, and what goes with it for Prometheus and Grafana."""

import json
import re
import subprocess
import unittest

from http_serving import HttpTestCase
from laminar_process import LIMIT_SECONDS, PROJECT

SCRIPT = """
    CREATE CONNECTION feed TO generator (rows_per_second = 200);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    CREATE CONNECTION "strange ""name\\" TO websocket (mode = 'server', port = 0, format = 'json');
    CREATE TABLE messages (text TEXT) WITH (connector = 'strange "name\\');
    CREATE CONNECTION away TO websocket (url = 'ws://127.0.0.1:1/', mode = 'client', format = 'json');
    CREATE TABLE far (text TEXT) WITH (connector = 'away');
    CREATE TABLE kept (counter BIGINT);
    CREATE PIPELINE evens AS INSERT INTO kept SELECT counter FROM ticks WHERE counter % 2 = 0;
    CREATE PIPELINE per_second AS SELECT count(*) AS n FROM ticks GROUP BY TUMBLE(INTERVAL '1 second');
"""


def metric_names(text):
    return {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line and not line.startswith("#")}


class MetricsTest(HttpTestCase):
    def metrics(self, served):
        status, headers, body = served.request("GET", "/metrics")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return body.decode()

    def test_what_is_counted(self):
        served = self.serve(SCRIPT)
        served.query("WAIT FOR evens COUNT 10")
        text = self.metrics(served)
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        values = {name: float(value) for name, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}
        self.assertGreaterEqual(values['laminar_connection_received_messages_total{connection="feed",connector="generator"}'], 20)
        self.assertEqual(values['laminar_connection_up{connection="feed",connector="generator"}'], 1)
        self.assertEqual(values['laminar_connection_up{connection="away",connector="websocket"}'], 0)
        self.assertEqual(values['laminar_connection_state{connection="strange \\"name\\\\",connector="websocket",state="listening"}'], 1)
        self.assertEqual(values['laminar_connection_clients{connection="strange \\"name\\\\",connector="websocket"}'], 0)
        self.assertGreaterEqual(values['laminar_pipeline_produced_rows_total{pipeline="evens"}'], 10)
        self.assertEqual(values['laminar_pipeline_state{pipeline="evens",state="running"}'], 1)
        self.assertGreaterEqual(values['laminar_table_rows{table="ticks"}'], 20)
        for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds", "laminar_engine_memory_bytes"):
            self.assertGreater(values[name], 0)
        self.assertIn('laminar_build_info{version="', text)
        for name in ("latency", "cycle"):
            series = f'laminar_pipeline_{name}_seconds'
            counted = values[series + '_count{pipeline="evens"}']
            self.assertGreater(counted, 0)
            self.assertEqual(values[series + '_bucket{pipeline="evens",le="+Inf"}'], counted)
            self.assertLessEqual(values[series + '_bucket{pipeline="evens",le="0.001"}'], values[series + '_bucket{pipeline="evens",le="10"}'])
            self.assertGreater(values[series + '_sum{pipeline="evens"}'], 0)
        self.assertGreater(values["laminar_engine_commits_total"], 0)
        self.assertEqual(values["laminar_subscriptions"], 0)
        # Counters only grow.
        later = {name: float(value) for name, value in re.findall(r"^(\w+_total(?:\{.*\})?) (\S+)$", self.metrics(served), re.MULTILINE)}
        for name, value in later.items(): self.assertGreaterEqual(value, values[name], name)

    def test_a_data_directory(self):
        """As system.storage has it; nothing without one."""
        self.assertNotIn("laminar_storage", self.metrics(self.serve("CREATE TABLE t (n INT);")))
        directory = self.temporary_folder() / "data"
        served = self.serve("CREATE TABLE t (n INT);", "--data-dir", directory)
        served.query("INSERT INTO t VALUES (1)")
        text = self.metrics(served)
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        values = {name: float(value) for name, value in re.findall(r"^(laminar_storage_\w+) (\S+)$", text, re.MULTILINE)}
        self.assertEqual(values["laminar_storage_log_bytes"], (directory / "laminar.duckdb.wal").stat().st_size)
        self.assertEqual(values["laminar_storage_database_bytes"], (directory / "laminar.duckdb").stat().st_size)
        self.assertGreaterEqual(values["laminar_storage_commits_total"], 2)
        self.assertGreater(values["laminar_storage_last_commit_timestamp_seconds"], 1.6e9)

    def test_rules_and_dashboard_name_what_there_is(self):
        served = self.serve(SCRIPT)
        served.query("WAIT FOR evens COUNT 1")
        served.query("WAIT FOR per_second COUNT 1")
        names = metric_names(self.metrics(served))
        rules = PROJECT / "docs" / "alert-rules.yml"
        checked = subprocess.run(["promtool", "check", "rules", rules], text=True, capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        dashboard = json.loads((PROJECT / "docs" / "grafana-dashboard.json").read_text())
        expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        used = set(re.findall(r"\b(?:laminar|process)_\w+", rules.read_text() + "\n".join(expressions)))
        self.assertEqual(set(), used - names)
        self.assertGreater(len(expressions), 10)


if __name__ == "__main__":
    unittest.main()
