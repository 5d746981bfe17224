"""RFC 6455 and RFC 7692 in both roles, frame by frame, against a peer that can also break the rules.

Laminar sends back every message it gets, so that each test sees both its reading and its writing. Every test of Protocol
runs twice: with laminar as the server and as the client."""

import json
import socket
import struct
import unittest
import zlib

import raw_websocket as raw
from laminar_process import LaminarTestCase
from raw_websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, RSV1, RSV2, RSV3, TEXT

MEBIBYTE = 1 << 20

# Without metadata the answers' table needs no column list; client_id tells the server whom to answer.
ECHO = {
    "server": """
        CREATE CONNECTION peer TO websocket (mode = 'server', port = 0, format = '{format}'{options});
        CREATE TABLE answers (client_id TEXT, {column} {type}) WITH (connector = 'peer', retention_rows = 10);
        CREATE PIPELINE echo AS INSERT INTO answers SELECT client_id, {column} FROM peer;
        WAIT FOR peer TIMEOUT INTERVAL '100 seconds';
        SELECT port FROM system.websocket_connections;
    """,
    "client": """
        CREATE CONNECTION peer TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{port}/', format = '{format}',
            reconnect_interval_ms = 1, max_reconnect_interval_ms = 50{options});
        CREATE TABLE answers ({column} {type}) WITH (connector = 'peer', retention_rows = 10);
        CREATE PIPELINE echo AS INSERT INTO answers SELECT {column} FROM peer;
        SELECT 'ready' AS state;
    """,
}

INVALID_TEXTS = {
    "a byte that begins nothing": b"ab\xffcd",
    "a continuation without a beginning": b"ab\x80",
    "a cut character": "\u20ac".encode()[:2],
    "an overlong slash": b"\xc0\xaf",
    "an overlong NUL": b"\xe0\x80\x80",
    "half a surrogate pair": b"\xed\xa0\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
}
VALID_TEXTS = ["", "x", "κόσμε", "\u0000", "\ud7ff\ue000\ufffd\uffff", "\U00010000\U0010ffff", "🙂" * 1000]


class Echo(LaminarTestCase):
    role = None
    opcode = TEXT

    def start(self, format="text", options="", headers=()):
        """A laminar that echoes; self.open() then gives the other end of a new connection to it."""
        self.headers = headers
        column, type_name = ("data", "BYTEA") if format == "binary" else ("message", "TEXT")
        values = {"format": format, "options": options and ", " + options, "column": column, "type": type_name}
        if self.role == "client":
            self.listener = raw.Listener()
            self.addCleanup(self.listener.close)
            self.laminar = self.start_script(ECHO["client"].format(port=self.listener.port, **values))
            # The connection is under way since the table exists, but shakes hands only when it is accepted.
            self.laminar.stdout.wait_for(lambda text: "ready" in text, "ready")
        else:
            self.laminar = self.start_script(ECHO["server"].format(**values))
            line = self.laminar.stdout.wait_for(lambda text: "port" in text, "port")
            self.port = json.loads(line)["port"]

    def open(self):
        if self.role == "client":
            peer = self.listener.accept(self.headers)
        else:
            peer = raw.connect(self.port, headers=self.headers)
        self.addCleanup(peer.socket.close)
        return peer

    def expect(self, peer, opcode, payload):
        """The next frame, whole and as the role demands."""
        frame = peer.receive()
        self.assertIsNotNone(frame, "the connection ended")
        self.assertEqual((frame.opcode, frame.fin, frame.reserved), (opcode, True, 0))
        self.assertEqual(frame.payload[:200], payload[:200])
        self.assertTrue(frame.payload == payload, "the rest of the payload differs")
        self.assertEqual(frame.masked, self.role == "client", "clients mask, servers do not")

    def expect_close(self, peer, *codes):
        """A close frame with one of these codes, then the end. Messages may come before it, for they were received in order."""
        while True:
            frame = peer.receive()
            self.assertIsNotNone(frame, f"no close frame with {codes}")
            if frame.opcode == CLOSE:
                break
        self.assertIn(frame.close_code, codes)
        self.assertEqual(frame.masked, self.role == "client", "clients mask, servers do not")
        self.assertIsNone(peer.receive(), "nothing follows a close frame")

    def expect_echo(self, peer, payload):
        self.expect(peer, self.opcode, payload)

    def refused(self, codes, *frames):
        """Sends frames (arguments of RawPeer.send, or bytes) on a connection of their own, and expects the close code, or
        one of several."""
        with self.open() as peer:
            try:
                for frame in frames:
                    if isinstance(frame, bytes):
                        peer.send_bytes(frame)
                    else:
                        opcode, payload, how = (*frame, {})[:3]
                        peer.send(opcode, payload, **how)
            except (BrokenPipeError, ConnectionResetError):
                pass  # It had heard enough.
            self.expect_close(peer, *(codes if isinstance(codes, tuple) else (codes,)))

    def still_serves(self):
        """Whoever broke the rules is gone, and nobody else suffers."""
        with self.open() as peer:
            peer.send(self.opcode, b"still there?")
            # A client first sends what it could not before.
            while peer.receive_message() != (self.opcode, b"still there?"):
                pass


class Protocol:
    def test_messages_of_every_length_encoding_come_back(self):
        self.start()
        with self.open() as peer:
            for length in (0, 1, 125, 126, 127, 128, 65535, 65536, 65537, MEBIBYTE):
                payload = (b"0123456789abcdef" * (length // 16 + 1))[:length]
                peer.send(TEXT, payload)
                self.expect_echo(peer, payload)

    def test_a_message_of_exactly_the_limit_comes_back_and_a_larger_one_is_refused(self):
        self.start()
        with self.open() as peer:
            payload = b"0123456789abcdef" * MEBIBYTE
            self.assertEqual(len(payload), 16 * MEBIBYTE)
            peer.send(TEXT, payload)
            self.expect_echo(peer, payload)
        self.refused(1009, raw.encode_frame(TEXT, b"", masked=self.role == "server", claimed_length=16 * MEBIBYTE + 1))
        self.still_serves()

    def test_the_limit_holds_for_the_sum_of_fragments(self):
        self.start(options="max_message_size = 1000")
        self.refused(1009, (TEXT, b"x" * 600, {"fin": False}), (CONTINUATION, b"x" * 401))
        self.refused(1009, (TEXT, b"x" * 1001))
        with self.open() as peer:
            peer.send(TEXT, b"x" * 600, fin=False)
            peer.send(CONTINUATION, b"y" * 400)
            self.expect_echo(peer, b"x" * 600 + b"y" * 400)

    def test_fragments_make_one_message_whatever_lies_between_them(self):
        self.start()
        with self.open() as peer:
            text = "αβγ€🙂".encode()
            # One byte a fragment: characters are cut everywhere.
            peer.send(TEXT, text[:1], fin=False)
            for at in range(1, len(text)):
                peer.send(PING, b"between %d" % at)
                peer.send(PONG, b"nobody asked")
                peer.send(CONTINUATION, text[at:at + 1], fin=False)
            peer.send(CONTINUATION)
            for at in range(1, len(text)):
                self.expect(peer, PONG, b"between %d" % at)
            self.expect_echo(peer, text)
            # Empty fragments are fragments.
            peer.send(TEXT, fin=False)
            peer.send(CONTINUATION, fin=False)
            peer.send(CONTINUATION, b"late", fin=False)
            peer.send(CONTINUATION)
            self.expect_echo(peer, b"late")

    def test_frames_may_arrive_in_any_pieces(self):
        self.start()
        with self.open() as peer:
            masked = peer.as_client
            data = b"".join(raw.encode_frame(TEXT, b"%d" % n * 30, masked=masked) for n in range(10))
            for at in range(len(data)):
                peer.send_bytes(data[at:at + 1])
            peer.send_bytes(data * 20)
            for n in list(range(10)) * 21:
                self.expect_echo(peer, b"%d" % n * 30)

    def test_valid_text_comes_back_as_it_was(self):
        self.start()
        with self.open() as peer:
            for text in VALID_TEXTS:
                payload = text.encode("utf-8", "surrogatepass")
                peer.send(TEXT, payload)
                self.expect_echo(peer, payload)

    def test_invalid_text_is_refused(self):
        self.start()
        for what, payload in INVALID_TEXTS.items():
            with self.subTest(what):
                self.refused(1007, (TEXT, payload))
                # The same with a fragment's border in the middle of it.
                half = len(payload) // 2
                self.refused(1007, (TEXT, payload[:half], {"fin": False}), (CONTINUATION, payload[half:]))
        # What is wrong already is not waited for.
        self.refused(1007, (TEXT, b"\xff", {"fin": False}))
        self.still_serves()

    def test_pings_are_answered_with_what_they_carry(self):
        self.start()
        with self.open() as peer:
            for payload in (b"", b"x", bytes(range(125))):
                peer.send(PING, payload)
                self.expect(peer, PONG, payload)
            peer.send(PONG, b"unsolicited")
            peer.send(TEXT, b"and on")
            self.expect_echo(peer, b"and on")

    def test_reserved_bits_are_refused(self):
        self.start()
        for reserved in (RSV1, RSV2, RSV3, RSV1 | RSV2 | RSV3):
            for opcode in (TEXT, PING, CLOSE):
                with self.subTest(reserved=reserved, opcode=opcode):
                    self.refused(1002, (opcode, b"", {"reserved": reserved}))
        self.refused(1002, (TEXT, b"a", {"fin": False}), (CONTINUATION, b"b", {"reserved": RSV1}))
        self.still_serves()

    def test_reserved_opcodes_are_refused(self):
        self.start()
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            with self.subTest(opcode=opcode):
                self.refused(1002, (opcode, b""))
        self.still_serves()

    def test_control_frames_are_whole_and_short(self):
        self.start()
        for opcode in (PING, PONG, CLOSE):
            with self.subTest(opcode=opcode):
                self.refused(1002, (opcode, b"", {"fin": False}))
                self.refused(1002, (opcode, b"x" * 126))
        self.still_serves()

    def test_fragments_come_in_order(self):
        self.start()
        self.refused(1002, (CONTINUATION, b"of nothing"))
        self.refused(1002, (CONTINUATION, b"of nothing", {"fin": False}))
        self.refused(1002, (TEXT, b"a", {"fin": False}), (TEXT, b"b"))
        self.refused(1002, (TEXT, b"a"), (CONTINUATION, b"b"))
        self.still_serves()

    def test_lengths_are_in_their_shortest_form(self):
        self.start()
        self.refused(1002, (TEXT, b"x" * 125, {"length_bytes": 2}))
        self.refused(1002, (TEXT, b"x" * 300, {"length_bytes": 8}))
        # The highest bit of a length must be 0; besides, nobody takes a message of that size.
        huge = raw.encode_frame(TEXT, b"", masked=self.role == "server", length_bytes=8, claimed_length=1 << 63)
        self.refused((1002, 1009), huge)
        self.still_serves()

    def test_masks_are_as_the_role_demands(self):
        self.start()
        self.refused(1002, (TEXT, b"wrong", {"masked": self.role == "client"}))
        self.still_serves()

    def test_close_codes_are_answered_or_refused(self):
        self.start()
        # After 1008, 1010, 3000 and 3003 a client would not come back; they have a test of their own.
        final = (1008, 1010, 3000, 3003) if self.role == "client" else ()
        for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3008, 3999, 4000, 4999):
            if code in final:
                continue
            with self.subTest(code=code), self.open() as peer:
                peer.send_close(code, "in Ordnung – ✓".encode())
                self.expect_close(peer, code)
        for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
            with self.subTest(code=code):
                self.refused(1002, (CLOSE, struct.pack("!H", code)))
        self.still_serves()

    def test_a_close_frame_is_known_by_its_code_however_it_comes(self):
        self.start()
        with self.open() as peer:
            frame = raw.encode_frame(CLOSE, struct.pack("!H", 1014) + b"bad gateway", masked=peer.as_client)
            for at in range(len(frame)):
                peer.send_bytes(frame[at:at + 1])
            self.expect_close(peer, 1014)
        # What breaks the protocol breaks it with any code.
        self.refused((1002, 1007), (CLOSE, struct.pack("!H", 1014) + b"\xff"))
        self.refused(1002, (CLOSE, struct.pack("!H", 1014), {"masked": self.role == "client"}))
        self.still_serves()

    def test_close_frames_have_no_code_or_a_whole_one_and_a_readable_reason(self):
        self.start()
        with self.open() as peer:
            peer.send_close()
            frame = peer.receive()
            self.assertEqual(frame.opcode, CLOSE)
            self.assertIn(frame.close_code, (None, 1000))
            self.assertIsNone(peer.receive())
        with self.open() as peer:
            peer.send_close(1000, b"r" * 123)
            self.expect_close(peer, 1000)
        self.refused(1002, (CLOSE, b"\x03"))
        self.refused((1002, 1007), (CLOSE, struct.pack("!H", 1000) + b"\xff"))
        self.still_serves()

    def test_nothing_after_a_close_frame_counts(self):
        self.start()
        with self.open() as peer:
            frames = [(TEXT, b"before"), (CLOSE, struct.pack("!H", 1000)), (TEXT, b"after"), (PING, b"after")]
            peer.send_bytes(b"".join(raw.encode_frame(*frame, masked=peer.as_client) for frame in frames))
            answers = []
            while (frame := peer.receive()) is not None:
                answers.append((frame.opcode, frame.payload))
            self.assertNotIn((TEXT, b"after"), answers)
            self.assertNotIn((PONG, b"after"), answers)
            self.assertEqual(answers[-1], (CLOSE, struct.pack("!H", 1000)))
        self.still_serves()


    def test_what_came_before_an_illegal_frame_is_answered(self):
        """Where section 3, 4 and 5 of the Autobahn test suite have such a case, what begins with its number."""
        self.start()
        good, ping = (TEXT, b"good"), (PING, b"")
        parts = [(TEXT, b"go", {"fin": False}), (CONTINUATION, b"od")]
        for what, *frames in (
                ("3.2 reserved bit 2", good, (TEXT, b"bad", {"reserved": RSV2}), ping),
                ("3.3 reserved bit 3", good, (TEXT, b"bad", {"reserved": RSV3}), ping),
                ("3.4 reserved bits 1 and 2", good, (TEXT, b"bad", {"reserved": RSV1 | RSV2}), ping),
                ("4.1.3 opcode 5", good, (5, b""), ping),
                ("4.1.4 opcode 6", good, (6, b"bad"), ping),
                ("4.1.5 opcode 7", good, (7, b"bad"), ping),
                ("4.2.3 opcode 13", good, (13, b""), ping),
                ("4.2.4 opcode 14", good, (14, b"bad"), ping),
                ("4.2.5 opcode 15", good, (15, b"bad"), ping),
                ("5.15 the rest of nothing", *parts, (CONTINUATION, b"bad", {"fin": False}), (TEXT, b"bad")),
                ("a message within a message", good, (TEXT, b"bad", {"fin": False}), (TEXT, b"bad")),
                ("a control frame in fragments", good, (PING, b"", {"fin": False})),
                ("a mask that the role does not have", good, (TEXT, b"bad", {"masked": self.role == "client"})),
                ("half a close code", good, (CLOSE, b"\x03")),
                ("a close code beyond all", good, (CLOSE, struct.pack("!H", 5000)))):
            self.answered_before_the_end(what, 1002, [b"good"], *frames)
        self.answered_before_the_end("text that is none", 1007, [b"good"], good, (TEXT, b"\xff"))
        self.still_serves()

    def test_what_came_before_a_message_that_is_too_large_is_answered(self):
        self.start(options="max_message_size = 1000")
        self.answered_before_the_end("too large", 1009, [b"good"], (TEXT, b"good"), (TEXT, b"x" * 1001))

    def test_what_came_before_a_close_frame_is_answered(self):
        self.start(options="send_buffer_size = 20")
        close = (CLOSE, struct.pack("!H", 1000))
        many = [b"number %d" % number for number in range(100)]
        for attempt in range(10):
            self.answered_before_the_end(f"many messages, attempt {attempt}", 1000, many,
                                         *((TEXT, payload) for payload in many), close)
        self.answered_before_the_end("one message", 1000, [b"good"], (TEXT, b"good"), close)
        for size in (0, 125, 126, 65535, 65536, MEBIBYTE):
            self.answered_before_the_end(f"{size} bytes", 1000, [b"x" * size], (TEXT, b"x" * size), close)

    def test_what_came_before_a_message_that_ends_the_connection_is_answered(self):
        self.start(format="json", options="on_error = 'fail', send_buffer_size = 20")
        rows = [b'{"message":"number %d"}' % number for number in range(100)]
        # The pipeline takes any message, the table of answers reads rows.
        self.answered_before_the_end("no JSON", 1008, [*rows, b'"no JSON"'], *((TEXT, row) for row in rows), (TEXT, b"no JSON"))

    def answered_before_the_end(self, what, code, answers, *frames):
        """Sends frames (arguments of RawPeer.send) on a connection of their own, in one go, and where they are few on another
        one byte by byte. There must be these answers, and then the connection must end with the code."""
        for at_once in (True, False):
            if not at_once and sum(len(frame[1]) for frame in frames) > 500:
                continue
            with self.subTest(what, at_once=at_once), self.open() as peer:
                data = b"".join(raw.encode_frame(opcode, payload, **{"masked": peer.as_client, **dict(*how)})
                                for opcode, payload, *how in frames)
                try:
                    for piece in [data] if at_once else (data[at:at + 1] for at in range(len(data))):
                        peer.send_bytes(piece)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # It had heard enough.
                answered = []
                while (frame := peer.receive()) is not None and frame.opcode != CLOSE:
                    if frame.opcode == TEXT:
                        self.assertEqual(frame.masked, self.role == "client", "clients mask, servers do not")
                        answered.append(frame.payload)
                self.assertIsNotNone(frame, "the connection ended without a close frame")
                self.assertEqual(frame.close_code, code)
                self.assertIsNone(peer.receive(), "nothing follows a close frame")
                self.assertEqual(len(answered), len(answers), f"the first and last are {answered[:2]} and {answered[-2:]}")
                self.assertTrue(answered == answers, "the answers differ")


class BinaryMessages:
    opcode = BINARY

    def test_a_message_that_looks_like_a_close_frame_is_a_message(self):
        self.start(format="binary")
        payload = b"\x88\x02\x03\xf6"
        with self.open() as peer:
            peer.send(BINARY, payload)
            self.assertEqual(peer.receive_message(), (BINARY, payload))

    def test_bytes_of_any_kind_come_back(self):
        self.start(format="binary")
        with self.open() as peer:
            for payload in (b"", bytes(range(256)) * 300, *INVALID_TEXTS.values()):
                peer.send(BINARY, payload)
                self.expect_echo(peer, payload)
            peer.send(BINARY, b"\xff", fin=False)
            peer.send(PING)
            peer.send(CONTINUATION, b"\xfe")
            self.expect(peer, PONG, b"")
            self.expect_echo(peer, b"\xff\xfe")


class Deflate:
    """permessage-deflate (RFC 7692)."""

    def start_deflate(self, parameters="", options=""):
        offer = [("Sec-WebSocket-Extensions", f"permessage-deflate{parameters}")]
        self.start(options="compression = 'deflate', compression_threshold = 0" + options, headers=offer)
        self.deflate = zlib.compressobj(wbits=-15)
        self.inflate = zlib.decompressobj(wbits=-15)

    def compress(self, payload):
        data = self.deflate.compress(payload) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.assertTrue(data.endswith(b"\x00\x00\xff\xff"))
        return data[:-4]

    def expect_compressed(self, peer, payload):
        frame = peer.receive()
        self.assertIsNotNone(frame, "the connection ended")
        self.assertEqual((frame.opcode, frame.fin), (TEXT, True))
        data = frame.payload
        if frame.reserved:
            self.assertEqual(frame.reserved, RSV1)
            data = self.inflate.decompress(data + b"\x00\x00\xff\xff")
        self.assertTrue(data == payload, "the answer differs")
        return frame

    def test_the_extension_is_negotiated(self):
        self.start_deflate()
        with self.open() as peer:
            said = raw.header(peer.head, "Sec-WebSocket-Extensions")
            self.assertTrue(said and said.startswith("permessage-deflate"), peer.head)

    def test_compressed_messages_come_back_compressed(self):
        self.start_deflate()
        with self.open() as peer:
            text = b"the same words, the same words, " * 50
            sizes = []
            for _ in range(3):
                data = self.compress(text)
                sizes.append(len(data))
                peer.send(TEXT, data, reserved=RSV1)
                frame = self.expect_compressed(peer, text)
                self.assertEqual(frame.reserved, RSV1)
            self.assertLess(sizes[1], sizes[0], "the window is shared from message to message")
            # In fragments: the bit belongs to the first.
            data = self.compress(b"in pieces " * 30)
            peer.send(TEXT, data[:3], fin=False, reserved=RSV1)
            peer.send(PING, b"between")
            peer.send(CONTINUATION, data[3:9], fin=False)
            peer.send(CONTINUATION, data[9:])
            self.expect(peer, PONG, b"between")
            self.expect_compressed(peer, b"in pieces " * 30)
            # Each message is compressed or not.
            peer.send(TEXT, b"as it is")
            self.expect_compressed(peer, b"as it is")
            peer.send(TEXT, self.compress(b""), reserved=RSV1)
            self.expect_compressed(peer, b"")

    def test_a_message_may_have_several_deflate_blocks(self):
        self.start_deflate()
        with self.open() as peer:
            parts = [b"first ", b"second ", b"third"]
            data = b"".join(self.deflate.compress(part) + self.deflate.flush(zlib.Z_FULL_FLUSH) for part in parts)
            peer.send(TEXT, data[:-4], reserved=RSV1)
            self.expect_compressed(peer, b"".join(parts))
            # Stored blocks, as compression level 0 makes them.
            stored = zlib.compressobj(level=0, wbits=-15)
            text = b"stored " * 20
            peer.send(TEXT, (stored.compress(text) + stored.flush(zlib.Z_SYNC_FLUSH))[:-4], reserved=RSV1)
            self.expect_compressed(peer, text)

    def test_the_bit_is_for_the_first_frame_of_a_message_alone(self):
        self.start_deflate()
        data = self.compress(b"some text")
        self.refused(1002, (TEXT, data, {"fin": False, "reserved": RSV1}), (CONTINUATION, b"", {"reserved": RSV1}))
        self.refused(1002, (PING, b"", {"reserved": RSV1}))
        self.refused(1002, (TEXT, b"", {"reserved": RSV2}))
        self.open().socket.close()

    def test_what_cannot_be_inflated_ends_the_connection(self):
        self.start_deflate()
        with self.open() as peer:
            peer.send(TEXT, b"\xff\xff\xff\xff this is no deflate stream", reserved=RSV1)
            frame = peer.receive()
            self.assertTrue(frame is None or frame.opcode == CLOSE, "no answer to garbage")
        with self.open() as peer:
            self.deflate = zlib.compressobj(wbits=-15)
            self.inflate = zlib.decompressobj(wbits=-15)
            peer.send(TEXT, self.compress(b"still there?"), reserved=RSV1)
            self.expect_compressed(peer, b"still there?")

    def test_text_is_judged_after_inflating(self):
        self.start_deflate()
        with self.open() as peer:
            peer.send(TEXT, self.compress(b"ab\xffcd"), reserved=RSV1)
            self.expect_close(peer, 1007)

    def test_the_limit_is_that_of_the_inflated_message(self):
        self.start_deflate()
        with self.open() as peer:
            bomb = self.compress(b"\x00" * (256 * MEBIBYTE))
            self.assertLess(len(bomb), MEBIBYTE)
            peer.send(TEXT, bomb, reserved=RSV1)
            self.expect_close(peer, 1009)

    def test_messages_without_shared_window_come_back(self):
        both = "; server_no_context_takeover; client_no_context_takeover"
        self.start_deflate(both, ", deflate_no_context_takeover = true")
        with self.open() as peer:
            for _ in range(3):
                self.deflate = zlib.compressobj(wbits=-15)
                self.inflate = zlib.decompressobj(wbits=-15)
                peer.send(TEXT, self.compress(b"again and again " * 20), reserved=RSV1)
                self.expect_compressed(peer, b"again and again " * 20)


class ServerProtocolTest(Protocol, Echo):
    role = "server"


class ClientProtocolTest(Protocol, Echo):
    role = "client"


class ServerBinaryTest(BinaryMessages, Echo):
    role = "server"


class ClientBinaryTest(BinaryMessages, Echo):
    role = "client"


class ServerDeflateTest(Deflate, Echo):
    role = "server"


class ClientDeflateTest(Deflate, Echo):
    role = "client"


class LastAnswersTest(Echo):
    """What else may end a connection right after a good message."""

    role = "server"
    headers = ()

    def test_a_client_that_says_nothing_more_is_answered(self):
        self.start()
        with self.open() as peer:
            peer.send(TEXT, b"good")
            peer.socket.shutdown(socket.SHUT_WR)
            self.expect_echo(peer, b"good")
            self.assertIsNone(peer.receive())

    def test_what_came_before_data_that_cannot_be_inflated_is_answered(self):
        self.start(options="compression = 'deflate'", headers=[("Sec-WebSocket-Extensions", "permessage-deflate")])
        with self.open() as peer:
            good = raw.encode_frame(TEXT, b"good")
            peer.send_bytes(good + raw.encode_frame(TEXT, b"\xff\xff\xff\xff this is no deflate stream", reserved=RSV1))
            self.expect_echo(peer, b"good")
            self.expect_close(peer, 1007)

    def test_what_came_before_the_message_that_fails_the_connection_is_answered(self):
        self.laminar = self.start_script("""
            CREATE CONNECTION peer TO websocket (mode = 'server', port = 0, format = 'json', on_error = 'fail');
            CREATE TABLE ticks (n INT) WITH (connector = 'peer');
            CREATE TABLE answers (client_id TEXT, twice INT) WITH (connector = 'peer');
            CREATE PIPELINE answer AS INSERT INTO answers SELECT client_id, 2 * n FROM ticks;
            WAIT FOR peer TIMEOUT INTERVAL '100 seconds';
            SELECT port FROM system.websocket_connections;
        """)
        self.port = json.loads(self.laminar.stdout.wait_for(lambda text: "port" in text, "port"))["port"]
        with self.open() as peer:
            peer.send_bytes(b"".join(raw.encode_frame(TEXT, text) for text in (b'{"n": 21}', b'{"n": "x"}')))
            self.expect(peer, TEXT, b'{"twice":42}')
            self.expect_close(peer, 1008)
        self.assertEqual(self.laminar.wait(), 1)


class FinalCloseTest(Echo):
    role = "client"

    def test_a_client_does_not_come_back_after_a_code_that_forbids_it(self):
        for code in (1008, 1010, 3000, 3003):
            with self.subTest(code=code):
                self.start()
                with self.open() as peer:
                    peer.send_close(code)
                    self.expect_close(peer, code)
                self.assertEqual(self.laminar.wait(), 1, self.laminar.stderr.text)
                self.assertIn(f"close code {code} asks not to come back", self.laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
