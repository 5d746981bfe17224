"""wss: certificates are verified, host names too, and what is wrong is said."""

import json
import unittest

from certificates import Authority, server_context
from laminar_process import LaminarTestCase
from raw_server import Proxy
from websocket_peer import FeedServer

MESSAGES = [json.dumps({"n": n}) for n in range(100)]


class TlsTest(LaminarTestCase):
    @classmethod
    def setUpClass(cls):
        import pathlib
        import tempfile

        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        folder = pathlib.Path(cls.folder.name)
        cls.authority = Authority(folder)
        cls.stranger = Authority(folder, "stranger")
        cls.good = cls.authority.issue("good", "DNS:localhost,IP:127.0.0.1")
        cls.wrong_host = cls.authority.issue("wronghost", "DNS:elsewhere.example")
        cls.client = cls.authority.issue("client", "DNS:client")

    def script(self, server, options, host="localhost"):
        return f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url("/", "wss", host)}', mode = 'client', format = 'json',
                reconnect = false{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            WAIT FOR events COUNT {len(MESSAGES)} TIMEOUT INTERVAL '60 seconds';
            SELECT COUNT(*) AS rows, SUM(n) AS total FROM events;
            DROP CONNECTION feed CASCADE;
        """

    def read_all(self, server, options, host="localhost"):
        laminar = self.run_script(self.script(server, options, host))
        self.assertEqual(laminar.rows, [{"rows": 100, "total": 4950}])

    def refuse(self, server, options, *words):
        laminar = self.run_script(self.script(server, options), expect=1)
        for word in words:
            self.assertIn(word, laminar.stderr.text.lower())
        self.assertEqual(server.requests, [], "nothing was said before the peer was known")

    def test_a_trusted_certificate_is_accepted(self):
        with FeedServer(MESSAGES, ssl=server_context(*self.good)) as server:
            self.read_all(server, f", tls_ca_cert = '{self.authority.certificate}'")
            self.read_all(server, f", tls_ca_cert = '{self.authority.certificate}'", "127.0.0.1")

    def test_through_a_proxy(self):
        # The proxy is the only one who knows where that host is; the certificate is for its name.
        certificate = self.authority.issue("proxied", "DNS:feed.test")
        with FeedServer(MESSAGES, ssl=server_context(*certificate)) as server, Proxy({"feed.test:443": ("127.0.0.1", server.port)}) as proxy:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.test/', mode = 'client', format = 'json',
                    proxy = '{proxy.url()}', tls_ca_cert = '{self.authority.certificate}', reconnect = false);
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT {len(MESSAGES)} TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS rows, SUM(n) AS total FROM events;
                DROP CONNECTION feed CASCADE;
            """)
            self.assertEqual(laminar.rows, [{"rows": 100, "total": 4950}])
            self.assertEqual(proxy.requests, ["feed.test:443"])

    def test_the_authority_may_be_pem_text_from_a_secret(self):
        folder = self.temporary_folder()
        (folder / "ca").write_text(self.authority.certificate.read_text())
        with FeedServer(MESSAGES, ssl=server_context(*self.good)) as server:
            laminar = self.run_script(self.script(server, ", tls_ca_cert = '${secret:ca}'"), "--secrets-dir", folder)
        self.assertEqual(laminar.rows, [{"rows": 100, "total": 4950}])

    def test_an_unknown_authority_is_refused(self):
        with FeedServer(MESSAGES, ssl=server_context(*self.good)) as server:
            self.refuse(server, "", "certificate")
            self.refuse(server, f", tls_ca_cert = '{self.stranger.certificate}'", "certificate")

    def test_a_certificate_for_another_host_is_refused(self):
        authority = f", tls_ca_cert = '{self.authority.certificate}'"
        with FeedServer(MESSAGES, ssl=server_context(*self.wrong_host)) as server:
            self.refuse(server, authority, "host", "localhost")
            self.read_all(server, authority + ", tls_hostname_verification = false")

    def test_verification_can_be_switched_off(self):
        with FeedServer(MESSAGES, ssl=server_context(*self.wrong_host)) as server:
            self.read_all(server, ", tls_verify = false")

    def test_a_client_certificate_is_shown(self):
        certificate, key = self.client
        context = server_context(*self.good, client_authority=self.authority.certificate)
        authority = f", tls_ca_cert = '{self.authority.certificate}'"
        with FeedServer(MESSAGES, ssl=context) as server:
            self.read_all(server, f"{authority}, tls_client_cert = '{certificate}', tls_client_key = '{key}'")

    def test_a_plain_server_is_no_tls_server(self):
        with FeedServer(MESSAGES) as server:
            self.refuse(server, f", tls_ca_cert = '{self.authority.certificate}'", "tls")


if __name__ == "__main__":
    unittest.main()
