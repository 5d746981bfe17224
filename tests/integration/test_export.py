"""laminar export writes files for a cluster, or nothing; what it writes for Laminar makes the rows that Flink is told of."""

import json
import re
import unittest

from laminar_process import LaminarTestCase, run

DECLARATIONS = """
CREATE CONNECTION feed TO file (path = 'rows.ndjson');
CREATE TABLE readings (id BIGINT, value DECIMAL(10, 2), at TIMESTAMP NOT NULL, seen TIMESTAMP, place STRUCT(room TEXT), tags TEXT[],
    raw JSON, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'feed');
"""
PIPELINE = """CREATE TABLE averages (minute TIMESTAMP, average DOUBLE);
CREATE PIPELINE average AS INSERT INTO averages
SELECT TUMBLE_START(at, INTERVAL '1 minute') AS m, AVG(value) FROM readings GROUP BY m;
"""


class ExportTest(LaminarTestCase):
    def setUp(self):
        self.folder = self.temporary_folder()
        (self.folder / "declarations.sql").write_text(DECLARATIONS)
        (self.folder / "pipelines.sql").write_text(PIPELINE)

    def export(self, *arguments):
        return run("export", "--target", "flink", *arguments, cwd=self.folder)

    def test_the_files_of_an_export(self):
        done = self.export("out/cluster", "declarations.sql", "pipelines.sql")
        self.assertEqual(done.exit_code, 0, done.stderr.text)
        self.assertEqual(sorted(path.name for path in (self.folder / "out/cluster").iterdir()), ["NOTES.md", "ingest.sql", "pipelines.sql"])
        self.assertIn("INSERT INTO `averages/sink`", (self.folder / "out/cluster/pipelines.sql").read_text())
        self.assertIn("| `readings` | `readings` | Laminar |", (self.folder / "out/cluster/NOTES.md").read_text())
        again = self.export("--catalog", "declarations.sql", "out/cluster", "pipelines.sql")
        self.assertEqual(again.exit_code, 0, again.stderr.text)

    def test_nothing_is_written_where_something_is_refused(self):
        (self.folder / "more.sql").write_text("CREATE PIPELINE other AS SELECT hash(id) AS h FROM readings;\n")
        done = self.export("out", "declarations.sql", "pipelines.sql", "more.sql")
        self.assertEqual(done.exit_code, 1)
        self.assertIn("more.sql:1:33: error[L421]: hash has no equal in Flink", done.stderr.text)
        self.assertFalse((self.folder / "out").exists())
        alone = self.export("--pipeline", "average", "out", "declarations.sql", "pipelines.sql", "more.sql")
        self.assertEqual(alone.exit_code, 0, alone.stderr.text)

    def test_findings_of_a_target_have_their_rule_in_sarif(self):
        (self.folder / "more.sql").write_text("CREATE PIPELINE other AS SELECT hash(id) AS h FROM readings;\nSELECT missing FROM readings;\n")
        done = run("check", "--target", "flink", "--format", "sarif", "--catalog", "declarations.sql", "more.sql", cwd=self.folder)
        self.assertEqual(done.exit_code, 1)
        checked = json.loads(done.stdout.text)["runs"][0]
        rules = [rule["id"] for rule in checked["tool"]["driver"]["rules"]]
        found = [(result["ruleId"], rules[result["ruleIndex"]]) for result in checked["results"]]
        self.assertIn(("L421", "L421"), found)
        self.assertIn(("L208", "L208"), found)

    def test_what_cannot_be_read_or_written_is_told(self):
        self.assertEqual(self.export("out", "absent.sql").exit_code, 2)
        unknown = self.export("--pipeline", "absent", "out", "declarations.sql", "pipelines.sql")
        self.assertEqual(unknown.exit_code, 2)
        self.assertIn('no pipeline "absent"', unknown.stderr.text)
        (self.folder / "file").write_text("")
        unwritable = self.export("file/out", "declarations.sql", "pipelines.sql")
        self.assertEqual(unwritable.exit_code, 2)
        self.assertIn('cannot write "file/out"', unwritable.stderr.text)
        self.assertEqual(run("export", "out", "declarations.sql", cwd=self.folder).exit_code, 2)

    def test_rows_of_topics_have_the_form_that_flink_reads(self):
        """The connector of topics is replaced by a file: what comes before it is the same."""
        self.assertEqual(self.export("out", "declarations.sql", "pipelines.sql").exit_code, 0)
        script = (self.folder / "out/ingest.sql").read_text()
        script, connections = re.subn(r"TO kafka \(.*\);", "TO file (path = 'topic.ndjson', mode = 'sink');", script)
        script, topics = re.subn(r", topic = '[^']*', format = 'json'", "", script)
        self.assertEqual((connections, topics), (1, 1))
        (self.folder / "ingest.sql").write_text(script)
        rows = [{"id": 1, "value": 2.5, "at": "2026-01-02T03:04:05.678912+01:00", "seen": "2026-01-02T03:04:05.678912Z",
                 "place": {"room": "attic"}, "tags": ["a"], "raw": {"x": [1]}},
                {"id": 2, "value": 3, "at": 1767323045000}]
        (self.folder / "rows.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
        done = run("run", "--quiet", "--drain", "declarations.sql", "ingest.sql", cwd=self.folder)
        self.assertEqual(done.exit_code, 0, done.stderr.text)
        self.assertEqual([json.loads(line) for line in (self.folder / "topic.ndjson").read_text().splitlines()], [
            {"id": 1, "value": 2.5, "at": "2026-01-02T02:04:05.678Z", "seen": "2026-01-02T03:04:05.678912Z", "place": {"room": "attic"},
             "tags": ["a"], "raw": {"x": [1]}},
            {"id": 2, "value": 3.0, "at": "2026-01-02T03:04:05.000Z", "seen": None, "place": None, "tags": None, "raw": None}])


if __name__ == "__main__":
    unittest.main()
