"""laminar check as CI uses it: folders, patterns, Markdown, shared declarations, warnings, report formats."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

import jsonschema

from laminar_process import LIMIT_SECONDS, PROJECT, LaminarTestCase, binary, run
from websocket_peer import FeedServer

CLEAN = "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (1);\n"
CONNECTION = "CREATE CONNECTION {name} TO websocket (mode = 'client', format = 'json', endpoint = '{url}'{more});\n"


def sarif_schema():
    """Where scripts/setup puts it."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return json.loads(pathlib.Path(cache, "laminar", "sarif-2.1.0.json").read_text())


class CheckTestCase(LaminarTestCase):
    def write(self, **files):
        """Files of a new folder; __ in a name stands for /, and _md for the ending .md."""
        folder = self.temporary_folder()
        for name, text in files.items():
            path = folder / (name.replace("__", "/").removesuffix("_md") + (".md" if name.endswith("_md") else ".sql"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    def check(self, *arguments, expect, **options):
        laminar = run("check", *arguments, **options)
        self.assertEqual(laminar.exit_code, expect, f"{laminar.stdout.text}\n{laminar.stderr.text}")
        return laminar

    def findings(self, text, *arguments, expect=0):
        """[(code, line, column)] of one script."""
        folder = self.write(script=text)
        laminar = self.check("--format", "json", *arguments, "script.sql", expect=expect, cwd=folder)
        return [(row["code"], row["line"], row["column"]) for row in laminar.rows]


class PathTest(CheckTestCase):
    def checked(self, folder, *paths, expect=1):
        """Names of the files with a finding, which all have here."""
        return [row["file"] for row in self.check("--format", "json", *paths, expect=expect, cwd=folder).rows]

    def test_folders_patterns_and_files_each_once(self):
        bad = "SELECT nope;"
        folder = self.write(a=bad, sub__b=bad, sub__deep__c=bad, notes_md=f"```sql\n{bad}\n```\n")
        (folder / ".hidden").mkdir()
        (folder / ".hidden" / "d.sql").write_text(bad)
        (folder / "other.txt").write_text("not SQL")
        self.assertEqual(self.checked(folder, "."), ["./a.sql", "./notes.md", "./sub/b.sql", "./sub/deep/c.sql"])
        self.assertEqual(self.checked(folder, "sub"), ["sub/b.sql", "sub/deep/c.sql"])
        self.assertEqual(self.checked(folder, "*.sql"), ["a.sql"])
        self.assertEqual(self.checked(folder, "**/*.sql"), ["a.sql", "sub/b.sql", "sub/deep/c.sql"])
        self.assertEqual(self.checked(folder, "sub/*/[a-c].sql"), ["sub/deep/c.sql"])
        self.assertEqual(self.checked(folder, "./a.sql", "a.sql", "*.sql"), ["./a.sql"])

    def test_what_cannot_be_read_is_exit_code_2_and_the_rest_is_checked(self):
        folder = self.write(a="SELECT nope;")
        (folder / "empty").mkdir()
        laminar = self.check("missing.sql", "none*.sql", "empty", "a.sql", expect=2, cwd=folder)
        self.assertIn("cannot read missing.sql", laminar.stderr.text)
        self.assertIn("nothing matches none*.sql", laminar.stderr.text)
        self.assertIn("there is no .sql or .md or .markdown file in empty", laminar.stderr.text)
        self.assertIn("a.sql:1:8", laminar.stdout.text)

    def test_standard_input(self):
        laminar = self.check("-", expect=1, stdin="SELECT nope;")
        self.assertIn("<stdin>:1:8", laminar.stdout.text)


class MarkdownTest(CheckTestCase):
    def test_positions_are_those_of_the_markdown_file(self):
        text = ("# Guide\n\n```sql\nCREATE TABLE t (n INT);\n```\n\nThen, in a list:\n\n* first:\n\n"
                "  ```sql title=\"x\"\n  SELECT nope FROM t;\n  ```\n\n~~~~SQL\n```\nSELECT n FROM t\n~~~~\n"
                "```python\nSELECT x FROM;\n```\n```sql no-check\nSELECT FROM WHERE;\n```\n")
        folder = self.write(guide_md=text)
        laminar = self.check("--format", "json", "guide.md", expect=1, cwd=folder)
        self.assertEqual([(row["file"], row["line"], row["column"], row["code"][:2]) for row in laminar.rows],
                         [("guide.md", 12, 10, "L2"), ("guide.md", 16, 1, "L1")])

    def test_a_block_left_open_does_not_swallow_the_next(self):
        folder = self.write(guide_md="```sql\nSELECT 'open\n```\n\n```sql\nSELECT nope;\n```\n")
        laminar = self.check("--format", "json", "guide.md", expect=1, cwd=folder)
        self.assertEqual([(row["line"], row["code"]) for row in laminar.rows][:1], [(2, "L104")])
        self.assertIn(6, [row["line"] for row in laminar.rows])


    def test_the_documentation_of_this_project_is_clean(self):
        self.check("README.md", "docs", "sql_examples", expect=0, cwd=PROJECT)


class CatalogTest(CheckTestCase):
    def test_shared_declarations(self):
        shared = CONNECTION.format(name="feed", url="wss://example.com/", more="") + "CREATE TABLE trades (price DOUBLE) WITH (connector = 'feed');"
        folder = self.write(shared=shared, a="SELECT AVG(price) FROM trades;", b="SELECT nope FROM trades;", c="CREATE TABLE trades (x INT);")
        self.check("a.sql", expect=1, cwd=folder)
        self.check("--catalog", "shared.sql", "a.sql", expect=0, cwd=folder)
        laminar = self.check("--format", "json", "--catalog", "shared.sql", "a.sql", "b.sql", "c.sql", expect=1, cwd=folder)
        self.assertEqual([(row["file"], row["line"], row["column"]) for row in laminar.rows], [("b.sql", 1, 8), ("c.sql", 1, 14)])

    def test_errors_of_shared_declarations_are_reported_once(self):
        folder = self.write(shared="CREATE TABLE broken (n NOTYPE);", a="SELECT n FROM broken;", b="SELECT n FROM broken;")
        laminar = self.check("--format", "json", "--catalog", "shared.sql", "a.sql", "b.sql", expect=1, cwd=folder)
        self.assertEqual([row["file"] for row in laminar.rows], ["shared.sql"])

    def test_a_missing_catalog_is_exit_code_2(self):
        folder = self.write(a=CLEAN)
        self.check("--catalog", "missing.sql", "a.sql", expect=2, cwd=folder)


class WarningTest(CheckTestCase):
    def client(self, url, more="", name="c"):
        return CONNECTION.format(name=name, url=url, more=more) + f"CREATE TABLE t_{name} (n INT) WITH (connector = '{name}');"

    def codes(self, text, *arguments, expect=0):
        return [code for code, _, _ in self.findings(text, *arguments, expect=expect)]

    def test_credentials_over_plain_ws(self):
        secret = ", headers = MAP {'Authorization': 'Bearer ${secret:token}'}"
        self.assertEqual(self.findings(self.client("ws://feed.example.com/", secret)), [("L511", 1, 80)])
        self.assertEqual(self.codes(self.client("ws://feed.example.com/?token=${secret:token}")), ["L511"])
        self.assertEqual(self.codes(self.client("ws://feed.example.com/", ", subscribe_message = JSON_OBJECT('password': '${secret:p}')")), ["L511"])
        for url in ("wss://feed.example.com/", "ws://localhost:8080/", "ws://127.0.0.1/", "ws://[::1]:9/"):
            self.assertEqual(self.codes(self.client(url, secret)), [], url)
        self.assertEqual(self.codes(self.client("ws://feed.example.com/")), [])

    def test_certificates_not_verified(self):
        self.assertEqual(self.codes(self.client("wss://example.com/", ", tls_verify = false")), ["L512"])
        self.assertEqual(self.codes(self.client("wss://example.com/", ", tls_hostname_verification = false")), ["L512"])
        self.assertEqual(self.codes(self.client("wss://example.com/", ", tls_verify = true")), [])
        script = self.client("wss://example.com/") + "\nALTER CONNECTION c SET (tls_verify = false);"
        self.assertEqual(self.findings(script), [("L512", 3, 38)])

    def test_secrets_in_clear(self):
        self.assertEqual(self.codes(self.client("wss://h/", ", headers = MAP {'X-Api-Key': 'abc123', 'User-Agent': 'me'}")), ["L513"])
        self.assertEqual(self.codes(self.client("wss://h/?access_token=abc&symbol=BTC")), ["L513"])
        self.assertEqual(self.codes(self.client("wss://h/", ", subscribe_message = JSON_OBJECT('op': 'auth', 'args': JSON_OBJECT('secret': 'abc'))")), ["L513"])
        server = "CREATE CONNECTION s TO websocket (mode = 'server', format = 'json', port = 0, {});CREATE TABLE t (n INT) WITH (connector = 's');"
        self.assertEqual(self.codes(server.format("auth_token = 'abc'")), ["L513"])
        self.assertEqual(self.codes(server.format("basic_auth = 'user:abc'")), ["L513"])
        self.assertEqual(self.codes(server.format("basic_auth = 'user:${secret:p}'")), [])

    def test_servers_open_to_the_world(self):
        server = "CREATE CONNECTION s TO websocket (mode = 'server', format = 'json', port = 0{});CREATE TABLE t (n INT) WITH (connector = 's');"
        self.assertEqual(self.codes(server.format(", host = '0.0.0.0'")), ["L514"])
        self.assertEqual(self.codes(server.format(", host = '0.0.0.0', auth_token = '${secret:t}'")), [])
        self.assertEqual(self.codes(server.format("")), [])

    def test_unused_connections(self):
        unused = CONNECTION.format(name="lonely", url="wss://h/", more="")
        self.assertEqual(self.findings(unused + self.client("wss://h/")), [("L515", 1, 19)])
        self.assertEqual(self.codes(unused), [], "a file of connections alone is there for others")
        for use in ("SUBSCRIBE TO (SELECT n + 1 AS n FROM lonely);", "SELECT test_connection('lonely');", "WAIT FOR lonely;", "SUBSCRIBE TO lonely;",
                    "CREATE VIEW v AS SELECT n + 1 AS n FROM lonely;"):
            self.assertEqual(self.codes(unused + use), [], use)
        self.assertNotIn("L515", self.codes(unused + "CREATE TABLE t (n INT) WITH (connector = 'lonely', nope = 1);", expect=1))

    def test_pipelines_without_a_sink(self):
        source = "CREATE CONNECTION g TO generator (max_rows = 1);\n"
        pipeline = "CREATE PIPELINE p AS SELECT counter FROM g;\n"
        self.assertEqual(self.findings(source + pipeline), [("L516", 2, 17)])
        self.assertEqual(self.codes(source + "CREATE TABLE t (counter BIGINT); CREATE PIPELINE p AS INSERT INTO t SELECT counter FROM g;"), [])
        self.assertEqual(self.codes(source + pipeline + "CREATE TABLE t (counter BIGINT); CREATE PIPELINE q AS INSERT INTO t SELECT counter FROM p;"), [])

    def test_warnings_fail_only_when_denied(self):
        script = self.client("wss://example.com/", ", tls_verify = false")
        self.assertEqual(self.codes(script, expect=0), ["L512"])
        self.assertEqual(self.codes(script, "--deny-warnings", expect=1), ["L512"])


class FormatTest(CheckTestCase):
    def setUp(self):
        self.folder = self.write(good=CLEAN, bad="SELECT nope,\n  'ü', x < \"y\";\n",
                                 risky=WarningTest.client(self, "wss://example.com/", ", tls_verify = false"))
        os.rename(self.folder / "bad.sql", self.folder / "bad, 100%.sql")

    def test_json(self):
        rows = self.check("--format", "json", ".", expect=1, cwd=self.folder).rows
        self.assertEqual({row["severity"] for row in rows}, {"error", "warning"})
        for row in rows:
            self.assertEqual(set(row), {"file", "line", "column", "end_line", "end_column", "severity", "code", "message", "hint"})

    def test_sarif_is_valid_by_its_public_schema(self):
        schema = sarif_schema()
        for paths, expect in (((".",), 1), (("good.sql",), 0), ((".", "missing.sql"), 2)):
            laminar = self.check("--format", "sarif", *paths, expect=expect, cwd=self.folder)
            document = json.loads(laminar.stdout.text)
            jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
            run_of_tool = document["runs"][0]
            self.assertEqual(run_of_tool["invocations"][0]["executionSuccessful"], expect != 2)
            for result in run_of_tool["results"]:
                rule = run_of_tool["tool"]["driver"]["rules"][result["ruleIndex"]]
                self.assertEqual(rule["id"], result["ruleId"])
        broken = json.loads(laminar.stdout.text)
        broken["runs"][0]["results"][0]["level"] = "fatal"
        self.assertFalse(jsonschema.Draft4Validator(schema).is_valid(broken), "the schema must be able to refuse")

    def test_sarif_says_where(self):
        document = json.loads(self.check("--format", "sarif", ".", expect=1, cwd=self.folder).stdout.text)
        location = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        self.assertEqual(location["artifactLocation"]["uri"], "bad%2C%20100%25.sql")
        self.assertEqual(location["region"], {"startLine": 1, "startColumn": 8, "endLine": 1, "endColumn": 12})
        self.assertEqual(document["runs"][0]["columnKind"], "unicodeCodePoints")

    def test_github_annotations(self):
        lines = self.check("--format", "github", ".", "missing.sql", expect=2, cwd=self.folder).stdout.lines
        self.assertTrue(lines[0].startswith("::error file=./bad%2C 100%25.sql,line=1,endLine=1,col=8,endColumn=12,title=L"), lines[0])
        self.assertTrue(any(line.startswith("::warning file=./risky.sql,") and ",title=L512::" in line and "%0A" in line for line in lines))
        self.assertIn("cannot read missing.sql", lines[-1])
        for line in lines:
            self.assertRegex(line, r"^::(error|warning|notice) ")

    def test_junit(self):
        document = xml.etree.ElementTree.fromstring(self.check("--format", "junit", ".", "missing.sql", expect=2, cwd=self.folder).stdout.text)
        self.assertEqual({key: document.get(key) for key in ("tests", "failures", "errors")}, {"tests": "4", "failures": "1", "errors": "1"})
        cases = {case.get("name"): case for case in document.iter("testcase")}
        self.assertIn("bad, 100%.sql:1:8", cases["./bad, 100%.sql"].find("failure").text)
        self.assertIsNone(cases["./good.sql"].find("failure"))
        self.assertIn("L512", cases["./risky.sql"].find("system-out").text)
        denied = xml.etree.ElementTree.fromstring(self.check("--format", "junit", "--deny-warnings", ".", expect=1, cwd=self.folder).stdout.text)
        self.assertEqual(denied.get("failures"), "2")


class ConnectTest(CheckTestCase):
    def test_connections_are_tried_on_demand_alone(self):
        with FeedServer([]) as server:
            folder = self.write(up=CONNECTION.format(name="up", url=server.url(), more=""))
            self.check("up.sql", expect=0, cwd=folder)
            self.assertEqual(server.requests, [])
            self.check("--connect", "up.sql", expect=0, cwd=folder)
            self.assertEqual(len(server.requests), 1)
        laminar = self.check("--connect", "--format", "json", "up.sql", expect=1, cwd=folder)
        self.assertEqual([(row["code"], row["line"], row["column"]) for row in laminar.rows], [("L603", 1, 19)])

    def test_shared_connections_are_tried_with_the_file_that_declares_them_alone(self):
        folder = self.write(shared=CONNECTION.format(name="down", url="ws://127.0.0.1:9/", more=""), a=CLEAN)
        self.check("--connect", "--catalog", "shared.sql", "a.sql", expect=0, cwd=folder)


class BasicsTest(LaminarTestCase):
    def test_folders_are_searched_and_files_stand_alone(self):
        folder = self.temporary_folder()
        (folder / "sub").mkdir()
        (folder / "a.sql").write_text("CREATE TABLE t (n INT);")
        (folder / "sub" / "b.sql").write_text("SELECT n FROM t;")
        (folder / "c.txt").write_text("not SQL")
        laminar = run("check", "--format", "json", folder)
        self.assertEqual(laminar.exit_code, 1, laminar.stderr.text)
        self.assertEqual([(row["file"], row["line"], row["column"], row["severity"], row["code"]) for row in laminar.rows],
                         [(str(folder / "sub" / "b.sql"), 1, 15, "error", "L404")])
        self.assertIn("2 files checked, 1 error", laminar.stderr.text)

    def test_secrets_are_required_on_demand(self):
        folder = self.temporary_folder()
        script = folder / "a.sql"
        script.write_text("CREATE CONNECTION c TO websocket (endpoint = 'wss://h/', mode = 'client', format = 'json',\n"
                          "    headers = MAP {'A': 'Bearer ${secret:laminar_test_secret}'});\n")
        self.assertEqual(run("check", script).exit_code, 0)
        laminar = run("check", "--require-secrets", "--format", "json", script)
        self.assertEqual(laminar.exit_code, 1)
        self.assertEqual([(row["code"], row["line"], row["column"]) for row in laminar.rows], [("L311", 2, 25)])
        self.assertEqual(run("check", "--require-secrets", script, environment={"LAMINAR_SECRET_LAMINAR_TEST_SECRET": "x"}).exit_code, 0)

    def test_secrets_of_expressions_are_required_on_demand(self):
        folder = self.temporary_folder()
        script = folder / "a.sql"
        script.write_text("CREATE CONNECTION c TO websocket (endpoint = 'wss://h/', mode = 'client', format = 'json',\n"
                          "    headers = MAP {'A': 'x' || SECRET('laminar_test_secret')}, subscribe_message = UPPER('${secret:laminar_test_secret}'));\n")
        self.assertEqual(run("check", script).exit_code, 0)
        laminar = run("check", "--require-secrets", "--format", "json", script)
        self.assertEqual([(row["code"], row["line"], row["column"]) for row in laminar.rows], [("L311", 2, 32), ("L311", 2, 90)])
        self.assertEqual(run("check", "--require-secrets", script, environment={"LAMINAR_SECRET_LAMINAR_TEST_SECRET": "x"}).exit_code, 0)

    def test_one_mistake_is_reported_once(self):
        folder = self.temporary_folder()
        (folder / "a.sql").write_text("CREATE CONNECTION c TO websocket (mode = 'client', format = 'json');\n"
                                      "CREATE TABLE t (n INT) WITH (connector = 'c');\n"
                                      "CREATE VIEW v AS SELECT n FROM t;\n"
                                      "SELECT * FROM v;\n")
        laminar = run("check", "--format", "json", folder / "a.sql")
        self.assertEqual([(row["code"], row["line"]) for row in laminar.rows], [("L303", 1)])

    def test_check_writes_and_opens_nothing(self):
        folder = self.temporary_folder()
        with FeedServer([]) as server:
            (folder / "a.sql").write_text(f"""
                CREATE CONNECTION c TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE t (n INT) WITH (connector = 'c');
                INSERT INTO t VALUES (1);
                CREATE CONNECTION f TO file (path = '{folder}/out.json', format = 'json', mode = 'sink');
                SELECT test_connection('c');
            """)
            laminar = run("check", folder / "a.sql", cwd=folder)
            self.assertEqual(laminar.exit_code, 0, laminar.stdout.text)
            self.assertEqual(server.requests, [])
        self.assertEqual([path.name for path in pathlib.Path(folder).iterdir()], ["a.sql"])


class NothingTouchedTest(CheckTestCase):
    """Looks at the system calls: no socket but for local services of the system, no file opened for writing."""

    def test_no_network_and_no_file_written(self):
        strace = shutil.which("strace")
        if not strace or subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
            self.skipTest("strace does not work here")
        folder = self.write(a=CONNECTION.format(name="c", url="wss://laminar.invalid/", more="") + """
            CREATE TABLE t (n INT) WITH (connector = 'c');
            CREATE CONNECTION s TO websocket (mode = 'server', format = 'json', port = 0);
            CREATE TABLE u (n INT) WITH (connector = 's');
            CREATE CONNECTION f TO file (path = 'out.json', mode = 'sink');
            CREATE TABLE o (n INT) WITH (connector = 'f');
            CREATE PIPELINE p AS INSERT INTO o SELECT n FROM t WHERE n > 1;
            SELECT test_connection('c');""")
        trace = folder / "trace"
        done = subprocess.run([strace, "-f", "-o", trace, "-e", "trace=%network,%file", binary(), "check", "a.sql"], cwd=folder,
                              capture_output=True, timeout=LIMIT_SECONDS, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        calls = trace.read_text()
        self.assertIn("a.sql", calls, "the trace shows what is opened")
        self.assertEqual(re.findall(r"(?:socket|connect|bind|listen|sendto)\(.*", calls), [])
        written = [call for call in re.findall(r"open(?:at)?\(.*", calls) if re.search(r"O_WRONLY|O_RDWR|O_CREAT", call)]
        # The thread sanitizer writes a file of its own.
        written = [call for call in written if not re.search(r'"(/dev/|/proc/|/tmp/tsan\.)', call)]
        self.assertEqual(written, [])
        changed = re.findall(r"(?<![a-z])(?:unlink|rename|mkdir|rmdir|truncate|chmod|symlink|link)(?:at)?\(.*", calls)
        self.assertEqual([call for call in changed if '"/tmp/tsan.' not in call], [])
        self.assertEqual(sorted(os.listdir(folder)), ["a.sql", "trace"])


if __name__ == "__main__":
    unittest.main()
