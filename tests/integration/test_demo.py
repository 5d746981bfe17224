"""scripts/demo --serve: what it prints leads to what runs."""

import os
import re
import signal
import subprocess
import unittest
import urllib.error
import urllib.request

from laminar_process import LIMIT_SECONDS, PROJECT, LaminarTestCase, Output, binary
from websocket_peer import free_port


class DemoTest(LaminarTestCase):
    def test_serve(self):
        http, postgres = free_port(), free_port()
        demo = subprocess.Popen([PROJECT / "scripts" / "demo", "--serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "LAMINAR": binary(), "HTTP": f"127.0.0.1:{http}", "POSTGRES": f"127.0.0.1:{postgres}"})
        self.addCleanup(demo.kill)
        said = Output(demo.stdout)
        problems = Output(demo.stderr)
        said.wait_for(lambda line: "Ctrl-C ends it" in line, "how it is looked at")
        while demo.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{http}/healthz").close()
                break
            except urllib.error.URLError: pass
        commands = {name.strip(): command for name, command in re.findall(r"^  (.{18})  (.+)$", "\n".join(said.lines), re.MULTILINE)}
        with urllib.request.urlopen(commands["the page"]) as page: self.assertIn(b"<html", page.read())
        for name, wanted in (("psql", r"symbol"), ("HTTP", r'"columns"'), ("Prometheus", r"laminar_build_info"), ("in a terminal", r"per_second +running")):
            done = subprocess.run(["bash", "-c", commands[name]], text=True, capture_output=True, timeout=LIMIT_SECONDS)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            self.assertRegex(done.stdout, wanted, name)
        for name, wanted in (("a stream, psql", "\t"), ("a stream, HTTP", "event: rows")):
            done = subprocess.run(["bash", "-c", f"set -o pipefail; {commands[name]} | grep -m 1 '{wanted}'"], text=True, capture_output=True, timeout=LIMIT_SECONDS)
            self.assertIn(wanted, done.stdout, name + done.stderr)
        demo.send_signal(signal.SIGINT)
        self.assertEqual(demo.wait(timeout=LIMIT_SECONDS), 0, problems.lines)


if __name__ == "__main__":
    unittest.main()
