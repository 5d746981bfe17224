"""laminar serve and pgjdbc, PostgreSQL's driver for Java: java/JdbcClient.java says what goes well."""

import pathlib
import shutil
import subprocess
import unittest

from laminar_process import LIMIT_SECONDS
from serving import ITEMS, ServedTestCase

SCRIPT = ITEMS + """
    CREATE VIEW dear AS SELECT id, price FROM items WHERE price > 2;
    CREATE CONNECTION feed TO generator (rows_per_second = 100);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
"""
DRIVER = pathlib.Path("/usr/share/java/postgresql.jar")
PROGRAM = pathlib.Path(__file__).parent / "java" / "JdbcClient.java"


def can_run():
    """A Java that compiles what it runs, and the driver."""
    if not shutil.which("java") or not DRIVER.exists(): return False
    return "jdk.compiler" in subprocess.run(["java", "--list-modules"], text=True, capture_output=True, timeout=LIMIT_SECONDS).stdout


@unittest.skipUnless(can_run(), "there is no JDK, or no pgjdbc; scripts/setup installs them (default-jdk-headless, libpostgresql-jdbc-java)")
class JdbcTest(ServedTestCase):
    def test_what_a_program_of_java_does(self):
        served = self.serve(SCRIPT)
        done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", DRIVER, PROGRAM, str(served.port)], text=True, capture_output=True,
                              timeout=2 * LIMIT_SECONDS)
        self.assertEqual((done.stderr, done.stdout.split()),
                         ("", ["metadata", "values", "batches", "transactions", "cancels", "copies", "subscribes"]))


if __name__ == "__main__":
    unittest.main()
