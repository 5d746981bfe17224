"""Bounded buffers: what happens when messages come faster than they are processed, and to messages of unusual shape."""

import hashlib
import json
import unittest

import websockets

from laminar_process import MEMORY_FACTOR
from raw_websocket import CONTINUATION, FIN, PING, PONG, RSV1, TEXT, RawClient, encode_frame
from served_script import ServedTestCase
from test_compression import resident_bytes
from websocket_peer import Client, FeedServer, Server, free_port

# A pipeline whose receiver cannot be reached: it holds two messages, then reads no more.
STUCK = """
    CREATE CONNECTION outlet TO websocket (endpoint = 'ws://127.0.0.1:{port}/', mode = 'client', format = 'json',
        send_buffer_size = 1, reconnect_interval_ms = 500, max_reconnect_interval_ms = 500);
    CREATE TABLE forwarded (n INT) WITH (connector = 'outlet');
    CREATE PIPELINE forward AS INSERT INTO forwarded SELECT n FROM inlet;
"""
DROPPED = "SELECT messages_dropped FROM system.websocket_connections WHERE connection_name = 'inlet'"


class OverflowTest(ServedTestCase):
    def serve_stuck(self, *options):
        port = free_port()
        served = self.serve(["format = 'json'", *options], STUCK.format(port=port), [
            "WAIT FOR forward COUNT 2 TIMEOUT INTERVAL '100 seconds'", DROPPED])
        return served, port

    def flood(self, served, client):
        """Messages 0 and 1, which get stuck, then all others up to 999; how many were dropped."""
        client.send('{"n": 0}', '{"n": 1}')
        served.step()
        client.send(*(json.dumps({"n": n}) for n in range(2, 1000)))
        client.ping()
        return served.step()[0]["messages_dropped"]

    def test_drop_newest_keeps_the_first(self):
        served, port = self.serve_stuck("buffer_size = 100", "overflow = 'drop_newest'")
        with Client(served.url()) as client:
            dropped = self.flood(served, client)
            with Server(port=port) as receiver:
                kept = [json.loads(text)["n"] for text in receiver.wait_for_messages(1000 - dropped)]
        self.assertGreater(dropped, 700)
        self.assertEqual(kept, list(range(1000 - dropped)))
        self.finish(served)

    def test_drop_oldest_keeps_the_last(self):
        served, port = self.serve_stuck("buffer_size = 100", "overflow = 'drop_oldest'")
        with Client(served.url()) as client:
            dropped = self.flood(served, client)
            with Server(port=port) as receiver:
                kept = [json.loads(text)["n"] for text in receiver.wait_for_messages(1000 - dropped)]
        self.assertGreater(dropped, 700)
        self.assertEqual(len(kept), 1000 - dropped)
        self.assertEqual(kept, sorted(kept), "in order")
        # A buffer of a hundred that is always full keeps nearly a hundred of the latest.
        self.assertEqual(kept[-90:], list(range(910, 1000)))
        self.finish(served)

    def test_buffer_bytes_bounds_large_messages(self):
        served, port = self.serve_stuck("buffer_bytes = 20000", "overflow = 'drop_newest'")
        with Client(served.url()) as client:
            client.send('{"n": 0}', '{"n": 1}')
            served.step()
            client.send(*(json.dumps({"n": n, "filler": "x" * 1000}) for n in range(2, 1000)))
            client.ping()
            dropped = served.step()[0]["messages_dropped"]
            self.assertGreater(dropped, 900)
            with Server(port=port) as receiver:
                receiver.wait_for_messages(1000 - dropped)
        self.finish(served)


class BackpressureTest(ServedTestCase):
    def test_block_makes_the_peers_send_block_and_loses_nothing(self):
        port = free_port()
        served = self.serve(["format = 'json'", "buffer_size = 10", "overflow = 'block'"], STUCK.format(port=port), [
            "SELECT 1", f"SELECT messages_received FROM system.websocket_connections WHERE connection_name = 'inlet'; {DROPPED}"])
        filler = "x" * 100_000
        message = encode_frame(TEXT, json.dumps({"n": 1, "filler": filler}).encode())
        before = resident_bytes(served.laminar.process)
        with RawClient(served.port) as client:
            sent, rest = client.send_until_stuck(message)
            served.step()
            received, dropped = served.step()
            # Far less was taken than was sent: the rest lies in the system's buffers.
            self.assertLess(received["messages_received"], 40)
            self.assertEqual(dropped, {"messages_dropped": 0})
            self.assertLess(resident_bytes(served.laminar.process) - before, MEMORY_FACTOR * (60 << 20))
            with Server(port=port) as receiver:
                client.send_bytes(rest)
                receiver.wait_for_messages(sent + (1 if rest else 0))
        self.finish(served)

    def test_a_client_stops_reading_from_its_server_too(self):
        messages = [json.dumps({"n": n, "filler": "x" * 100_000}) for n in range(1000)]
        with FeedServer(messages) as feed:
            port = free_port()
            laminar = self.start_script(f"""
                CREATE CONNECTION inlet TO websocket (endpoint = '{feed.url()}', mode = 'client', format = 'json', buffer_size = 10,
                    heartbeat_interval_s = 0);
                {STUCK.format(port=port)}
                CREATE CONNECTION gate TO websocket (port = 0, mode = 'server', format = 'text');
                CREATE TABLE gate_steps (step TEXT) WITH (connector = 'gate');
                WAIT FOR forward COUNT 1 TIMEOUT INTERVAL '100 seconds';
                SELECT messages_received FROM system.websocket_connections WHERE connection_name = 'inlet';
            """)
            seen = json.loads(laminar.stdout.wait_for(lambda line: "messages_received" in line, "count"))
            self.assertLess(seen["messages_received"], 100)
            with Server(port=port) as receiver:
                self.assertEqual([json.loads(text)["n"] for text in receiver.wait_for_messages(1000)], list(range(1000)))
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_send_buffer_size_bounds_what_waits_for_a_peer(self):
        served = self.serve(["format = 'json'", "broadcast = true", "slow_client = 'block'", "send_buffer_size = 7",
                             "heartbeat_interval_s = 0"], """
            CREATE TABLE feed (n INT, filler TEXT) WITH (connector = 'inlet');
            CREATE CONNECTION source TO generator (rows_per_second = 1000);
            """, ["SELECT 'both are in'",
                  "CREATE PIPELINE fill AS INSERT INTO feed SELECT counter, repeat('x', 100000) FROM source",
                  *["""SELECT queued_messages FROM system.websocket_clients WHERE connection_name = 'inlet'
                       ORDER BY connected_since"""] * 60])
        with RawClient(served.port), RawClient(served.port) as quick:
            served.step()
            served.step()
            # When the quick one gets no more, the other's queue is full.
            for _ in range(60):
                quick.read_until_silence()
                queued = [row["queued_messages"] for row in served.step()]
                self.assertLessEqual(max(queued), 7)
                if queued == [7, 0]: break
            self.assertEqual(queued, [7, 0])


class MessageSizeTest(ServedTestCase):
    LOOK = """WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds';
              SELECT octet_length(data) AS size, md5(data) AS digest FROM events"""
    TABLE = "CREATE TABLE events (data BYTEA) WITH (connector = 'inlet', retention_rows = 1);"

    def test_sixteen_mebibytes_are_fine_and_one_byte_more_is_not(self):
        served = self.serve(["format = 'binary'"], self.TABLE, [self.LOOK])
        largest = bytes(range(256)) * (16 << 12)
        with Client(served.url()) as client:
            client.send(largest)
            self.assertEqual(served.step(), [{"size": 16 << 20, "digest": hashlib.md5(largest).hexdigest()}])
        with Client(served.url()) as client:
            with self.assertRaises(websockets.ConnectionClosed):
                client.send(largest + b"!")
                client.receive(1)
            self.assertEqual(client.socket.close_code, 1009)
        self.finish(served)

    def test_max_message_size_counts_all_fragments(self):
        served = self.serve(["format = 'json'", "max_message_size = 1000"],
                            "CREATE TABLE events (t TEXT) WITH (connector = 'inlet');",
                            ["WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds'; SELECT length(t) AS length FROM events"])
        with RawClient(served.port) as client:
            client.send_text(json.dumps({"t": "x" * 900}))
            self.assertEqual(served.step(), [{"length": 900}])
            client.send(TEXT, b'{"t": "' + b"x" * 600, fin=False)
            client.send(CONTINUATION, b"x" * 600, fin=False)
            self.assertEqual(client.read_close(), 1009)
        with RawClient(served.port) as client:
            # An absurd length is refused from the header.
            client.send_bytes(b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0")
            self.assertEqual(client.read_close(), 1009)
        self.finish(served)

    def test_a_client_closes_with_1009_too(self):
        closed = []

        class Flooding(FeedServer):
            async def serve_client(self, client):
                try:
                    await super().serve_client(client)
                finally:
                    closed.append(client.close_code)

        with Flooding([json.dumps({"t": "x" * 2000})]) as feed:
            laminar = self.run_script(f"""
                CREATE CONNECTION inlet TO websocket (endpoint = '{feed.url()}', mode = 'client', format = 'json', max_message_size = 1000,
                    reconnect = false);
                CREATE TABLE events (t TEXT) WITH (connector = 'inlet');
                WAIT FOR events TIMEOUT INTERVAL '60 seconds';
            """, expect=1)
        self.assertIn("larger than max_message_size", laminar.stderr.text)
        self.assertEqual(closed, [1009])


class FragmentationTest(ServedTestCase):
    def test_messages_in_pieces_with_pings_in_between(self):
        served = self.serve(["format = 'json'"], "CREATE TABLE events (n INT, t TEXT) WITH (connector = 'inlet');", [
            "WAIT FOR events COUNT 5 TIMEOUT INTERVAL '100 seconds'; SELECT n, t FROM events ORDER BY n"])
        with RawClient(served.port) as client:
            text = '{"n": 1, "t": "zerlegt – in Stücke"}'.encode()
            # Byte by byte, also within characters, with empty pieces.
            client.send(TEXT, b"", fin=False)
            for at in range(len(text)):
                client.send(CONTINUATION, text[at:at + 1], fin=False)
                if at % 10 == 0:
                    client.send(PING, b"%d" % at)
                    pong = client.receive()
                    self.assertEqual((pong.first_byte, pong.payload), (FIN | PONG, b"%d" % at))
            client.send(CONTINUATION, b"")
            # In one write: several messages, then the rest of one byte by byte.
            together = b"".join(encode_frame(TEXT, json.dumps({"n": n, "t": "t"}).encode()) for n in range(2, 5))
            client.send_bytes(together + encode_frame(TEXT, b'{"n": 5,', fin=False))
            for byte in encode_frame(CONTINUATION, b' "t": "end"}'):
                client.send_bytes(bytes([byte]))
            self.assertEqual(served.step(), [{"n": 1, "t": "zerlegt – in Stücke"}, {"n": 2, "t": "t"}, {"n": 3, "t": "t"},
                                             {"n": 4, "t": "t"}, {"n": 5, "t": "end"}])
        self.finish(served)

    def test_compressed_messages_in_pieces(self):
        import zlib
        served = self.serve(["format = 'json'", "compression = 'deflate'"], "CREATE TABLE events (n INT, t TEXT) WITH (connector = 'inlet');", [
            "WAIT FOR events COUNT 2 TIMEOUT INTERVAL '100 seconds'; SELECT n, length(t) AS length FROM events ORDER BY n"])
        deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
        with RawClient(served.port, headers=[("Sec-WebSocket-Extensions", "permessage-deflate")]) as client:
            for n in (1, 2):
                packed = deflater.compress(json.dumps({"n": n, "t": "abc" * 1000}).encode()) + deflater.flush(zlib.Z_SYNC_FLUSH)
                packed = packed[:-4]
                client.send(TEXT, packed[:3], fin=False, reserved=RSV1)
                for at in range(3, len(packed)):
                    client.send(CONTINUATION, packed[at:at + 1], fin=at + 1 == len(packed))
            self.assertEqual(served.step(), [{"n": 1, "length": 3000}, {"n": 2, "length": 3000}])
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
