"""The example that the README and scripts/demo show does what it says."""

import unittest

from laminar_process import PROJECT, LaminarTestCase, run


class QuickstartTest(LaminarTestCase):
    def test_quickstart(self):
        laminar = run("run", "--format", "json", PROJECT / "sql_examples" / "quickstart.sql")
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        rows = laminar.rows
        self.assertEqual([row.get("symbol") for row in rows], ["AAPL", "GOOGL", "MSFT"] * 2 + [None])
        self.assertEqual([row["trades"] for row in rows[:3]], [2000, 2000, 2000])
        self.assertTrue(100 <= rows[1]["low"] < rows[1]["high"] <= 160 + 1)
        self.assertGreater(rows[-1]["bytes"], 6000)

    def test_the_examples_are_clean(self):
        laminar = run("check", PROJECT / "sql_examples")
        self.assertEqual(laminar.exit_code, 0, laminar.stdout.text)


if __name__ == "__main__":
    unittest.main()
