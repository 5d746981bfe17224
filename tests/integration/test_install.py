"""cmake --install: the program runs from where it was put, and its manual page and completions are where they are
looked for."""

import os
import pathlib
import re
import subprocess
import unittest

from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary


class InstallTest(LaminarTestCase):
    def test_an_installed_program_needs_nothing_of_the_build(self):
        prefix = self.temporary_folder() / "prefix"
        build = pathlib.Path(binary()).resolve().parents[1]
        done = subprocess.run(["cmake", "--install", str(build), "--prefix", str(prefix)], capture_output=True, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        program = prefix / "bin" / "laminar"
        linked = subprocess.run(["ldd", str(program)], capture_output=True, text=True, timeout=LIMIT_SECONDS).stdout
        self.assertRegex(linked, rf"libduckdb\.so\S* => {prefix}/")
        environment = {"HOME": str(self.temporary_folder()), "PATH": os.environ["PATH"], "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        answer = subprocess.run([str(program), "run", "-e", "SELECT 40 + 2 AS answer"], capture_output=True, text=True, timeout=LIMIT_SECONDS, env=environment)
        self.assertEqual((answer.returncode, answer.stdout), (0, '{"answer":42}\n'), answer.stderr)
        self.assertIn(".TH", (prefix / "share/man/man1/laminar.1").read_text())
        self.assertIn("-F _laminar laminar", (prefix / "share/bash-completion/completions/laminar").read_text())
        self.assertTrue((prefix / "share/zsh/site-functions/_laminar").read_text().startswith("#compdef laminar\n"))
        self.assertIn("\nExecStart=/usr/bin/laminar serve ", (prefix / "lib/systemd/system/laminar.service").read_text())
        self.assertEqual(sorted(path.name for path in prefix.iterdir()), ["bin", "lib", "share"])

    def test_no_library_is_looked_for_in_the_current_directory(self):
        dynamic = subprocess.run(["readelf", "-d", binary()], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True).stdout
        paths = re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", dynamic)
        self.assertEqual(len(paths), 1, dynamic)
        for entry in paths[0].split(":"):
            self.assertRegex(entry, r"^(/|\$ORIGIN/)", paths[0])


if __name__ == "__main__":
    unittest.main()
