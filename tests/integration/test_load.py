"""Many clients at once on one server connection, and whether memory stays where it is.

LAMINAR_LOAD_CLIENTS (1000) and LAMINAR_LOAD_MESSAGES (20 each way and client) make it heavier, LAMINAR_SOAK_SECONDS (as long
as SOAK_MESSAGES take) longer: a soak of ten minutes is LAMINAR_SOAK_SECONDS=600."""

import asyncio
import json
import os
import resource
import time
import unittest

import websockets

from laminar_process import LIMIT_SECONDS, QUARANTINE_BYTES, LaminarTestCase
from websocket_peer import EventLoop

CLIENTS = int(os.environ.get("LAMINAR_LOAD_CLIENTS", "1000"))
MESSAGES = int(os.environ.get("LAMINAR_LOAD_MESSAGES", "20"))
SOAK_SECONDS = float(os.environ.get("LAMINAR_SOAK_SECONDS", "0"))
# What all of them would take if they were kept, as questions and as answers: 1.6 GB.
SOAK_MESSAGES = 40000
SOAK_MESSAGE_BYTES = 20000
# While the machine keeps up, rows leave the buffers of their tables before they are written, in some 220 MB. When it is slow
# they are written first, at any time of a run, and memory goes up and down between 450 and 650 MB: the room of deleted rows is
# used again when there are 128 MiB of them.
SOAK_MOST_BYTES = (900 << 20) + QUARANTINE_BYTES
# Under the thread sanitizer DuckDB's own allocator does not give back what its tables have left; without it, it does.
MEASURES_MEMORY = os.environ.get("LAMINAR_SANITIZE") != "thread"
# One message may wait for those of all the others, on a machine that does other things.
PATIENCE_SECONDS = 5 * LIMIT_SECONDS

# Every question is answered to the one who asked, besides being retained.
SERVER = """
    CREATE CONNECTION inlet TO websocket (mode = 'server', port = 0, format = 'json', max_connections = {clients},
        handshake_timeout_ms = 600000, heartbeat_timeout_s = 600, heartbeat_interval_s = 60, send_buffer_size = 10000);
    CREATE TABLE questions (client INT, n INT, text TEXT) WITH (connector = 'inlet', retention_rows = {retained});
    CREATE TABLE answers (client_id TEXT, client INT, n INT, text TEXT) WITH (connector = 'inlet', retention_rows = 1);
    CREATE PIPELINE answering AS
        INSERT INTO answers SELECT inlet.client_id, inlet.client AS client, inlet.n AS n, inlet.text AS text FROM inlet;
    WAIT FOR inlet TIMEOUT INTERVAL '100 seconds';
    SELECT port FROM system.websocket_connections;
"""


def allow_many_files():
    """Sockets are files; children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CLIENTS * 2 + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise unittest.SkipTest(f"this system allows {hard} open files, {wanted} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


class LoadTest(LaminarTestCase):
    def start_server(self, clients, retained, rest=""):
        laminar = self.start_script(SERVER.format(clients=clients, retained=retained) + rest)
        line = laminar.stdout.wait_for(lambda text: "port" in text, "port")
        self.loop = EventLoop()
        self.addCleanup(self.loop.stop)
        return laminar, f"ws://127.0.0.1:{json.loads(line)['port']}/"

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop.loop).result(PATIENCE_SECONDS)

    def test_many_clients_lose_nothing_and_see_their_own_order(self):
        allow_many_files()
        total = CLIENTS * MESSAGES
        laminar, url = self.start_server(CLIENTS, total, f"""
            WAIT FOR questions COUNT {total} TIMEOUT INTERVAL '10 minutes';
            SELECT COUNT(*) AS rows, COUNT(DISTINCT (client, n)) AS different, COUNT(DISTINCT client_id) AS ids FROM questions;
            SELECT COUNT(*) AS out_of_order FROM (
                SELECT n - LAG(n, 1, -1) OVER (
                    PARTITION BY client ORDER BY CAST(SPLIT_PART(message_id, '-', 2) AS BIGINT)) AS step FROM questions)
                WHERE step <> 1;
            SELECT clients, messages_received, messages_dropped, messages_failed FROM system.websocket_connections;
        """)
        everybody_is_in = asyncio.Event()
        gate = asyncio.Semaphore(50)
        arrived = 0

        async def visit(client):
            nonlocal arrived
            async with gate:  # Of handshakes at the same moment; then all are in at once.
                socket = await websockets.connect(url, open_timeout=PATIENCE_SECONDS, ping_interval=None,
                                                  close_timeout=PATIENCE_SECONDS)
            arrived += 1
            if arrived == CLIENTS:
                everybody_is_in.set()
            await everybody_is_in.wait()

            async def ask():
                for n in range(MESSAGES):
                    await socket.send(json.dumps({"client": client, "n": n, "text": f"from {client}: " + "x" * (n * 37 % 500)}))

            asking = asyncio.ensure_future(ask())
            answers = [json.loads(await socket.recv()) for _ in range(MESSAGES)]
            await asking
            return socket, [(answer["client"], answer["n"]) for answer in answers]

        async def visit_all():
            return await asyncio.gather(*(visit(client) for client in range(CLIENTS)))

        visits = self.call(visit_all())
        for client, (_, answers) in enumerate(visits):
            self.assertEqual(answers, [(client, n) for n in range(MESSAGES)])
        laminar.stdout.wait_for(lambda line: "messages_received" in line, "statistics")
        _, counts, order, connection = laminar.rows
        self.assertEqual(counts, {"rows": total, "different": total, "ids": CLIENTS})
        self.assertEqual(order, {"out_of_order": 0})
        self.assertEqual(connection, {"clients": CLIENTS, "messages_received": total, "messages_dropped": 0, "messages_failed": 0})

        async def leave():
            await asyncio.gather(*(socket.close() for socket, _ in visits))

        self.call(leave())
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text[-4000:])

    def test_memory_stays_flat(self):
        laminar, url = self.start_server(100, 1000)
        sizes = []
        asked = 0
        until = time.monotonic() + SOAK_SECONDS

        async def chat():
            """A client comes, asks, hears the answers and goes."""
            async with websockets.connect(url, open_timeout=PATIENCE_SECONDS, ping_interval=None, compression=None) as socket:
                for n in range(50):
                    await socket.send(json.dumps({"client": 1, "n": n, "text": "y" * SOAK_MESSAGE_BYTES}))
                for n in range(50):
                    assert json.loads(await socket.recv())["n"] == n
            return 50

        async def chat_together():
            return sum(await asyncio.gather(*(chat() for _ in range(8))))

        while asked < SOAK_MESSAGES or time.monotonic() < until:
            asked += self.call(chat_together())
            sizes.append(resident_bytes(laminar.process.pid))
        if MEASURES_MEMORY:
            self.assertLess(max(sizes), SOAK_MOST_BYTES, f"resident bytes {sizes} while {asked} messages passed")
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text[-4000:])


if __name__ == "__main__":
    unittest.main()
