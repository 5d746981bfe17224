"""The examples of docs/sql.md: every SQL block that is followed by a JSON block prints just that, over the messages that the
document shows."""

import re
import unittest

from laminar_process import PROJECT, LaminarTestCase

GUIDE = PROJECT / "docs" / "sql.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class SqlGuideTest(LaminarTestCase):
    def test_every_example(self):
        blocks = BLOCK.findall(GUIDE.read_text())
        messages = next(text for kind, text in blocks if kind == "ndjson")
        declarations = next(text for kind, text in blocks if kind == "sql" and "CREATE CONNECTION feed" in text)
        folder = self.temporary_folder()
        (folder / "readings.ndjson").write_text(messages)
        examples = [(sql, expected) for (kind, sql), (next_kind, expected) in zip(blocks, blocks[1:])
                    if kind == "sql" and next_kind == "json"]
        self.assertGreater(len(examples), 6)
        for sql, expected in examples:
            with self.subTest(sql.split("\n")[0]):
                laminar = self.run_script(declarations + sql, "--quiet", cwd=folder)
                # Pairs come as they are found, everything else in an order that the document promises.
                arranged = sorted if " JOIN " in sql else list
                self.assertEqual(arranged(laminar.stdout.lines), arranged(expected.splitlines()))


if __name__ == "__main__":
    unittest.main()
