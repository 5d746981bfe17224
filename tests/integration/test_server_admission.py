"""Who becomes a client of a laminar that listens, who does not, and what each is told."""

import base64
import json
import pathlib
import socket
import ssl
import tempfile
import unittest

import websockets

from certificates import Authority
from raw_websocket import PING, RawClient, http_exchange, trusting
from served_script import ServedTestCase, query
from websocket_peer import Client

TABLE = "CREATE TABLE events (n INT, who TEXT) WITH (connector = 'inlet');"
LOG = """SELECT event, message FROM system.websocket_logs
         WHERE connection = 'inlet' AND event IN ('handshake_failed', 'client_refused') ORDER BY timestamp"""


def upgrade(path="/", *headers, version=13):
    """A handshake request, in bytes of our own."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Sec-WebSocket-Version: {version}", *headers]
    return "\r\n".join(lines) + "\r\n\r\n"


class AdmissionTest(ServedTestCase):
    def status(self, served, path="/", headers=()):
        with RawClient(served.port, path, headers) as client:
            return client.status

    def test_plain_http_and_other_versions_get_426_and_other_paths_404(self):
        served = self.serve(["format = 'json'", "path = '/events'"], TABLE, [LOG])
        status, headers, body = http_exchange(served.port, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual((status, headers["upgrade"], headers["sec-websocket-version"]), (426, "websocket", "13"))
        self.assertIn("WebSocket", body)
        self.assertEqual(http_exchange(served.port, "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")[0], 426)
        self.assertEqual(http_exchange(served.port, upgrade("/events", version=8))[0], 426)
        self.assertEqual(http_exchange(served.port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")[0], 404)
        self.assertEqual(self.status(served, "/elsewhere"), 404)
        self.assertEqual(self.status(served, "/events/"), 404)
        self.assertEqual(self.status(served, "/events"), 101)
        self.assertEqual(self.status(served, "/events?a=b"), 101)
        log = served.step()
        self.assertIn("HTTP 426", log[0]["message"])
        self.assertIn("HTTP 404", log[-1]["message"])
        self.finish(served)

    def test_who_is_refused_again_and_again_does_not_fill_the_log(self):
        served = self.serve(["format = 'json'", "path = '/events'"], TABLE, [LOG])
        for _ in range(30):
            self.assertEqual(http_exchange(served.port, upgrade("/nothing"))[0], 404)
            self.assertEqual(http_exchange(served.port, "no HTTP\r\n\r\n")[0], 400)
        messages = [row["message"] for row in served.step()]
        self.assertEqual(len(messages), 21)
        self.assertEqual(messages[-1], "further connections that do not become clients are counted but not logged for a minute")
        self.assertEqual(self.status(served, "/events"), 101)
        self.finish(served)

    def test_what_is_not_http_gets_400(self):
        served = self.serve(["format = 'json'"], TABLE)
        self.assertEqual(http_exchange(served.port, "\x16\x03\x01 hello\r\n\r\n")[0], 400)
        self.assertEqual(self.status(served), 101)
        self.finish(served)

    def test_requests_that_could_be_understood_in_two_ways_get_400(self):
        served = self.serve(["format = 'json'", "path = '/events'"], TABLE, [LOG])
        good = upgrade("/events")
        host, key = "Host: localhost\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        for what, request in {
            "two hosts": good.replace(host, host + "Host: elsewhere\r\n"),
            "the same host twice": good.replace(host, host + host),
            "no host": good.replace(host, ""),
            "a host that is none": good.replace(host, "Host: local host\r\n"),
            "a body": good.replace(host, host + "Content-Length: 5\r\n") + "hello",
            "a chunked body": good.replace(host, host + "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
            "two lengths": good.replace(host, host + "Content-Length: 0\r\nContent-Length: 5\r\n") + "hello",
            "a length that is none": good.replace(host, host + "Content-Length: many\r\n"),
            "no key": good.replace(key, ""),
            "two keys": good.replace(key, key + key),
            "a short key": good.replace(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"),
            "a long key": good.replace(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSEh\r\n"),
            "a key without its padding": good.replace(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n"),
            "a key that is no base64": good.replace(key, "Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ==\r\n"),
            "two versions": good.replace(key, key + "Sec-WebSocket-Version: 8\r\n"),
            "two origins": good.replace(key, key + "Origin: https://a.example\r\nOrigin: https://b.example\r\n"),
            "a space before the colon": good.replace(host, "Host : localhost\r\n"),
            "a value on two lines": good.replace(host, host + "X-Long: one\r\n two\r\n"),
        }.items():
            with self.subTest(what):
                self.assertEqual(http_exchange(served.port, request)[0], 400)
        # Each refusal is in the log with its reason.
        self.assertIn("one Host header", served.step()[0]["message"])
        self.finish(served)

    def test_unusual_requests_that_are_right_get_in(self):
        served = self.serve(["format = 'json'", "path = '/events'", "subprotocols = ['v1.feed']"], TABLE)
        good = upgrade("/events")
        for what, request in {
            "lists over several lines": good.replace("Connection: Upgrade\r\n", "Connection: keep-alive\r\nConnection: Upgrade\r\n"
                                                     "Sec-WebSocket-Protocol: v0.feed\r\nSec-WebSocket-Protocol: v1.feed\r\n"),
            "a target with scheme and host": upgrade("http://localhost/events?a=b"),
            "an empty body": good.replace("Host:", "Content-Length: 0\r\nHost:"),
        }.items():
            with self.subTest(what), socket.create_connection(("127.0.0.1", served.port), 120) as client:
                client.sendall(request.encode())
                self.assertIn(b" 101 ", client.recv(1000))
        self.finish(served)

    def test_max_header_size(self):
        served = self.serve(["format = 'json'", "max_header_size = 1000"], TABLE)
        self.assertEqual(self.status(served, headers=[("X-Filler", "x" * 500)]), 101)
        self.assertEqual(self.status(served, headers=[("X-Filler", "x" * 1000)]), 431)
        self.finish(served)

    def test_handshake_timeout_ms(self):
        served = self.serve(["format = 'json'", "handshake_timeout_ms = 200"], TABLE, [LOG])
        for beginning in (b"", b"GET / HTTP/1.1\r\nHost: local"):
            with socket.create_connection(("127.0.0.1", served.port), 120) as slow:
                slow.sendall(beginning)
                self.assertEqual(slow.recv(1000), b"", "closed without an answer")
        log = served.step()
        self.assertEqual([row["event"] for row in log], ["handshake_failed"] * 2)
        self.assertIn("200 ms (handshake_timeout_ms)", log[0]["message"])
        self.finish(served)

    def test_idle_timeout_s(self):
        served = self.serve(["format = 'json'", "idle_timeout_s = 1"], TABLE)
        with RawClient(served.port) as client:
            client.send_text('{"n": 1}')
            self.assertEqual(client.read_close(), 1001)
        self.finish(served)

    def test_heartbeat_ends_a_client_that_is_gone(self):
        served = self.serve(["format = 'json'", "heartbeat_interval_s = 1", "heartbeat_timeout_s = 1"], TABLE)
        with RawClient(served.port) as silent, Client(served.url()) as answering:
            self.assertEqual(silent.receive().opcode, PING)
            # It does not answer, so there is an end; the other one's library answers by itself.
            list(silent.receive_frames())
            answering.send('{"n": 1}')
        self.finish(served)

    def test_max_connections_gets_503_and_a_place_becomes_free_again(self):
        served = self.serve(["format = 'json'", "max_connections = 2"], TABLE)
        first = RawClient(served.port)
        with RawClient(served.port), RawClient(served.port) as third:
            self.assertEqual((third.status, third.headers["retry-after"]), (503, "5"))
            first.socket.close()
            self.assertTrue(self.becomes(101, lambda: self.status(served)))
        self.finish(served)

    def test_max_connections_per_ip_gets_429(self):
        served = self.serve(["format = 'json'", "host = '0.0.0.0'", "max_connections_per_ip = 1"], TABLE)
        with RawClient(served.port):
            with RawClient(served.port) as second:
                self.assertEqual((second.status, second.headers["retry-after"]), (429, "5"))
            # All of 127/8 is this machine: another address has places of its own.
            other = socket.create_connection(("127.0.0.1", served.port), 120, source_address=("127.0.0.2", 0))
            with other:
                other.sendall(upgrade().encode())
                self.assertIn(b" 101 ", other.recv(1000))
        self.finish(served)

    def half_requests(self, port, count, address="127.0.0.1"):
        """Connections that have sent a part of their request, and keep open."""
        connections = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port), 120, source_address=(address, 0))
            self.addCleanup(connection.close)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: example\r\n")
            connections.append(connection)
        return connections

    def test_half_requests_of_one_address_lock_nobody_out(self):
        for limit in ("max_connections_per_ip = 2", "max_connections_per_ip = 0"):
            with self.subTest(limit):
                served = self.serve(["format = 'json'", "host = '0.0.0.0'", "max_connections = 10", limit, "handshake_timeout_ms = 600000"],
                                    TABLE, ["SELECT clients FROM system.websocket_connections WHERE connection_name = 'inlet'", LOG])
                halves = self.half_requests(served.port, 400)
                others = []
                for n in range(3):
                    other = socket.create_connection(("127.0.0.1", served.port), 120, source_address=(f"127.0.0.{n + 2}", 0))
                    self.addCleanup(other.close)
                    other.sendall(upgrade().encode())
                    self.assertIn(b" 101 ", other.recv(1000))
                    others.append(other)
                self.assertEqual(served.step(), [{"clients": 3}])
                self.assertIn("gave way to others", "\n".join(row["message"] for row in served.step()))
                for connection in halves + others:
                    connection.close()
                self.finish(served)

    def test_an_address_has_its_connections_from_the_moment_they_are_accepted(self):
        served = self.serve(["format = 'json'", "max_connections_per_ip = 3", "handshake_timeout_ms = 600000"], TABLE)
        halves = self.half_requests(served.port, 3)
        with RawClient(served.port) as another:
            self.assertEqual(another.status, 429)
        halves.pop().close()
        self.assertTrue(self.becomes(101, lambda: self.status(served)))
        for connection in halves:
            connection.close()
        self.finish(served)

    def becomes(self, wanted, look, tries=600):
        for _ in range(tries):
            if look() == wanted:
                return True
        return False

    def test_auth_token_gets_401(self):
        served = self.serve(["format = 'json'", "auth_token = '${secret:feed}'"], TABLE,
                            arguments=["--secrets-dir", self.secrets(feed="open sesame")])
        with RawClient(served.port) as nobody:
            self.assertEqual((nobody.status, nobody.headers["www-authenticate"]), (401, 'Bearer realm="laminar"'))
        for wrong in ("Bearer open", "Bearer open sesame street", "Basic open sesame", "open sesame"):
            self.assertEqual(self.status(served, headers=[("Authorization", wrong)]), 401, wrong)
        self.assertEqual(self.status(served, headers=[("Authorization", "Bearer open sesame")]), 101)
        self.assertEqual(self.status(served, headers=[("authorization", "bearer open sesame")]), 101)
        self.assertNotIn("sesame", served.laminar.stderr.text)
        self.finish(served)

    def test_basic_auth_gets_401(self):
        served = self.serve(["format = 'json'", "basic_auth = 'feed:${secret:word}'"], TABLE,
                            arguments=["--secrets-dir", self.secrets(word="s:cret")])
        with RawClient(served.port) as nobody:
            self.assertEqual((nobody.status, nobody.headers["www-authenticate"]), (401, 'Basic realm="laminar"'))
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            Client(f"ws://feed:wrong@127.0.0.1:{served.port}/")
        self.assertEqual(refused.exception.status_code, 401)
        Client(f"ws://feed:s:cret@127.0.0.1:{served.port}/").__exit__()
        self.finish(served)

    def test_with_both_kinds_of_credentials_either_will_do(self):
        served = self.serve(["format = 'json'", "basic_auth = 'a:b'", "auth_token = 'c'"], TABLE)
        with RawClient(served.port) as nobody:
            self.assertEqual((nobody.status, nobody.headers["www-authenticate"]),
                             (401, 'Bearer realm="laminar", Basic realm="laminar"'))
        basic = "Basic " + base64.b64encode(b"a:b").decode()
        self.assertEqual(self.status(served, headers=[("Authorization", basic)]), 101)
        self.assertEqual(self.status(served, headers=[("Authorization", "Bearer c")]), 101)
        self.finish(served)

    def secrets(self, **values):
        folder = self.temporary_folder()
        for name, value in values.items():
            (folder / name).write_text(value)
        return folder

    def test_allowed_origins_gets_403(self):
        served = self.serve(["format = 'json'", "allowed_origins = ['https://app.example.com', 'https://b.example.com']"], TABLE)
        self.assertEqual(self.status(served), 403)
        self.assertEqual(self.status(served, headers=[("Origin", "https://evil.example.com")]), 403)
        self.assertEqual(self.status(served, headers=[("Origin", "https://app.example.com.evil.com")]), 403)
        self.assertEqual(self.status(served, headers=[("Origin", "https://b.example.com")]), 101)
        self.finish(served)

    def test_the_best_subprotocol_is_chosen(self):
        served = self.serve(["format = 'json'", "subprotocols = ['v2.feed', 'v1.feed']"], TABLE,
                            ["SELECT subprotocol FROM system.websocket_clients WHERE connection_name = 'inlet' ORDER BY subprotocol"])
        with Client(served.url(), subprotocols=["v0.feed", "v1.feed", "v2.feed"]) as both, \
                Client(served.url(), subprotocols=["v1.feed"]) as old, RawClient(served.port) as none:
            self.assertEqual((both.socket.subprotocol, old.socket.subprotocol), ("v2.feed", "v1.feed"))
            self.assertNotIn("sec-websocket-protocol", none.headers)
            self.assertEqual([row["subprotocol"] for row in served.step()], ["v1.feed", "v2.feed", None])
        self.finish(served)

    def test_host_decides_who_can_connect(self):
        served = self.serve(["format = 'json'", "host = '127.0.0.3'"], TABLE)
        with self.assertRaises(ConnectionRefusedError):
            RawClient(served.port)
        with RawClient(served.port, host="127.0.0.3") as client:
            self.assertEqual(client.status, 101)
        self.finish(served)

    @unittest.skipUnless(pathlib.Path("/proc/net/if_inet6").exists(), "there is no IPv6 here")
    def test_a_server_on_ipv6_takes_ipv4_too(self):
        served = self.serve(["format = 'json'", "host = '::'"], TABLE)
        with RawClient(served.port, host="::1") as six, RawClient(served.port) as four:
            self.assertEqual((six.status, four.status), (101, 101))
        self.finish(served)

    def test_who_a_client_is_can_be_asked_of_its_rows(self):
        served = self.serve(["format = 'json'", "path = '/collect'"], """
            CREATE TABLE events (n INT) WITH (connector = 'inlet');
            CREATE TABLE all_facts (n INT) WITH (connector = 'inlet', include_metadata = true);
            CREATE TABLE declared (n INT, query_parameters JSON, parameters TEXT WITH (json_path = '$.query_parameters'))
                WITH (connector = 'inlet');
            CREATE TABLE as_text (n INT, query_parameters TEXT) WITH (connector = 'inlet');
            """, ["""WAIT FOR events COUNT 2 TIMEOUT INTERVAL '100 seconds';
                     SELECT n, client_id, remote_address, tls_subject, query_parameters,
                            query_parameters ->> '$.room' AS room FROM events ORDER BY n;
                     SELECT query_parameters FROM all_facts WHERE n = 1;
                     SELECT query_parameters, parameters FROM declared WHERE n = 1;
                     SELECT query_parameters FROM as_text WHERE n = 1"""])
        with Client(served.url("/collect" + query(room="a & b", user="jörg"))) as first, Client(served.url("/collect")) as second:
            first.send('{"n": 1}')
            second.send('{"n": 2}')
            one, two, fact, declared, as_text = served.step()
            addresses = ["{}:{}".format(*client.socket.local_address[:2]) for client in (first, second)]
        self.assertEqual([one["remote_address"], two["remote_address"]], addresses)
        self.assertEqual((one["query_parameters"], one["room"]), ({"room": "a & b", "user": "jörg"}, "a & b"))
        self.assertEqual((two["query_parameters"], two["room"]), (None, None))
        self.assertEqual((one["tls_subject"], two["tls_subject"]), (None, None))
        self.assertNotEqual(one["client_id"], two["client_id"])
        self.assertEqual(fact["query_parameters"], {"room": "a & b", "user": "jörg"})
        self.assertEqual(declared, {"query_parameters": {"room": "a & b", "user": "jörg"}, "parameters": None})
        self.assertEqual(json.loads(as_text["query_parameters"]), {"room": "a & b", "user": "jörg"})
        self.finish(served)

    def test_parts_of_the_path_can_be_parameters(self):
        served = self.serve(["format = 'json'", "path = '/ocpp/{station}/{part}'"], """
            CREATE TABLE events (station TEXT AS (path_parameters ->> '$.station'), n INT) WITH (connector = 'inlet');
            """, ["""WAIT FOR events COUNT 2 TIMEOUT INTERVAL '100 seconds';
                     SELECT n, station, path_parameters, query_parameters FROM events ORDER BY n"""])
        for path, status in (("/ocpp/a", 404), ("/ocpp//a", 404), ("/ocpp/a/b/", 404), ("/a/b/c", 404)):
            with RawClient(served.port, path=path) as client:
                self.assertEqual(client.status, status, path)
        with Client(served.url("/ocpp/CP%207/a%2Fb?x=1")) as first, Client(served.url("/ocpp/CP8/c")) as second:
            first.send('{"n": 1}')
            second.send('{"n": 2, "path_parameters": {"station": "another"}}')
            one, two = served.step()
        self.assertEqual(one, {"n": 1, "station": "CP 7", "path_parameters": {"station": "CP 7", "part": "a/b"}, "query_parameters": {"x": "1"}})
        self.assertEqual(two, {"n": 2, "station": "CP8", "path_parameters": {"station": "CP8", "part": "c"}, "query_parameters": None})
        self.finish(served)

    def test_several_paths_with_a_subprotocol_each(self):
        served = self.serve(["format = 'json'", "path = ['/trades', '/stations/{station}', '/plain']", "subprotocols = ['v1']",
                             "path_subprotocols = MAP {'/stations/{station}': 'ocpp2.0.1, ocpp1.6'}"], """
            CREATE TABLE trades (n INT) WITH (connector = 'inlet', accept = MAP {'request_path': '/trades'});
            CREATE TABLE stations (n INT, station TEXT AS (path_parameters ->> '$.station')) WITH (connector = 'inlet', accept = MAP {'request_path': STARTS_WITH('/stations')});
            """, ["""WAIT FOR trades COUNT 1 TIMEOUT INTERVAL '100 seconds'; WAIT FOR stations COUNT 1 TIMEOUT INTERVAL '100 seconds';
                     SELECT n, request_path FROM trades; SELECT n, station, request_path FROM stations; SELECT messages_unmatched FROM system.connections WHERE connection_name = 'inlet'"""])
        with RawClient(served.port, path="/other") as client:
            self.assertEqual(client.status, 404)
        offered = ["v1", "ocpp1.6", "ocpp2.0.1"]
        with Client(served.url("/trades"), subprotocols=offered) as one, Client(served.url("/stations/CP1"), subprotocols=offered) as two, \
                Client(served.url("/plain"), subprotocols=offered) as three:
            self.assertEqual([each.socket.subprotocol for each in (one, two, three)], ["v1", "ocpp2.0.1", "v1"])
            three.send('{"n": 3}')
            three.ping()
            one.send('{"n": 1}')
            two.send('{"n": 2, "request_path": "/trades"}')
            rows = served.step()
        self.assertEqual(rows, [{"n": 1, "request_path": "/trades"}, {"n": 2, "station": "CP1", "request_path": "/stations/{station}"}, {"messages_unmatched": 1}])
        self.finish(served)


class TlsAdmissionTest(ServedTestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        folder = pathlib.Path(folder.name)
        cls.authority, cls.stranger = Authority(folder), Authority(folder, "stranger")
        cls.server = cls.authority.issue("server", "DNS:localhost,IP:127.0.0.1")
        cls.client = cls.authority.issue("sensor-7", "DNS:sensor-7")
        cls.forger = cls.stranger.issue("forger", "DNS:forger")

    def options(self, *more):
        certificate, key = self.server
        return ["format = 'json'", f"tls_cert = '{certificate}'", f"tls_key = '{key}'", *more]

    def test_tls(self):
        served = self.serve(self.options(), TABLE, [
            "WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds'; SELECT n, tls_subject FROM events", LOG])
        with Client(served.url("/", "wss", "localhost"), ssl=trusting(self.authority.certificate)) as client:
            client.send('{"n": 5}')
            self.assertEqual(served.step(), [{"n": 5, "tls_subject": None}])
        with self.assertRaises(ssl.SSLCertVerificationError):
            Client(served.url("/", "wss", "localhost"), ssl=trusting(self.stranger.certificate))
        with self.assertRaises((EOFError, ConnectionError)):
            RawClient(served.port)  # Plain HTTP on a TLS port.
        old = trusting(self.authority.certificate)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises(ssl.SSLError):
            RawClient(served.port, tls=old)
        log = "\n".join(row["message"] for row in served.step())
        self.assertIn("the client does not speak TLS", log)
        self.assertIn("TLS 1.2 is the least accepted", log)
        self.finish(served)

    def test_tls_with_pem_text_from_secrets(self):
        folder = self.temporary_folder()
        (folder / "cert").write_text(self.server[0].read_text())
        (folder / "key").write_text(self.server[1].read_text())
        (folder / "ca").write_text(self.authority.certificate.read_text())
        served = self.serve(["format = 'json'", "tls_cert = '${secret:cert}'", "tls_key = '${secret:key}'", "tls_client_ca = '${secret:ca}'"],
                            TABLE, arguments=["--secrets-dir", folder])
        context = trusting(self.authority.certificate)
        context.load_cert_chain(*self.client)
        with RawClient(served.port, tls=context) as client:
            self.assertEqual(client.status, 101)
        with self.assertRaises((EOFError, OSError)):
            RawClient(served.port, tls=trusting(self.authority.certificate))
        self.finish(served)

    def test_clients_show_certificates(self):
        served = self.serve(self.options(f"tls_client_ca = '{self.authority.certificate}'"), TABLE, [
            """WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds';
               SELECT e.n, e.tls_subject, c.tls_subject AS client_subject FROM events e
               JOIN system.websocket_clients c ON c.connection_name = e.connection_name AND c.client_id = e.client_id""", LOG])
        context = trusting(self.authority.certificate)
        context.load_cert_chain(*self.client)
        with Client(served.url("/", "wss", "localhost"), ssl=context) as client:
            client.send('{"n": 5}')
            self.assertEqual(served.step(), [{"n": 5, "tls_subject": "CN=sensor-7", "client_subject": "CN=sensor-7"}])
        forged = trusting(self.authority.certificate)
        forged.load_cert_chain(*self.forger)
        for refused in (trusting(self.authority.certificate), forged):
            # In TLS 1.3 the client learns of it when it reads.
            with self.assertRaises((EOFError, OSError)):
                RawClient(served.port, tls=refused)
        without, unknown = served.step()
        self.assertIn("the client showed no certificate", without["message"])
        self.assertIn('certificate authority "CN=laminar test stranger" is unknown (tls_client_ca can name it)', unknown["message"])
        self.finish(served)

    def test_certificates_that_cannot_be_used(self):
        certificate, key = self.server
        for options, problem in (
                (f"tls_cert = '{certificate}', tls_key = '{self.client[1]}'", "tls_key does not belong to the certificate of tls_cert"),
                (f"tls_cert = '/nowhere/cert.pem', tls_key = '{key}'", "tls_cert: cannot read file")):
            laminar = self.run_script(f"""
                CREATE CONNECTION inlet TO websocket (port = 0, mode = 'server', format = 'json', {options});
                {TABLE}
                WAIT FOR inlet TIMEOUT INTERVAL '60 seconds';
            """, expect=1)
            self.assertIn(problem, laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
