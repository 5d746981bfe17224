"""laminar submit, status and cancel speak to the SQL gateway of Flink. A gateway of the test answers as the one of Flink 2.2 was
seen to: results in pages, NOT_READY before them, mistakes as traces of Java, jobs of which SHOW JOBS tells."""

import http.server
import json
import threading
import unittest

from laminar_process import LaminarTestCase, run

PIPELINES = """-- made; by a test
CREATE TABLE `a;b` (`x` STRING) WITH ('connector' = 'datagen', 'note' = 'it''s; fine'); /* ; */
CREATE VIEW `v` AS SELECT CASE WHEN `x` = ';' THEN 1 ELSE 2 END AS `n` FROM `a;b`;

EXECUTE STATEMENT SET
BEGIN
INSERT INTO `out` SELECT CASE WHEN `n` = 1 THEN 2 END FROM `v`;
INSERT INTO `more` SELECT `n` FROM `v`;
END;
"""
REFUSAL = ("org.apache.flink.table.gateway.service.utils.SqlExecutionException: Failed to execute the operation 1.\n"
           "\tat org.apache.flink.Some.call(Some.java:1)\n"
           "Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Object 'v' not found\n"
           "\tat java.base/java.Thread.run(Thread.java:1)\n")


class Gateway(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.sessions, self.closed = 0, 0
        self.is_other = False  # No gateway at all.
        self.statements = []
        self.jobs = {}
        self.results = {}
        self.waited = threading.Event()  # The job has been asked after.
        self.refused = ""  # Statements that begin so.
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def result_of(self, statement):
        rows, columns, job = [["OK"]], ["result"], None
        if self.refused and statement.startswith(self.refused): return None
        if statement.startswith("EXECUTE STATEMENT SET"):
            job = f"{len(self.jobs) + 1:032x}"
            name = next(each for each in reversed(self.statements) if each.startswith("SET 'pipeline.name'")).split("'")[3]
            self.jobs[job] = [name, "RUNNING"]
            rows, columns = [[job]], ["job id"]
        elif statement == "SHOW JOBS":
            if self.jobs: self.waited.set()
            rows = [[job, name, state, "2026-01-01T00:00:00"] for job, (name, state) in self.jobs.items()]
            columns = ["job id", "job name", "status", "start time"]
        elif statement.startswith("STOP JOB"):
            self.jobs[statement.split("'")[1]][1] = "FINISHED"
            if "WITH SAVEPOINT" in statement: rows, columns = [["file:/state/savepoint-1"]], ["savepoint path"]
        return {"resultType": "PAYLOAD", "isQueryResult": False, "resultKind": "SUCCESS_WITH_CONTENT", **({"jobID": job} if job else {}),
                "results": {"columns": [{"name": name} for name in columns], "rowFormat": "JSON",
                            "data": [{"kind": "INSERT", "fields": row} for row in rows]}}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        gateway = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with gateway.lock:
            if self.path == "/v2/sessions" and not gateway.is_other:
                gateway.sessions += 1
                return self.answer({"sessionHandle": "session-1"})
            if self.path != "/v2/sessions/session-1/statements": return self.answer({"errors": [f"Not found: {self.path}"]}, 404)
            gateway.statements.append(body["statement"])
            operation = f"operation-{len(gateway.statements)}"
            gateway.results[operation] = [{"resultType": "NOT_READY"}, gateway.result_of(body["statement"])]
            return self.answer({"operationHandle": operation})

    def do_GET(self):
        gateway = self.server
        parts = self.path.split("?")[0].split("/")
        operation, page = parts[5], int(parts[7])
        with gateway.lock:
            if page > 0: return self.answer({"resultType": "EOS", "results": {"columns": [], "rowFormat": "JSON", "data": []}})
            results = gateway.results[operation]
            result = results.pop(0) if len(results) > 1 else results[0]
        if result is None: return self.answer({"errors": ["Internal server error.", f"<Exception on server side:\n{REFUSAL}\nEnd of exception on server side>"]}, 500)
        if result["resultType"] == "PAYLOAD": result = {**result, "nextResultUri": f"/v2/sessions/session-1/operations/{operation}/result/1?rowFormat=JSON"}
        return self.answer(result)

    def do_DELETE(self):
        self.server.closed += 1
        self.answer({"status": "CLOSED"})

    def log_message(self, *arguments): pass


class SubmitTest(LaminarTestCase):
    def setUp(self):
        self.folder = self.temporary_folder() / "prices"
        self.folder.mkdir()
        (self.folder / "pipelines.sql").write_text(PIPELINES)
        self.gateway = Gateway()
        self.addCleanup(self.gateway.server_close)
        self.addCleanup(self.gateway.shutdown)

    def submit(self, *arguments):
        return run("submit", str(self.folder), "--gateway", self.gateway.url, *arguments)

    def job(self):
        return json.loads((self.folder / "job.json").read_text())

    def test_a_job_from_its_submission_to_its_end_and_on(self):
        done = self.submit("--set", "parallelism.default=4", "--set", "a=b=c")
        self.assertEqual(done.exit_code, 0, done.stderr.text)
        job = done.stdout.text.strip()
        self.assertEqual(self.gateway.jobs, {job: ["prices", "RUNNING"]})
        self.assertEqual(self.gateway.statements, [
            "SET 'pipeline.name' = 'prices'", "SET 'parallelism.default' = '4'", "SET 'a' = 'b=c'",
            "CREATE TABLE `a;b` (`x` STRING) WITH ('connector' = 'datagen', 'note' = 'it''s; fine')",
            "CREATE VIEW `v` AS SELECT CASE WHEN `x` = ';' THEN 1 ELSE 2 END AS `n` FROM `a;b`",
            "EXECUTE STATEMENT SET\nBEGIN\nINSERT INTO `out` SELECT CASE WHEN `n` = 1 THEN 2 END FROM `v`;\nINSERT INTO `more` SELECT `n` FROM `v`;\nEND"])
        self.assertEqual(self.job(), {"gateway": self.gateway.url, "job": job, "name": "prices"})

        status = run("status", str(self.folder))
        self.assertEqual(status.exit_code, 0, status.stderr.text)
        self.assertEqual(status.stdout.text, f"{job}  RUNNING  since 2026-01-01T00:00:00  prices")

        second = self.submit()
        self.assertEqual(second.exit_code, 1)
        self.assertIn(f"has been submitted: job {job} is RUNNING; laminar cancel", second.stderr.text)
        self.assertEqual(len(self.gateway.jobs), 1)

        cancelled = run("cancel", str(self.folder), "--savepoint-dir", "file:///state", "--drain")
        self.assertEqual(cancelled.exit_code, 0, cancelled.stderr.text)
        self.assertIn("its state is in file:/state/savepoint-1", cancelled.stderr.text)
        self.assertIn(f"STOP JOB '{job}' WITH SAVEPOINT WITH DRAIN", self.gateway.statements)
        self.assertIn("SET 'execution.checkpointing.savepoint-dir' = 'file:///state'", self.gateway.statements)

        self.assertEqual(run("cancel", str(self.folder)).exit_code, 1)
        further = self.submit()
        self.assertEqual(further.exit_code, 0, further.stderr.text)
        self.assertIn("begins with the state in file:/state/savepoint-1", further.stderr.text)
        self.assertIn("SET 'execution.state-recovery.path' = 'file:/state/savepoint-1'", self.gateway.statements)
        self.assertNotIn("savepoint", self.job())
        self.assertEqual(self.gateway.closed, self.gateway.sessions)

    def test_begun_anew_and_waited_for(self):
        (self.folder / "job.json").write_text(json.dumps({"gateway": self.gateway.url, "job": "gone", "name": "x", "savepoint": "file:/old"}))
        program = threading.Thread(target=lambda: setattr(self, "done", self.submit("--anew", "--wait", "--name", "it's")))
        program.start()
        self.assertTrue(self.gateway.waited.wait(60))
        self.assertFalse([each for each in self.gateway.statements if "state-recovery" in each])
        with self.gateway.lock:
            for job in self.gateway.jobs.values(): job[1] = "FAILED"
        program.join(60)
        self.assertEqual(self.done.exit_code, 1)
        self.assertIn("is FAILED", self.done.stderr.text)
        self.assertEqual(run("status", str(self.folder)).exit_code, 1)

    def test_what_flink_refuses_is_told_in_its_words(self):
        self.gateway.refused = "CREATE VIEW"
        done = self.submit()
        self.assertEqual(done.exit_code, 1)
        self.assertIn('does not take "CREATE VIEW `v` AS SELECT', done.stderr.text)
        self.assertIn("Object 'v' not found", done.stderr.text)
        self.assertNotIn("\tat ", done.stderr.text)
        self.assertFalse((self.folder / "job.json").exists())
        self.assertEqual(self.gateway.closed, self.gateway.sessions)

    def test_wrong_usage(self):
        absent = run("submit", str(self.folder.parent / "absent"), "--gateway", self.gateway.url)
        self.assertEqual(absent.exit_code, 2)
        self.assertIn("laminar export --target flink writes it", absent.stderr.text)
        without = run("submit", str(self.folder))
        self.assertEqual(without.exit_code, 2)
        self.assertIn("give the SQL gateway of Flink: --gateway http://HOST:8083", without.stderr.text)
        wrong = run("submit", str(self.folder), "--gateway", "localhost:8083")
        self.assertEqual(wrong.exit_code, 2)
        self.assertIn("write http://HOST:8083", wrong.stderr.text)
        self.assertEqual(run("status", str(self.folder), "--gateway", self.gateway.url).exit_code, 2)
        (self.folder / "job.json").write_text("{")
        torn = run("status", str(self.folder))
        self.assertEqual(torn.exit_code, 2)
        self.assertIn("cannot be read as what laminar submit wrote", torn.stderr.text)
        (self.folder / "job.json").unlink()
        self.gateway.is_other = True
        other = self.submit()
        self.assertEqual(other.exit_code, 1)
        self.assertIn("no session of a SQL gateway was opened there: Not found: /v2/sessions; Flink's gateway listens on port 8083", other.stderr.text)
        self.gateway.shutdown()
        self.gateway.server_close()
        gone = self.submit()
        self.assertEqual(gone.exit_code, 1)
        self.assertIn("no answer from 127.0.0.1:", gone.stderr.text)


if __name__ == "__main__":
    unittest.main()
