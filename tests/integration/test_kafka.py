"""Topics of Kafka, against the mock cluster of librdkafka (kafka_mock.cpp), with kcat as the other client. LAMINAR_KAFKA=HOST:PORT
takes a real broker, which makes topics by itself, in its place."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest
import uuid

from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary


@unittest.skipUnless(shutil.which("kcat"), "kcat is not installed")
class KafkaTest(LaminarTestCase):
    def setUp(self):
        self.topic = f"t-{uuid.uuid4().hex[:12]}"
        self.group = f"g-{uuid.uuid4().hex[:12]}"
        self.broker = os.environ.get("LAMINAR_KAFKA") or self.start_mock()

    def start_mock(self):
        program = pathlib.Path(binary()).parents[1] / "tests/integration/kafka_mock"
        mock = subprocess.Popen([program, f"{self.topic}:2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

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
        return f"CREATE CONNECTION k TO kafka (bootstrap_servers = '{self.broker}'{options});"

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
        shell.execute(f"{self.cluster()} {self.source(options=', partition = 0')}")
        shell.wait_for_state("t.connection", "connected")
        # It cannot be told from outside when the end of the partition has been found: rows come until one is read.
        for n in range(2, 200):
            self.produce(f'{{"n": {n}}}')
            if shell.select("COUNT(*)", "t")[0][0] > 0:
                break
        self.assertGreater(shell.select("MIN(n)", "t")[0][0], 1)

    def test_rows_are_written_with_keys(self):
        self.run_script(f"""
            {self.cluster()}
            CREATE TABLE t (symbol TEXT, n BIGINT) WITH (connector = 'k', topic = '{self.topic}', mode = 'sink', format = 'json',
                key_columns = 'symbol', compression = 'lz4', partitioner = 'consistent_random');
            INSERT INTO t VALUES ('a', 1), ('b', 2), ('a', 3);
        """)
        lines = [line.partition("|") for line in self.consume(3)]
        self.assertEqual(sorted((key, json.loads(value)["n"]) for key, _, value in lines), [("a", 1), ("a", 3), ("b", 2)])
        places = self.consume(3, "%k %p\n")
        self.assertEqual(len({place for place in places if place.startswith("a ")}), 1)

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
        for compression in ("gzip", "snappy", "lz4", "zstd"):
            with self.subTest(compression):
                self.run_script(f"""
                    {self.cluster()}
                    CREATE TABLE t (n BIGINT) WITH (connector = 'k', topic = '{self.topic}', mode = 'sink', compression = '{compression}');
                    INSERT INTO t SELECT i FROM range(100) AS r(i);
                """)
        self.assertEqual(len(self.consume(400)), 400)

    def test_a_group_goes_on_where_it_was(self):
        options = f", group_id = '{self.group}', offset = 'group'"
        self.produce('{"n": 1}', '{"n": 2}')
        read = f"{self.cluster()} {self.source(options=options)}"
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
