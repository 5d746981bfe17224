"""max_latency: rows of a stream wait for one another, but not for those who wait for an answer."""

import json
import unittest

from served_script import ServedTestCase
from websocket_peer import Client

# So long that nothing which waited for it would be done when the test gives up.
SETTING = "SET max_latency = INTERVAL '1 minute';"


class LatencyTest(ServedTestCase):
    def test_who_asks_does_not_wait_for_the_answer(self):
        served = self.serve(["format = 'json'", "broadcast = true"], SETTING + """
            CREATE TABLE answers (n BIGINT) WITH (connector = 'inlet');
            CREATE PIPELINE echo AS INSERT INTO answers SELECT n::BIGINT * 10 FROM inlet;
        """)
        with Client(served.url()) as client:
            for n in range(1, 6):
                client.send(json.dumps({"n": n}))
                self.assertEqual(json.loads(client.receive(1)[0]), {"n": n * 10})
        self.finish(served)

    def test_a_message_after_silence_does_not_wait_and_the_end_waits_for_none(self):
        served = self.serve(["format = 'json'"], SETTING + """
            CREATE PIPELINE shown AS SELECT n::BIGINT AS n FROM inlet;
        """)
        with Client(served.url()) as client:
            client.send('{"n": 1}')
            served.laminar.stdout.wait_for(lambda line: '"n":1' in line.replace(" ", ""), "the first row")
            client.send('{"n": 2}', '{"n": 3}')
            client.ping()
            self.finish(served)
        rows = [json.loads(line) for line in served.laminar.stdout.lines if '"n"' in line]
        self.assertEqual([row["n"] for row in rows], [1, 2, 3])

    def test_a_query_sees_what_waits(self):
        served = self.serve(["format = 'json'"], SETTING + """
            CREATE TABLE events (n BIGINT) WITH (connector = 'inlet');
        """, ["SELECT COUNT(*) AS n FROM events", "SELECT COUNT(*) AS n FROM events"])
        with Client(served.url()) as client:
            client.send('{"n": 1}')
            client.ping()
            self.assertEqual(served.step(), [{"n": 1}])
            client.send('{"n": 2}')
            client.ping()
            self.assertEqual(served.step(), [{"n": 2}])
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
