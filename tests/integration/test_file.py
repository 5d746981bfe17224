"""Files as streams."""

import json
import unittest

from laminar_process import LaminarTestCase


class FileTest(LaminarTestCase):
    def test_files_are_read(self):
        folder = self.temporary_folder()
        (folder / "events.json").write_text('{"n": 1, "name": "a"}\n{"n": 2, "name": "b"}\n')
        (folder / "events.csv").write_text("n,name\n3,c\n4,d\n")
        laminar = self.run_script(f"""
            CREATE CONNECTION lines TO file (path = '{folder / "events.json"}', mode = 'source');
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


if __name__ == "__main__":
    unittest.main()
