"""laminar check over the SQL blocks of the specification: clean where a block is complete, and where it uses an object
that no statement of it declares, that object is named, at its position, and nothing else is."""

import unittest

from laminar_process import PROJECT, LaminarTestCase, run

CORPUS = PROJECT / "tests" / "spec"

# Block: what it refers to without declaring it, with the code of the finding. chat_outgoing, error_log and
# process_message are declared nowhere in the document; the others in another block, of which check knows nothing.
MISSING = {
    "12_multi_client_chat_server": [("chat_outgoing", "L202")],
    "16_message_acknowledgment": [("process_message", "L403")],
    "18_dead_letter_queue": [("error_log", "L202")],
    "24_message_flow": [("ws_events", "L404")],
    "25_connection_issues": [("websocket_client", "L202")],
    "26_performance_analysis": [("ws_events", "L404")],
}


def position_of(word, text):
    offset = text.index(word)
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


class SpecCorpusTest(LaminarTestCase):
    def test_every_block(self):
        blocks = sorted(CORPUS.glob("*.sql"))
        self.assertEqual(len(blocks), 26)
        for block in blocks:
            with self.subTest(block.stem):
                text = block.read_text()
                laminar = run("check", "--format", "json", block)
                errors = [finding for finding in laminar.rows if finding["severity"] == "error"]
                missing = MISSING.get(block.stem, [])
                self.assertEqual(laminar.exit_code, 1 if missing else 0, laminar.stdout.text)
                self.assertEqual(len(errors), len(missing), laminar.stdout.text)
                for error, (name, code) in zip(errors, missing):
                    self.assertEqual(error["code"], code, error)
                    self.assertIn(name, error["message"])
                    line, column = position_of(name, text)
                    # A name in a string literal may be marked with its quotes.
                    self.assertIn((error["line"], error["column"]), [(line, column), (line, column - 1)], error)


if __name__ == "__main__":
    unittest.main()
