"""Files as streams."""

import json
import subprocess
import unittest

from duckdb_library import duckdb
from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary


class FileTest(LaminarTestCase):
    def test_files_are_read(self):
        folder = self.temporary_folder()
        (folder / "events.json").write_text('{"n": 1, "name": "a"}\n{"n": 2, "name": "b"}\n')
        (folder / "events.csv").write_text("n,name\n3,c\n4,d\n")
        laminar = self.run_script(f"""
            CREATE CONNECTION lines TO file (path = '{folder / "events.json"}', format = 'json', mode = 'source');
            CREATE CONNECTION records TO file (path = '{folder / "events.csv"}', format = 'csv');
            CREATE TABLE a (n INT, name TEXT) WITH (connector = 'lines');
            CREATE TABLE b (n INT, name TEXT) WITH (connector = 'records');
            WAIT FOR a COUNT 2 TIMEOUT INTERVAL '100 seconds';
            WAIT FOR b COUNT 2 TIMEOUT INTERVAL '100 seconds';
            SELECT n, name FROM a UNION ALL SELECT n, name FROM b ORDER BY n;
        """)
        self.assertEqual(laminar.rows, [{"n": n, "name": name} for n, name in enumerate("abcd", start=1)])

    def test_a_file_is_written(self):
        target = self.temporary_folder() / "out.json"
        self.run_script(f"""
            CREATE CONNECTION target TO file (path = '{target}', mode = 'sink');
            CREATE TABLE written (n INT) WITH (connector = 'target');
            INSERT INTO written SELECT i FROM range(5) AS t(i);
        """)
        self.assertEqual([json.loads(line) for line in target.read_text().splitlines()], [{"n": n} for n in range(5)])

    def test_a_rate_holds_rows_back(self):
        source = self.temporary_folder() / "events.json"
        source.write_text("".join(f'{{"n": {n}}}\n' for n in range(100)))
        # Without the rate all of them are there at once; with it, the second comes after 1000 seconds.
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION replay TO file (path = '{source}', rate = 0.001);
            CREATE TABLE events (n INT) WITH (connector = 'replay');
        """)
        shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] == 1)
        shell.execute("""
            CREATE CONNECTION ticks TO generator (rows_per_second = 10, max_rows = 4);
            CREATE TABLE passed (counter BIGINT) WITH (connector = 'ticks');
            WAIT FOR passed COUNT 4 TIMEOUT INTERVAL '60 seconds';
        """)
        self.assertEqual(shell.select("COUNT(*)", "events"), [[1]])


class ParquetTest(LaminarTestCase):
    """format = 'parquet', against files that DuckDB writes and reads by itself."""

    def setUp(self):
        self.folder = self.temporary_folder()
        self.path = self.folder / "rows [1] of a=1.parquet"

    def source(self, options=""):
        return f"CREATE CONNECTION rows TO file (path = '{self.path}', format = 'parquet'{options});"

    def sink(self, columns, options=""):
        return f"""CREATE CONNECTION target TO file (path = '{self.path}', format = 'parquet', mode = 'sink');
                   CREATE TABLE written {columns} WITH (connector = 'target'{options});"""

    def stored(self, query="SELECT * FROM {}"):
        pattern = str(self.path).replace("[", "[[]")
        query = query.format(f"read_parquet('{pattern}', hive_partitioning = false)")
        return duckdb(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({query})")

    def test_rows_of_every_type_are_read(self):
        duckdb(f"""COPY (SELECT 1 AS n, 'a "b"' AS name, 12.50::DECIMAL(10, 2) AS amount, TIMESTAMP '2026-01-02 03:04:05.678' AS at,
                       DATE '2026-01-02' AS day, true AS flag, 'abc'::BLOB AS data, [1, 2] AS numbers,
                       {{'city': 'Oslo', 'zip': 7}} AS place, uuid() AS id, 'x'::ENUM ('x', 'y') AS kind, 0.1::DOUBLE AS share
                   UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
                   TO '{self.path}' (FORMAT parquet)""")
        laminar = self.run_script(self.source() + """
            CREATE TABLE read (n INT, name TEXT, amount DECIMAL(10, 2), at TIMESTAMP, day DATE, flag BOOLEAN, data BYTEA, numbers INT[],
                place STRUCT(city TEXT, zip INT), id UUID, kind TEXT, share DOUBLE)
                WITH (connector = 'rows');
            WAIT FOR read COUNT 2 TIMEOUT INTERVAL '60 seconds';
            SELECT * EXCLUDE (id), id IS NULL AS without_id FROM read ORDER BY n;
        """)
        first, second = laminar.rows
        self.assertEqual(first, {"n": 1, "name": 'a "b"', "amount": 12.5, "at": "2026-01-02T03:04:05.678Z", "day": "2026-01-02",
                                 "flag": True, "data": "YWJj", "numbers": [1, 2], "place": {"city": "Oslo", "zip": 7}, "kind": "x",
                                 "share": 0.1, "without_id": False})
        self.assertEqual(second, {name: None for name in first} | {"n": 2, "without_id": True})

    def test_a_file_is_a_finite_stream(self):
        duckdb(f"COPY (SELECT i AS n, 'row ' || i AS name FROM range(50_000) AS t(i)) TO '{self.path}' (FORMAT parquet)")
        laminar = self.run_script(self.source() + """
            CREATE TABLE kept (n BIGINT, name TEXT);
            CREATE PIPELINE all_rows AS INSERT INTO kept SELECT n, name FROM rows;
            WAIT FOR kept COUNT 50000 TIMEOUT INTERVAL '100 seconds';
            SELECT COUNT(*) AS rows, SUM(n) AS total, COUNT(DISTINCT name) AS names FROM kept;
            SELECT COUNT(*) AS misplaced FROM (SELECT n, LAG(n) OVER () AS before FROM kept) WHERE n <= before;
        """)
        self.assertEqual(laminar.rows, [{"rows": 50_000, "total": 50_000 * 49_999 // 2, "names": 50_000}, {"misplaced": 0}])

    def test_a_rate_holds_rows_back(self):
        duckdb(f"COPY (SELECT i AS n FROM range(100) AS t(i)) TO '{self.path}' (FORMAT parquet)")
        shell = self.start_shell()
        shell.execute(self.source(", rate = 0.001") + "CREATE TABLE read (n INT) WITH (connector = 'rows')")
        shell.wait_until("COUNT(*)", "read", lambda rows: rows == [[1]])

    def test_columns_that_are_missing_are_told_of(self):
        duckdb(f"COPY (SELECT 1 AS Id, 2.5 AS amount) TO '{self.path}' (FORMAT parquet)")
        laminar = self.run_script(self.source() + """
            CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'rows', stream = 'errors');
            CREATE TABLE read (id INT, price DOUBLE, note TEXT DEFAULT 'none') WITH (connector = 'rows');
            WAIT FOR read TIMEOUT INTERVAL '60 seconds';
            SELECT id, price, note FROM read;
            SELECT * FROM errors;
        """)
        self.assertEqual(laminar.rows, [
            {"id": 1, "price": None, "note": "none"},
            {"error_type": "connection", "error_message": 'there is no column "price", so it stays NULL; there are: Id, amount'}])

    def test_columns_are_found_by_their_spelling_first(self):
        duckdb(f"COPY (SELECT 1672515782136 AS E, 7 AS T, 4.5 AS Price, 1 AS Size) TO '{self.path}' (FORMAT parquet)")
        laminar = self.run_script(self.source() + """
            CREATE TABLE pairs ("E" TIMESTAMP, e TEXT, price DOUBLE, t BIGINT, "T" BIGINT) WITH (connector = 'rows');
            CREATE TABLE alone (t BIGINT, PRICE DOUBLE, exact INTEGER WITH (json_path = '$.size')) WITH (connector = 'rows');
            CREATE TABLE by_path (at BIGINT WITH (json_path = '$.T'), t BIGINT) WITH (connector = 'rows');
            CREATE TABLE errors (error_message TEXT) WITH (connector = 'rows', stream = 'errors');
            WAIT FOR pairs TIMEOUT INTERVAL '60 seconds';
            WAIT FOR alone TIMEOUT INTERVAL '60 seconds';
            WAIT FOR by_path TIMEOUT INTERVAL '60 seconds';
            SELECT * FROM pairs;
            SELECT * FROM alone;
            SELECT * FROM by_path;
            SELECT DISTINCT regexp_extract(error_message, '"(.*?)"', 1) AS missing FROM errors ORDER BY missing;
        """)
        pairs, alone, by_path, *missing = laminar.stdout.text.splitlines()
        self.assertEqual(pairs, '{"E":"2022-12-31T19:43:02.136Z","e":null,"price":4.5,"t":null,"T":7}')
        self.assertEqual(alone, '{"t":7,"PRICE":4.5,"exact":null}')
        self.assertEqual(by_path, '{"at":7,"t":null}')
        self.assertEqual(missing, ['{"missing":"e"}', '{"missing":"size"}', '{"missing":"t"}'])

    def test_files_that_cannot_be_read(self):
        duckdb(f"COPY (SELECT i AS n FROM range(10) AS t(i)) TO '{self.path}' (FORMAT parquet)")
        whole = self.path.read_bytes()
        for content, reason in ((None, "No such file or directory"), (b'{"n": 1}\n', "is not a Parquet file"), (b"PA", "is not a Parquet file"),
                                (whole[:-10], "is not a complete Parquet file"), (whole[:4] + b"\xff" * (len(whole) - 8) + b"PAR1", "cannot read")):
            with self.subTest(reason):
                self.path.unlink(missing_ok=True)
                if content is not None:
                    self.path.write_bytes(content)
                laminar = self.run_script(self.source() + """
                    SELECT test_connection('rows') AS tested;
                    CREATE TABLE read (n INT) WITH (connector = 'rows');""", expect=1)
                self.assertIn(f'failed: connection "rows" failed: ', laminar.stderr.text)
                self.assertIn(reason, laminar.stderr.text)
                self.assertIn(str(self.path), laminar.stderr.text)
                if reason != "cannot read":
                    self.assertIn('"ok":false', laminar.stdout.text.replace(" ", ""))

    def test_rows_are_written(self):
        columns = """(n INT, name TEXT, amount DECIMAL(10, 2), at TIMESTAMP, data BYTEA, numbers INT[], place STRUCT(city TEXT, zip INT),
                      id UUID, huge HUGEINT, day DATE, kind ENUM ('x', 'y'), doc JSON, flag BOOLEAN)"""
        self.run_script(self.sink(columns) + """
            INSERT INTO written SELECT 1, 'a', 12.5, TIMESTAMP '2026-01-02 03:04:05.678', 'abc'::BLOB, [1, 2], {'city': 'Oslo', 'zip': 7},
                '00000000-0000-0000-0000-000000000001', 99999999999999999999999999999999999999, DATE '2026-01-02', 'y', '{"a": [1]}', true;
            INSERT INTO written (n) VALUES (2);
        """)
        self.assertEqual(self.stored(), [
            ["1", "a", "12.50", "2026-01-02 03:04:05.678", "abc", "[1, 2]", "{'city': Oslo, 'zip': 7}",
             "00000000-0000-0000-0000-000000000001", "99999999999999999999999999999999999999", "2026-01-02", "y", '{"a": [1]}', "true"],
            ["2"] + [None] * 12])
        types = dict(self.stored("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {})"))
        self.assertEqual((types["n"], types["amount"], types["at"], types["huge"], types["numbers"]),
                         ("INTEGER", "DECIMAL(10,2)", "TIMESTAMP", "DECIMAL(38,0)", "INTEGER[]"))
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.path.name])

    def test_many_rows_of_a_pipeline_are_written_in_row_groups(self):
        self.run_script(self.sink("") + """
            CREATE CONNECTION numbers TO generator (max_rows = 300000);
            CREATE PIPELINE writing AS INSERT INTO written SELECT counter AS n, 'row ' || counter AS name FROM numbers;
        """)
        self.assertEqual(self.stored("SELECT COUNT(*), SUM(n), COUNT(DISTINCT name) FROM {}"), [["300000", "45000150000", "300000"]])
        self.assertEqual(self.stored("SELECT COUNT(*) FROM (SELECT n, lag(n) OVER () AS before FROM {}) WHERE n <= before"), [["0"]])
        pattern = str(self.path).replace("[", "[[]")
        groups = int(duckdb(f"SELECT COUNT(DISTINCT row_group_id) FROM parquet_metadata('{pattern}')")[0][0])
        self.assertGreaterEqual(groups, 3, "rows are written as they come, not kept")

    def test_a_file_is_there_when_it_is_complete(self):
        shell = self.start_shell()
        shell.execute(self.sink("(n INT)") + "INSERT INTO written VALUES (1), (2)")
        shell.wait_until("messages_sent", "system.connections", lambda rows: rows == [[2]])
        self.assertFalse(self.path.exists())
        shell.execute("DROP CONNECTION target CASCADE")
        self.assertEqual(self.stored(), [["1"], ["2"]])

    def test_rows_follow_those_that_are_there(self):
        for n in (1, 2):
            self.run_script(self.sink("(n INT, name TEXT)") + f"INSERT INTO written VALUES ({n}, 'run {n}')")
        self.run_script(self.sink("(more DOUBLE, n INT)") + "INSERT INTO written VALUES (0.5, 3)")
        self.assertEqual(self.stored("SELECT n, name, more FROM {}"), [["1", "run 1", None], ["2", "run 2", None], ["3", None, "0.5"]])

    def test_a_result_without_rows_is_a_file_with_columns(self):
        self.run_script(self.sink("(n INT)") + "SELECT 1 AS one")
        self.assertEqual(list(self.folder.iterdir()), [])
        self.run_script(self.sink("(n INT)") + "INSERT INTO written SELECT 1 WHERE false")
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.stored("SELECT column_name FROM (DESCRIBE SELECT * FROM {})"), [["n"]])

    def test_rows_with_other_columns_are_refused(self):
        laminar = self.run_script(self.sink("") + """
            INSERT INTO written SELECT 1 AS n;
            INSERT INTO written SELECT 'x' AS other;
        """, expect=1)
        self.assertIn('a column "other" of type VARCHAR is not among the columns of the first rows', laminar.stderr.text)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_what_is_there_is_not_overwritten(self):
        self.path.write_text("precious, but no Parquet")
        laminar = self.run_script(self.sink("(n INT)") + "INSERT INTO written VALUES (1)", expect=1)
        self.assertIn("is not a Parquet file", laminar.stderr.text)
        self.assertEqual(self.path.read_text(), "precious, but no Parquet")

    def test_a_disk_that_is_full(self):
        duckdb(f"COPY (SELECT 1::BIGINT AS n) TO '{self.path}' (FORMAT parquet)")
        before = self.path.read_bytes()
        # A file that must not grow any more is refused in the same way as one on a disk without room.
        script = self.sink("(n BIGINT)") + "INSERT INTO written SELECT hash(i) // 2 FROM range(500000) AS t(i);"
        ended = subprocess.run(["sh", "-c", 'trap "" XFSZ; ulimit -f 200; exec "$0" "$@"', binary(), "run", "-e", script],
                               capture_output=True, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn('failed: connection "target" failed: cannot write ', ended.stderr)
        self.assertIn("File too large", ended.stderr)
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.path.name])


class WatermarkDelayTest(LaminarTestCase):
    def test_a_row_further_behind_than_the_delay_is_late(self):
        path = self.temporary_folder() / "events.json"
        for behind, expected in (("10:00:59", "first,second"), ("10:00:40", "first")):
            rows = [("first", "10:00:05"), ("next", "10:01:05"), ("second", behind), ("last", "10:03:00")]
            # The window of a minute closes when the watermark, 30 s behind the latest row, has passed it.
            rows.insert(2, ("next", "10:01:15" if behind == "10:00:59" else "10:01:35"))
            path.write_text("".join(json.dumps({"k": k, "at": f"2024-01-01T{at}Z"}) + "\n" for k, at in rows))
            laminar = self.run_script(f"""
                CREATE CONNECTION recording TO file (path = '{path}', format = 'json');
                CREATE TABLE events (k TEXT, at TIMESTAMP) WITH (connector = 'recording', event_time_field = 'at', watermark_delay = INTERVAL '30 seconds');
                CREATE TABLE minutes (began TIMESTAMP, ks TEXT);
                CREATE PIPELINE collect AS INSERT INTO minutes SELECT TUMBLE_START(at, INTERVAL '1 minute'), string_agg(k, ',' ORDER BY at) FROM events
                    GROUP BY TUMBLE(at, INTERVAL '1 minute');
                WAIT FOR minutes COUNT 3 TIMEOUT INTERVAL '60 seconds';
                SELECT ks FROM minutes ORDER BY began LIMIT 1;""")
            self.assertEqual(laminar.rows, [{"ks": expected}])


if __name__ == "__main__":
    unittest.main()
