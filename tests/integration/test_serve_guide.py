"""docs/serve.md, followed step by step, in the way of docs/tutorial.md."""

import unittest

from laminar_process import PROJECT, LaminarTestCase
from test_tutorial import DocumentTest
from websocket_peer import free_port


class ServeGuideTest(DocumentTest, LaminarTestCase):
    def test_what_it_says(self):
        ports = {port: str(free_port()) for port in ("5433", "5434", "8433", "8434", "8435")}
        self.follow(PROJECT / "docs" / "serve.md", ports)


if __name__ == "__main__":
    unittest.main()
