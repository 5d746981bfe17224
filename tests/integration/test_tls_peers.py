"""TLS against openssl s_server and s_client, and behind nginx: what is wrong with a peer is refused, and said."""

import contextlib
import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from certificates import Authority, self_signed, server_context
from laminar_process import LIMIT_SECONDS, LaminarTestCase, Output
from websocket_peer import Client, FeedServer, free_port

MESSAGES = [json.dumps({"n": n}) for n in range(10)]


def wait_for_port(port, process):
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"{process.args[0]} does not listen on port {port}")
        time.sleep(0.02)


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen([*map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    process.output = Output(process.stdout)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.output.join()


class TlsTestCase(LaminarTestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        folder = pathlib.Path(cls.folder.name)
        cls.authority = Authority(folder)
        cls.stranger = Authority(folder, "stranger")
        cls.good = cls.authority.issue("good", "DNS:localhost,IP:127.0.0.1")
        cls.other = cls.authority.issue("other", "DNS:other.localhost")
        cls.expired = cls.authority.issue("expired", "DNS:localhost", days=-1)
        cls.client = cls.authority.issue("client", "DNS:client")
        cls.expired_client = cls.authority.issue("expiredclient", "DNS:client", days=-1)
        cls.strange_client = cls.stranger.issue("strangeclient", "DNS:client")
        cls.self_signed = self_signed(folder, "selfsigned", "DNS:localhost")


class TlsClientTest(TlsTestCase):
    @contextlib.contextmanager
    def openssl_server(self, pair, *arguments):
        # With port 0 it takes a free one, and says which. Not a probe of the port: s_server would show its failure as a
        # client's.
        with running("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pair[0], "-key", pair[1], "-www", *arguments) as server:
            said = server.output.wait_for(lambda line: line.startswith("ACCEPT "), "ready s_server")
            server.port = int(said.rpartition(":")[2])
            yield server

    def attempt(self, port, options="", ca=None, host="localhost"):
        """What one attempt to connect as a client says."""
        laminar = self.run_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'wss://{host}:{port}/', mode = 'client', format = 'json', reconnect = false,
                tls_ca_cert = '{ca or self.authority.certificate}'{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """, expect=1)
        return laminar.stderr.text

    def refused(self, pair, words, *arguments, **options):
        with self.openssl_server(pair, *arguments) as server:
            self.assertIn(words, self.attempt(server.port, **options))

    def test_a_good_certificate_passes(self):
        # s_server answers HTTP, so that the attempt comes as far as the WebSocket handshake.
        self.refused(self.good, "HTTP 200")

    def test_expired(self):
        self.refused(self.expired, 'certificate of "CN=expired" has expired on ')

    def test_self_signed(self):
        self.refused(self.self_signed, 'certificate of "CN=selfsigned" is self-signed and not trusted')
        self.refused(self.self_signed, "HTTP 200", ca=self.self_signed[0])

    def test_wrong_host(self):
        self.refused(self.other, 'wrong host: wanted "localhost", it is for other.localhost')
        self.refused(self.other, "HTTP 200", options=", tls_hostname_verification = false")

    def test_untrusted_authority(self):
        self.refused(self.good, 'certificate authority "CN=laminar test authority" is unknown', ca=self.stranger.certificate)

    def test_host_verification_off_still_verifies_the_authority(self):
        self.refused(self.other, "is unknown", ca=self.stranger.certificate, options=", tls_hostname_verification = false")
        self.refused(self.expired, "has expired", options=", tls_hostname_verification = false")

    def test_verification_off_takes_any(self):
        for pair in (self.expired, self.self_signed, self.other):
            self.refused(pair, "HTTP 200", ca=self.stranger.certificate, options=", tls_verify = false")

    def test_missing_client_certificate(self):
        demand = ("-Verify", "1", "-verify_return_error", "-CAfile", self.authority.certificate)
        self.refused(self.good, "the server requires a client certificate", *demand)
        show = ", tls_client_cert = '{}', tls_client_key = '{}'"
        self.refused(self.good, "HTTP 200", *demand, options=show.format(*self.client))
        self.refused(self.good, "refused our certificate as expired", *demand, options=show.format(*self.expired_client))
        self.refused(self.good, "does not know the authority of our certificate", *demand, options=show.format(*self.strange_client))

    def test_a_key_of_another_certificate(self):
        options = f", tls_client_cert = '{self.client[0]}', tls_client_key = '{self.expired_client[1]}'"
        self.assertIn("tls_client_key does not belong to the certificate of tls_client_cert", self.attempt(free_port(), options))

    def test_files_that_are_not_there(self):
        self.assertIn('tls_ca_cert: cannot read file "/nowhere/ca.pem"', self.attempt(free_port(), ca="/nowhere/ca.pem"))

    def test_tls_1_2_is_the_floor(self):
        self.refused(self.good, "no common protocol version (TLS 1.2 is the least accepted)", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        self.refused(self.good, "HTTP 200", "-tls1_2")
        self.refused(self.good, "HTTP 200", "-tls1_3")

    def test_server_name_indication(self):
        # s_server shows the second certificate to those who name the host.
        second = ("-servername", "localhost", "-cert2", self.good[0], "-key2", self.good[1])
        self.refused(self.other, "HTTP 200", *second)
        self.refused(self.other, "wrong host", *second, host="127.0.0.1")

    def nginx(self, port, upstream, *blocks):
        folder = self.temporary_folder()
        servers = "".join(f"""
            server {{
                listen 127.0.0.1:{port} ssl;
                server_name {name};
                ssl_certificate {pair[0]};
                ssl_certificate_key {pair[1]};
                {extra}
                location / {{
                    proxy_pass http://127.0.0.1:{upstream};
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection upgrade;
                    proxy_set_header X-Server-Name $ssl_server_name;
                    proxy_set_header X-Client $ssl_client_s_dn;
                    proxy_set_header X-Protocol $ssl_protocol;
                }}
            }}""" for name, pair, extra in blocks)
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
            events {{}}
            http {{ access_log off; {temporary} {servers} }}""")
        return running("nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf")

    def read_all(self, port, options="", host="localhost"):
        laminar = self.run_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'wss://{host}:{port}/', mode = 'client', format = 'json', reconnect = false,
                tls_ca_cert = '{self.authority.certificate}'{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            WAIT FOR events COUNT {len(MESSAGES)} TIMEOUT INTERVAL '60 seconds';
            SELECT COUNT(*) AS rows, SUM(n) AS total FROM events;
            DROP CONNECTION feed CASCADE;
        """)
        self.assertEqual(laminar.rows, [{"rows": 10, "total": 45}])

    def test_behind_nginx(self):
        port = free_port()
        demand = f"ssl_client_certificate {self.authority.certificate}; ssl_verify_client on;"
        with FeedServer(MESSAGES) as server, self.nginx(port, server.port, ("plain.localhost", self.other, ""),
                                                        ("localhost", self.good, demand)) as nginx:
            wait_for_port(port, nginx)
            show = f", tls_client_cert = '{self.client[0]}', tls_client_key = '{self.client[1]}'"
            self.read_all(port, show)
            headers = server.requests[0][1]
            self.assertEqual((headers["X-Server-Name"], headers["X-Client"]), ("localhost", "CN=client"))
            self.assertIn(headers["X-Protocol"], ("TLSv1.2", "TLSv1.3"))
            # nginx asks for the certificate only after the handshake of TLS, and answers 400 without.
            self.assertIn("HTTP 400", self.attempt(port))
            self.assertEqual(len(server.requests), 1)

    def test_the_key_may_be_pem_text_from_a_secret(self):
        port = free_port()
        folder = self.temporary_folder()
        for name, path in (("ca", self.authority.certificate), ("cert", self.client[0]), ("key", self.client[1])):
            (folder / name).write_text(path.read_text())
        context = server_context(*self.good, client_authority=self.authority.certificate)
        with FeedServer(MESSAGES, port=port, ssl=context):
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = 'wss://localhost:{port}/', mode = 'client', format = 'json',
                    tls_ca_cert = '${{secret:ca}}', tls_client_cert = '${{secret:cert}}', tls_client_key = '${{secret:key}}');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT {len(MESSAGES)} TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS rows FROM events;
                DROP CONNECTION feed CASCADE;""", "--secrets-dir", folder)
        self.assertEqual(laminar.rows, [{"rows": 10}])


class TlsServerTest(TlsTestCase):
    def serve(self, options=""):
        port = free_port()
        laminar = self.start_script(f"""
            CREATE CONNECTION hub TO websocket (mode = 'server', port = {port}, format = 'json', tls_cert = '{self.good[0]}',
                tls_key = '{self.good[1]}'{options});
            CREATE TABLE events (n INT) WITH (connector = 'hub');
            CREATE PIPELINE shown AS SELECT n FROM events;""", "--log-level", "info")
        laminar.stderr.wait_for(lambda line: "listening on wss://" in line, "listening server")
        return laminar, port

    def test_clients_with_tls(self):
        laminar, port = self.serve()
        context = self.trusting_context()
        with Client(f"wss://localhost:{port}/", ssl=context) as client:
            client.send(json.dumps({"n": 1}))
            laminar.stdout.wait_for(lambda line: '"n":1' in line, "row")
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_old_protocols_and_plain_text_are_refused(self):
        laminar, port = self.serve()
        with running("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"):
            laminar.stderr.wait_for(lambda line: "no common protocol version (TLS 1.2 is the least accepted)" in line, "refusal")
        with socket.create_connection(("127.0.0.1", port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            laminar.stderr.wait_for(lambda line: "the client does not speak TLS" in line, "refusal")

    def test_client_certificates(self):
        laminar, port = self.serve(f", tls_client_ca = '{self.authority.certificate}'")
        cases = {"the client showed no certificate": (),
                 'certificate of "CN=expiredclient" has expired': ("-cert", self.expired_client[0], "-key", self.expired_client[1]),
                 'certificate authority "CN=laminar test stranger" is unknown': ("-cert", self.strange_client[0], "-key", self.strange_client[1])}
        for words, show in cases.items():
            with running("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *show):
                laminar.stderr.wait_for(lambda line, words=words: words in line, f"refusal: {words}")
        context = self.trusting_context()
        context.load_cert_chain(*self.client)
        with Client(f"wss://localhost:{port}/", ssl=context) as client:
            client.send(json.dumps({"n": 1}))
            laminar.stdout.wait_for(lambda line: '"n":1' in line, "row")

    def trusting_context(self):
        return ssl.create_default_context(cafile=str(self.authority.certificate))


if __name__ == "__main__":
    unittest.main()
