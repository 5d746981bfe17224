"""laminar serve and peers that mean no good, or cannot help it: lengths that lie, silence, floods, clients that do not read.
None of them takes much memory, and nobody else notices."""

import random
import re
import socket
import struct
import threading
import time
import unittest

from laminar_process import LIMIT_SECONDS, MEMORY_FACTOR, QUARANTINE_BYTES, run
from serving import ITEMS, RawClient, ServedTestCase, errors, fields

MIB = 1 << 20
TLS_REQUEST = struct.pack("!ii", 8, 80877103)


def memory_of(served):
    """Resident, in bytes."""
    with open(f"/proc/{served.laminar.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


class StartupTest(ServedTestCase):
    def check_refused(self, served, data, state):
        with served.raw() as client:
            client.send(data)
            kind, body = client.next()
            self.assertEqual((kind, fields(body)["C"], fields(body)["S"]), (b"E", state, "FATAL"))
            self.assertTrue(client.is_closed())

    def test_lengths_that_lie(self):
        served = self.serve()
        for length in (0, 3, 7, 10_001, 10 * MIB, 2**31 - 1, -1):
            with self.subTest(length):
                self.check_refused(served, struct.pack("!ii", length, 196608), "08P01")
        # The whole of ten megabytes is sent; no more than its head is looked at.
        with served.raw() as client:
            client.send(struct.pack("!ii", 10 * MIB, 196608))
            self.assertEqual(client.next()[0], b"E")
            try:
                client.send(b"x" * 10 * MIB)
            except ConnectionError:
                pass
        self.assertEqual(served.psql("-At", "-c", "SELECT 1").stdout, "1\n")

    def test_what_is_no_startup_message(self):
        served = self.serve()
        self.check_refused(served, struct.pack("!ii", 9, 131072) + b"\0", "0A000")
        self.check_refused(served, struct.pack("!ii", 9, 196608) + b"\0", "28000")
        self.check_refused(served, struct.pack("!ii", 12, 196608) + b"user", "08P01")
        self.check_refused(served, struct.pack("!ii", 15, 196608) + b"user\0a\0", "08P01")
        self.check_refused(served, struct.pack("!ii", 17, 196608) + b"user\0a\0\0x", "08P01")
        self.check_refused(served, struct.pack("!ii", 8 + 25, 196608) + b"user\0a\0replication\0true\0\0", "0A000")
        self.check_refused(served, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "08P01")
        # TLS that was not asked for.
        self.check_refused(served, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "08P01")

    def test_a_newer_minor_version_is_told_of_ours(self):
        served = self.serve()
        with served.raw() as client:
            client.send(struct.pack("!ii", 16, 196608 + 2) + b"user\0a\0\0")
            self.assertEqual(client.next(), (b"v", struct.pack("!ii", 196608, 0)))
            self.assertEqual(client.ready()[0], (b"R", b"\0\0\0\0"))

    def test_tls_may_be_asked_for_once(self):
        served = self.serve()
        with served.raw() as client:
            client.send(TLS_REQUEST)
            self.assertEqual(client.receive(1), b"N")
            client.send(TLS_REQUEST)
            self.assertEqual(errors([client.next()])[0]["C"], "0A000")

    def test_who_says_nothing_is_sent_away(self):
        served = self.serve("", "--authentication-timeout", "200ms")
        with served.raw() as silent, served.raw() as half:
            half.send(b"\0\0\0")
            self.assertTrue(silent.is_closed())
            self.assertTrue(half.is_closed())
        served.wait_for_log("it has not logged in within 200 ms", 2)

    def test_those_who_say_nothing_do_not_lock_others_out(self):
        served = self.serve()
        silent = []
        try:
            for _ in range(300):
                silent.append(served.raw())
            self.assertEqual(served.psql("-At", "-c", "SELECT 1").stdout, "1\n")
            # The first of them had to make room.
            self.assertTrue(silent[0].is_closed())
        finally:
            for client in silent:
                client.socket.close()
        served.wait_for_log("it gave way to others that came later")

    def test_bytes_before_the_tls_handshake_are_not_part_of_what_is_encrypted(self):
        from certificates import Authority
        certificate, key = Authority(self.temporary_folder()).issue("server", "IP:127.0.0.1")
        served = self.serve("", "--tls-cert", certificate, "--tls-key", key)
        with served.raw() as client:
            client.send(TLS_REQUEST + struct.pack("!ii", 16, 196608) + b"user\0a\0\0")
            self.assertEqual(client.receive(1), b"S")
            self.assertTrue(client.is_closed())
        served.wait_for_log("bytes came before the TLS handshake")


class PasswordTest(ServedTestCase):
    def test_what_is_no_proof(self):
        made = run("hash-password", "alice", stdin="secret\n")
        users = self.temporary_folder() / "users"
        users.write_text(made.stdout.text + "\n")
        served = self.serve("CREATE TABLE t (a INTEGER);", "--users", users)

        def first(text, name=b"SCRAM-SHA-256"):
            return name + b"\0" + struct.pack("!i", len(text)) + text

        for messages in ([(b"Q", b"DROP TABLE t\0")], [(b"p", b"")], [(b"p", b"x" * 5000)], [(b"p", first(b"n,,n=,r=abc", b"SCRAM-SHA-1"))],
                         [(b"p", first(b"n,,n=,r="))], [(b"p", first(b"p=tls-unique,,n=,r=abc"))], [(b"p", b"SCRAM-SHA-256\0\xff\xff\xff\xffn,,")],
                         [(b"p", first(b"n,,n=,r=abc")), (b"p", b"c=biws,r=abc,p=AAAA")],
                         [(b"p", first(b"n,,n=,r=abc")), (b"Q", b"DROP TABLE t\0")]):
            with self.subTest(messages), served.raw() as client:
                client.start()
                self.assertEqual(client.next(), (b"R", b"\0\0\0\x0aSCRAM-SHA-256\0\0"))
                for kind, body in messages:
                    client.message(kind, body)
                said = client.until(b"E")
                self.assertIn(errors(said)[0]["C"], ("08P01", "28P01"))
                self.assertTrue(client.is_closed())
        self.assertEqual(served.psql("-At", "-c", "SELECT count(*) FROM t", password="secret").stdout, "0\n")


class MessageTest(ServedTestCase):
    def check_fatal(self, served, data, text, *arguments):
        with served.raw() as client:
            client.start().ready()
            client.send(data)
            error = errors(client.until(b"E"))[0]
            self.assertEqual((error["C"], error["S"]), ("08P01", "FATAL"))
            self.assertIn(text, error["M"])
            self.assertTrue(client.is_closed())

    def test_what_is_no_message(self):
        served = self.serve("", "--max-message-size", "1MiB")
        self.check_fatal(served, b"Q\0\0\0\x03", "a message of 3 bytes is not read")
        self.check_fatal(served, b"Q\xff\xff\xff\xff", "a message of -1 bytes is not read")
        self.check_fatal(served, b"Q" + struct.pack("!i", MIB + 5), "at most 1048576 are")
        self.check_fatal(served, b"Q\0\0\0\x0cSELECT 1", "has no NUL at its end")
        self.check_fatal(served, b"Q\0\0\0\x0dSEL\0ECT 1", "has no NUL at its end")
        self.check_fatal(served, b"\xf3\0\0\0\x04", "no message of type 0xf3")

    def test_a_message_that_is_announced_takes_no_memory_before_it_comes(self):
        served = self.serve("", "--max-message-size", "1GiB")
        self.assertEqual(served.psql("-At", "-c", "SELECT 1").stdout, "1\n")
        before = memory_of(served)
        clients = [served.raw() for _ in range(20)]
        for client in clients:
            client.start().ready()
            client.send(b"Q" + struct.pack("!i", 1000 * MIB) + b"SELECT")
        self.assertEqual(served.psql("-At", "-c", "SELECT 1").stdout, "1\n")
        self.assertLess(memory_of(served) - before, 64 * MIB * MEMORY_FACTOR)
        for client in clients:
            client.socket.close()

    def test_texts_that_are_none(self):
        served = self.serve()
        with served.raw() as client:
            client.start().ready()
            client.message(b"Q", b"SELECT '\xff'\0")
            self.assertEqual(errors(client.ready())[0]["C"], "22021")
            client.query("")
            self.assertEqual([kind for kind, _ in client.ready()], [b"I", b"Z"])
            client.query("SELECT " + "(" * 5000)
            self.assertEqual(errors(client.ready())[0]["C"], "54001")
            client.query("SELECT 1 WHERE '" + "x" * 10 * MIB + "' = ''")
            self.assertEqual([kind for kind, _ in client.ready()], [b"T", b"C", b"Z"])

    def test_noise(self):
        served = self.serve(ITEMS)
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        for _ in range(150):
            with served.raw() as client:
                if chance.random() < 0.8:
                    client.start()
                data = b"".join(chance.choice(b"QPBDEHSCXFdcfp".decode()).encode() + struct.pack("!i", chance.choice((4, 5, 8, 40, 300))) +
                                chance.randbytes(chance.choice((0, 1, 4, 36, 296))) for _ in range(chance.randrange(8)))
                try:
                    client.send(data)
                    client.socket.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                self.assertTrue(client.is_closed(), f"seed {seed}")
        self.assertEqual(served.psql("-At", "-c", "SELECT count(*) FROM items").stdout, "3\n", f"seed {seed}")
        self.assertNotIn("internal error", served.laminar.stderr.text, f"seed {seed}")

    def test_messages_that_come_ahead_wait_in_the_socket(self):
        served = self.serve()
        with served.raw() as client:
            client.start().ready()
            one = b"Q\0\0\0\x0dSELECT 1\0"
            sender = threading.Thread(target=client.send, args=(one * 20_000,))
            sender.start()
            for _ in range(20_000):
                self.assertEqual(client.ready()[-1], (b"Z", b"I"))
            sender.join()


class SlowClientTest(ServedTestCase):
    HUGE = "SELECT i, repeat('x', 1000) AS padding FROM range(100000000) AS r(i)"

    def test_a_client_that_reads_nothing_takes_little_memory_and_is_sent_away(self):
        served = self.serve(ITEMS, "--write-timeout", "1s")
        self.assertEqual(served.psql("-At", "-c", "SELECT 1").stdout, "1\n")
        before = memory_of(served)
        clients = [served.raw() for _ in range(10)]
        for client in clients:
            self.addCleanup(client.socket.close)
            client.start().ready()
            client.query(self.HUGE)
        self.assertEqual(served.psql("-At", "-c", "SELECT count(*) FROM items").stdout, "3\n")
        served.wait_for_log("its client took nothing for 1000 ms", 10)
        self.assertLess(memory_of(served) - before, 400 * MIB * MEMORY_FACTOR + QUARANTINE_BYTES)
        for client in clients:
            self.assertTrue(client.is_closed())
            client.socket.close()

    def test_a_client_that_is_gone_takes_its_query_along(self):
        served = self.serve()
        for query in (self.HUGE, "SELECT count(*) FROM range(1000000000000) AS r(i) WHERE hash(i) = 1",
                      "WAIT FOR nothing", "SUBSCRIBE TO SELECT counter FROM ticks"):
            served.psql("-c", "CREATE CONNECTION IF NOT EXISTS feed TO generator (rows_per_second = 10)", "-c",
                        "CREATE TABLE IF NOT EXISTS ticks (counter BIGINT) WITH (connector = 'feed')")
            with self.subTest(query), served.raw() as client:
                client.start()
                process = struct.unpack("!i", next(body for kind, body in client.ready() if kind == b"K")[:4])[0]
                client.query(query)
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            served.wait_for_log(f"session {process} has ended")


class CrowdTest(ServedTestCase):
    def test_200_at_once(self):
        served = self.serve(ITEMS, "--max-connections", "200")
        clients = [served.raw() for _ in range(200)]
        for client in clients:
            client.start()
        for client in clients:
            client.ready()
        for client in clients:
            client.query("SELECT count(*) FROM items")
        for client in clients:
            self.assertEqual([kind for kind, _ in client.ready()], [b"T", b"D", b"C", b"Z"])
        with served.raw() as late:
            late.start()
            error = errors(late.until(b"E"))[0]
            self.assertEqual((error["C"], error["M"]), ("53300", "there are 200 connections already"))
        for client in clients:
            client.message(b"X")
            client.socket.close()
        # Their places are free again.
        deadline = time.monotonic() + LIMIT_SECONDS
        while served.psql("-At", "-c", "SELECT 1").stdout != "1\n":
            self.assertLess(time.monotonic(), deadline)


if __name__ == "__main__":
    unittest.main()
