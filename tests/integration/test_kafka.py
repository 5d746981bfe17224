"""Topics of Kafka, against the mock cluster of librdkafka (kafka_mock.cpp), with kcat as the other client. LAMINAR_KAFKA=HOST:PORT
takes a real broker, which makes topics by itself, in its place."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest
import uuid
import zlib

from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary, run


@unittest.skipUnless(shutil.which("kcat"), "kcat is not installed")
class KafkaTest(LaminarTestCase):
    def setUp(self):
        self.topic = f"t-{uuid.uuid4().hex[:12]}"
        self.group = f"g-{uuid.uuid4().hex[:12]}"
        self.mock = None
        self.broker = os.environ.get("LAMINAR_KAFKA") or self.start_mock()

    def start_mock(self):
        program = pathlib.Path(binary()).parents[1] / "tests/integration/kafka_mock"
        mock = self.mock = subprocess.Popen([program, f"{self.topic}:2"], stderr=subprocess.DEVNULL, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def end():
            mock.stdin.close()
            mock.wait(LIMIT_SECONDS)
            mock.stdout.close()

        self.addCleanup(end)
        return mock.stdout.readline().strip()

    def produce(self, *lines, arguments=(), partition=0):
        subprocess.run(["kcat", "-P", "-b", self.broker, "-t", self.topic, "-p", str(partition), *arguments],
                       input="".join(line + "\n" for line in lines), text=True, check=True, timeout=LIMIT_SECONDS)

    def consume(self, count, form="%k|%s\n", timeout=LIMIT_SECONDS):
        done = subprocess.run(["kcat", "-C", "-b", self.broker, "-t", self.topic, "-o", "beginning", "-q", "-c", str(count), "-f", form],
                              capture_output=True, text=True, check=True, timeout=timeout)
        return done.stdout.splitlines()

    def cluster(self, options=""):
        return f"CREATE CONNECTION k TO kafka (bootstrap_servers = '{self.broker}', mode = 'cluster'{options});"

    def source(self, name="t", options="", columns="n BIGINT"):
        return f"CREATE TABLE {name} ({columns}) WITH (connector = 'k', topic = '{self.topic}'{options});"

    def test_messages_are_read_with_their_metadata(self):
        self.produce('key 1|{"n": 1}', arguments=["-K", "|", "-H", "color=red"])
        shell = self.start_shell()
        shell.execute(f"""{self.cluster()} {self.source(options=", format = 'json', mode = 'source', offset = 'earliest'")}""")
        columns = "n, kafka_topic, kafka_partition, kafka_offset, kafka_key, kafka_headers ->> 'color', kafka_timestamp IS NOT NULL"
        self.assertEqual(shell.wait_until(columns, "t", lambda rows: rows), [[1, self.topic, 0, 0, "key 1", "red", True]])

    def test_all_partitions_are_read_or_one(self):
        self.produce('{"n": 1}', partition=0)
        self.produce('{"n": 2}', partition=1)
        shell = self.start_shell()
        shell.execute(f"""
            {self.cluster()}
            {self.source("every", ", offset = 'earliest'")}
            {self.source("one", ", offset = 'earliest', partition = 1")}
        """)
        self.assertEqual(sorted(shell.wait_until("n", "every", lambda rows: len(rows) == 2)), [[1], [2]])
        self.assertEqual(shell.wait_until("n", "one", lambda rows: rows), [[2]])

    def test_latest_begins_with_what_comes(self):
        self.produce('{"n": 1}')
        shell = self.start_shell()
        shell.execute(f"""{self.cluster()} {self.source(options=", partition = 0, offset = 'latest'")}""")
        shell.wait_for_state("t.connection", "connected")
        # It cannot be told from outside when the end of the partition has been found: rows come until one is read.
        for n in range(2, 200):
            self.produce(f'{{"n": {n}}}')
            if shell.select("COUNT(*)", "t")[0][0] > 0:
                break
        self.assertGreater(shell.select("MIN(n)", "t")[0][0], 1)

    def test_rows_are_written_with_keys(self):
        """Each partitioner sends what has one key to one place; those that others use too, to the same place as they do."""
        partitioners = ("murmur2_random", "murmur2", "consistent_random", "consistent", "random")
        for n, partitioner in enumerate(partitioners):
            self.run_script(f"""
                {self.cluster()}
                CREATE TABLE t (symbol TEXT, n BIGINT) WITH (connector = 'k', topic = '{self.topic}', mode = 'sink', format = 'json',
                    key_columns = 'symbol', compression = 'lz4', partitioner = '{partitioner}');
                INSERT INTO t VALUES ('a', {n}), ('b', {n}), ('a', {n});
            """)
        count = 3 * len(partitioners)
        lines = [line.partition("|") for line in self.consume(count)]
        self.assertEqual(sorted((key, json.loads(value)["n"]) for key, _, value in lines),
                         sorted((key, n) for n in range(len(partitioners)) for key in "aab"))
        places = {}
        for line in self.consume(count, "%p|%s\n"):
            partition, _, value = line.partition("|")
            row = json.loads(value)
            places.setdefault((partitioners[row["n"]], row["symbol"]), set()).add(int(partition))
        # CRC32 and Java's murmur2 of "a" and "b", over two partitions.
        crc = {"a": zlib.crc32(b"a") % 2, "b": zlib.crc32(b"b") % 2}
        for key in "ab":
            self.assertEqual(places["murmur2", key], places["murmur2_random", key])
            self.assertEqual(places["consistent", key], {crc[key]})
            self.assertEqual(places["consistent_random", key], {crc[key]})
            self.assertEqual(len(places["murmur2", key]), 1)

    def test_a_key_of_several_columns_is_an_object(self):
        self.run_script(f"""
            {self.cluster()}
            CREATE TABLE t (symbol TEXT, n BIGINT) WITH (connector = 'k', topic = '{self.topic}', mode = 'sink', key_columns = ['symbol', 'n']);
            INSERT INTO t VALUES ('a "', 1);
        """)
        key, _, value = self.consume(1)[0].partition("|")
        self.assertEqual(json.loads(key), {"symbol": 'a "', "n": 1})
        self.assertEqual(json.loads(value), {"symbol": 'a "', "n": 1})

    def test_compressed_messages_are_read(self):
        for compression in ("none", "gzip", "snappy", "lz4", "zstd"):
            with self.subTest(compression):
                self.run_script(f"""
                    {self.cluster()}
                    CREATE TABLE t (n BIGINT) WITH (connector = 'k', topic = '{self.topic}', mode = 'sink', compression = '{compression}');
                    INSERT INTO t SELECT i FROM range(100) AS r(i);
                """)
        self.assertEqual(len(self.consume(500)), 500)

    def test_a_group_goes_on_where_it_was(self):
        options = f", group_id = '{self.group}', offset = 'group'"
        self.produce('{"n": 1}', '{"n": 2}')
        # The mock knows of members that leave only when their session ends, a real broker at once.
        short = ", client_options = MAP {'session.timeout.ms': '6000', 'heartbeat.interval.ms': '500'}"
        read = f"{self.cluster(short)} {self.source(options=options)}"
        first = self.start_shell()
        first.execute(read)
        first.wait_until("COUNT(*)", "t", lambda rows: rows == [[2]])
        self.assertEqual(first.leave(), 0, first.stderr.text)
        self.produce('{"n": 3}')
        second = self.start_shell()
        second.execute(read)
        self.assertEqual(second.wait_until("n", "t", lambda rows: len(rows) > 0), [[3]])

    def test_two_members_share_the_partitions(self):
        read = f"""{self.cluster(", client_options = MAP {'session.timeout.ms': '6000', 'heartbeat.interval.ms': '500'}")}
                   {self.source(options=f", group_id = '{self.group}', offset = 'group'")}"""
        members = [self.start_shell(), self.start_shell()]
        for member in members:
            member.execute(read)
        sent = []
        for n in range(1, 400):
            self.produce(f'{{"n": {n}}}', partition=n % 2)
            sent.append(n)
            if all(member.select("COUNT(*)", "t")[0][0] > 0 for member in members):
                break
        total = lambda: [row[0] for member in members for row in member.select("n", "t")]
        members[0].wait_until("1", "(VALUES (1))", lambda rows: len(set(total())) == len(sent))
        if self.mock:  # It takes no commit while the group is shared out anew, which real brokers do until all have joined.
            self.assertEqual(sorted(set(total())), sent)
        else:
            self.assertEqual(sorted(total()), sent)

    def test_one_partition_goes_on_after_the_rows_of_the_last_commit(self):
        folder = self.temporary_folder() / "data"
        self.produce('{"n": 1}', '{"n": 2}')
        declared = f"""{self.cluster()} {self.source(options=", partition = 0, offset = 'earliest'")}
                       CREATE TABLE kept (n BIGINT);
                       CREATE PIPELINE p AS INSERT INTO kept SELECT n FROM t;"""
        first = self.start_shell("--data-dir", str(folder))
        first.execute(declared)
        first.wait_until("COUNT(*)", "kept", lambda rows: rows == [[2]])
        first.process.kill()
        first.wait()
        self.produce('{"n": 3}')
        second = self.start_shell("--data-dir", str(folder))
        second.wait_until("COUNT(*)", "kept", lambda rows: rows[0][0] >= 3)
        self.assertEqual(sorted(second.select("n", "kept")), [[1], [2], [3]])

    def test_a_broker_that_is_not_there_is_told(self):
        shell = self.start_shell()
        shell.execute("""CREATE CONNECTION k TO kafka (bootstrap_servers = '127.0.0.1:1');
                         CREATE TABLE t (n BIGINT) WITH (connector = 'k', topic = 't');""")
        reason, _ = shell.wait_for_state("t.connection", "waiting_to_reconnect")
        self.assertIn("127.0.0.1:1", reason)
        self.assertEqual(shell.leave(), 0)

    def test_every_format_is_written_and_read(self):
        """Through the broker and back."""
        for format in ("json", "msgpack", "cbor"):
            with self.subTest(format):
                shell = self.start_shell()
                shell.execute(f"""
                    {self.cluster()}
                    CREATE TABLE out (n BIGINT, form TEXT) WITH (connector = 'k', topic = '{self.topic}-{format}', mode = 'sink', format = '{format}');
                    INSERT INTO out VALUES (1, '{format}');
                    CREATE TABLE back (n BIGINT, form TEXT)
                        WITH (connector = 'k', topic = '{self.topic}-{format}', format = '{format}', offset = 'earliest');
                """)
                self.assertEqual(shell.wait_until("n, form", "back", lambda rows: rows), [[1, format]])
                self.assertEqual(shell.leave(), 0)

    def test_bytes_are_written_and_read(self):
        self.run_script(f"""
            {self.cluster()}
            CREATE TABLE t (data BLOB) WITH (connector = 'k', topic = '{self.topic}', mode = 'sink', format = 'binary');
            INSERT INTO t VALUES ('\\x00\\xFF\\x0A'::BLOB);
        """)
        shell = self.start_shell()
        shell.execute(f"""{self.cluster()} {self.source(options=", format = 'binary', offset = 'earliest'", columns="data BLOB")}""")
        self.assertEqual(shell.wait_until("hex(data)", "t", lambda rows: rows), [["00FF0A"]])

    def test_changes_of_debezium_are_read(self):
        self.produce('{"before": null, "after": {"n": 1, "v": "a"}, "op": "c"}', '{"before": {"n": 1}, "after": {"n": 1, "v": "b"}, "op": "u"}')
        shell = self.start_shell()
        shell.execute(f"""{self.cluster()} {self.source(options=", format = 'debezium_json', offset = 'earliest'", columns="n BIGINT PRIMARY KEY, v TEXT")}""")
        shell.wait_until("messages_received", "system.connections WHERE connection_name = 't.connection'", lambda rows: rows == [[2]])
        self.assertEqual(shell.wait_until("n, v", "t", lambda rows: rows == [[1, "b"]]), [[1, "b"]])

    def test_a_message_without_a_value_is_an_error(self):
        self.produce("gone|", '5|{"n": 5}', arguments=["-K", "|", "-Z"])
        shell = self.start_shell()
        shell.execute(f"""
            {self.cluster()} {self.source(options=", offset = 'earliest', partition = 0")}
        """)
        self.assertEqual(shell.wait_until("n, kafka_key, kafka_headers IS NULL", "t", lambda rows: rows), [[5, "5", True]])
        self.assertEqual(shell.select("messages_failed", "system.connections WHERE connection_name = 't.connection'"), [[1]])
        self.assertIn("no_value", shell.stderr.text)

    def test_a_broker_that_hangs_does_not_hold_up_the_end(self):
        read = self.source(options=f", group_id = '{self.group}', offset = 'group'")
        self.produce('{"n": 1}')
        shell = self.start_shell()
        shell.execute(f"{self.cluster()} {read}")
        shell.wait_until("COUNT(*)", "t", lambda rows: rows == [[1]])
        if not self.mock:
            self.skipTest("a real broker is not stopped")
        self.mock.send_signal(signal.SIGSTOP)
        self.addCleanup(self.mock.send_signal, signal.SIGCONT)
        begun = time.monotonic()
        self.assertEqual(shell.leave(), 0, shell.stderr.text)
        self.assertLess(time.monotonic() - begun, 30)

    def test_an_exported_script_fills_the_topics(self):
        """laminar export --target flink: what it writes for Laminar is a script that check takes and run runs."""
        folder = self.temporary_folder()
        (folder / "rows.ndjson").write_text('{"id": 1, "at": "2026-01-02T03:04:05.678912Z"}\n{"id": 2, "at": "2026-01-02T03:04:06Z"}\n')
        (folder / "declarations.sql").write_text(f"""
            CREATE CONNECTION feed TO file (path = 'rows.ndjson');
            CREATE TABLE "{self.topic}" (id BIGINT, at TIMESTAMP NOT NULL, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'feed');
        """)
        (folder / "pipelines.sql").write_text(f"""
            CREATE TABLE counts (minute TIMESTAMP, n BIGINT);
            CREATE PIPELINE counting AS INSERT INTO counts
            SELECT TUMBLE_START(at, INTERVAL '1 minute') AS m, COUNT(*) FROM "{self.topic}" GROUP BY m;
        """)
        exported = run("export", "--target", "flink", "--bootstrap-servers", self.broker, "out", "declarations.sql", "pipelines.sql", cwd=folder)
        self.assertEqual(exported.exit_code, 0, exported.stderr.text)
        checked = run("check", "--catalog", "declarations.sql", "out/ingest.sql", cwd=folder)
        self.assertEqual(checked.exit_code, 0, checked.stdout.text + checked.stderr.text)
        done = run("run", "--quiet", "--drain", "declarations.sql", "out/ingest.sql", cwd=folder)
        self.assertEqual(done.exit_code, 0, done.stderr.text)
        self.assertEqual(sorted((json.loads(line) for line in self.consume(2, "%s\n")), key=lambda row: row["id"]),
                         [{"id": 1, "at": "2026-01-02T03:04:05.678Z"}, {"id": 2, "at": "2026-01-02T03:04:06.000Z"}])

    def test_text_and_broken_messages(self):
        self.produce("no json", '{"n": 5}')
        shell = self.start_shell()
        shell.execute(f"""
            {self.cluster()}
            {self.source("t", ", offset = 'earliest'")}
            {self.source("lines", ", offset = 'earliest', format = 'text'", "line TEXT")}
        """)
        self.assertEqual(shell.wait_until("n", "t", lambda rows: rows), [[5]])
        self.assertEqual(sorted(shell.wait_until("line", "lines", lambda rows: len(rows) == 2)), [["no json"], ['{"n": 5}']])
        self.assertEqual(shell.select("messages_failed", "system.connections WHERE connection_name = 't.connection'"), [[1]])


if __name__ == "__main__":
    unittest.main()
