"""Secrets, and credentials in URLs, never appear: not in logs, errors, SHOW CREATE, DESCRIBE, system tables, dead letters, the summary.
Every value that must not appear has the word HUSH in it; whatever laminar prints is searched for it."""

import base64
import json
import unittest
import urllib.parse

from certificates import Authority, server_context
from laminar_process import Laminar, LaminarTestCase
from websocket_peer import Client, FeedServer, free_port

WORD = "hush7f3a"
INSPECTION = """
    SHOW CONNECTIONS;
    SHOW CREATE CONNECTION {name};
    DESCRIBE {name};
    EXPLAIN SELECT * FROM {table};
    SELECT * FROM system.websocket_connections;
    SELECT * FROM system.websocket_logs;
    SELECT * FROM system.dead_letters;
    SELECT * FROM system.tables;
    SELECT test_connection('{name}') AS result;
"""


def secret(name):
    return f"{WORD}-{name}-0123456789"


class EchoingServer(FeedServer):
    """Sends its messages, and sends back, as messages that cannot be used, all that it was told: the path, the headers, the messages."""

    async def serve_client(self, client):
        for message in self.messages:
            await client.send(message)
        for name, value in client.request_headers.raw_items():
            await client.send(f"broken {name}: {value}")
        await client.send("broken " + client.path)
        # A secret across the place where a long message is cut, and as bytes.
        await client.send("broken " + "x" * 4080 + client.request_headers.get("X-Api-Key", ""))
        await client.send("broken " + "x" * 100 + client.request_headers.get("X-Api-Key", ""))
        await client.send(b"\xff" + client.request_headers.get("X-Api-Key", "").encode())
        async for message in client:
            await self._remember(message)
            await client.send("broken " + message)


class QuotingServer(FeedServer):
    """Sends back, as fields of good messages, the key that it was told in a header, also as a part of longer texts and encoded."""

    async def serve_client(self, client):
        key = client.request_headers["X-API-Key"]
        forms = (key, "key=" + key, urllib.parse.quote(key, safe=""), base64.b64encode(b"u:" + key.encode()).decode(),
                 json.dumps({"key": key}), "x" * 45 + key, "x" * 30 + key)
        for number, form in enumerate(forms):
            await client.send(json.dumps({"n": number, "h": form, "mood": form, "message_id": form}))
        await client.wait_closed()


class RedactionTest(LaminarTestCase):
    def setUp(self):
        self.secrets = self.temporary_folder()

    def put(self, name, value=None):
        (self.secrets / name).write_text((value or secret(name)) + "\n")
        return "${secret:" + name + "}"

    def assert_silent(self, laminar):
        output = laminar.stdout.text + "\n" + laminar.stderr.text
        self.assertNotIn(WORD, output)
        self.assertNotIn(WORD, urllib.parse.unquote(output))
        # Also where rows show bytes, and where credentials travel encoded.
        for shift in range(3):
            encoded = base64.b64encode(b"x" * shift + WORD.encode()).decode()
            core = encoded[(0, 2, 3)[shift]:len(encoded) - 4]
            self.assertNotIn(core, output)
        self.assertNotIn("PRIVATE KEY", output)
        for line in self.key_lines:
            self.assertNotIn(line, output)

    key_lines = ()

    def run_everywhere(self, script, *arguments, expect, **options):
        for log_format in ("text", "json"):
            with Laminar("run", "--format", "json", "--log-level", "trace", "--log-format", log_format, "--secrets-dir", self.secrets,
                         *arguments, "-e", script, **options) as laminar:
                code = laminar.wait()
            self.assertEqual(code, expect, laminar.stderr.text[-3000:])
            self.assert_silent(laminar)
        return laminar

    def client_script(self, server, **references):
        return f"""
            CREATE CONNECTION feed TO websocket (
                endpoint = 'ws://127.0.0.1:{server.port}/p?token={references["token"]}&plain=shown',
                mode = 'client', format = 'json', dlq_enabled = true, reconnect_interval_ms = 100,
                headers = MAP {{'X-API-Key': '{references["key"]}', 'Cookie': 'session={references["cookie"]}'}},
                subscribe_message = JSON_OBJECT('login': '{references["login"]}'), auto_ack = false,
                ack_message = JSON_OBJECT('with': '{references["ack"]}', 'id': '${{message_id}}'));
            CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');
            CREATE TABLE errors (error_type TEXT, error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
            CREATE TABLE dead (error_message TEXT, failed_message TEXT, data BYTEA) WITH (connector = 'feed', stream = 'dlq');
            WAIT FOR dead COUNT 10 TIMEOUT INTERVAL '60 seconds';
            SELECT * FROM errors;
            SELECT * FROM dead;
            SELECT data, decode(data) AS text FROM dead WHERE failed_message LIKE 'broken%';
            {INSPECTION.format(name="feed", table="events")}
            DROP CONNECTION feed CASCADE;
        """

    def check_references(self, *arguments, **options):
        self.check_client({name: f"${{secret:{name}}}" for name in self.references}, *arguments, **options)

    def check_client(self, references, *arguments, **options):
        with EchoingServer([]) as server:
            laminar = self.run_everywhere(self.client_script(server, **references), *arguments, expect=0, **options)
            path, headers = server.requests[0]
        # They were used, and something was told about all of it.
        self.assertIn(secret("token"), path)
        self.assertEqual(headers["X-API-Key"], secret("key"))
        if references["login"].startswith("$"):
            self.assertEqual(json.loads(server.received[0]), {"login": secret("login")})
        self.assertIn("X-API-Key: ***", laminar.stdout.text)
        self.assertIn("decode_error", laminar.stderr.text)
        self.assertIn("plain=shown", laminar.stdout.text)

    references = ("token", "key", "cookie", "login", "ack")

    def test_what_a_client_is_given_by_reference(self):
        for name in self.references:
            self.put(name)
        self.check_references()

    def test_secrets_of_an_env_file(self):
        env_file = self.temporary_folder() / "secrets.env"
        forms = ("{name}={value}", "export {upper}='{value}'", 'LAMINAR_SECRET_{upper}="{value}"', "{upper} = {value}", "{name}={value}")
        env_file.write_text("".join(form.format(name=name, upper=name.upper(), value=secret(name)) + "\n"
                                    for name, form in zip(self.references, forms)))
        self.check_references("--env-file", env_file)

    def test_secrets_of_the_environment(self):
        self.check_references(environment={f"LAMINAR_SECRET_{name.upper()}": secret(name) for name in self.references})

    def test_a_secret_stays_one_value_inside_json(self):
        """Whatever it holds: the message is JSON, and neither it nor its escaped form is told to anybody."""
        value = f'{WORD}"\\\t{{}}-é'
        self.put("login", value)
        options = """subscribe_message = [JSON_OBJECT('login': '${secret:login}'), 'plain ${secret:login}'], auto_ack = false,
            ack_message = JSON_OBJECT('with': '${secret:login}', 'id': '${message_id}')"""
        with EchoingServer(['{"message_id": "a\\"b", "n": 1}']) as server:
            self.run_everywhere(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', {options});
                CREATE PIPELINE acknowledge AS SELECT n, ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM feed;
                CREATE TABLE errors (failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
                WAIT FOR errors COUNT 8 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR acknowledge COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT * FROM errors;
                DROP CONNECTION feed CASCADE;""", expect=0)
            first, second = server.received[:2]
            acknowledgements = [json.loads(text) for text in server.received if text.startswith('{"with')]
        self.assertEqual(json.loads(first), {"login": value})
        self.assertEqual(second, "plain " + value)
        self.assertEqual(acknowledgements[0], {"with": value, "id": 'a"b'})

    def test_credentials_of_proxies(self):
        proxy_port, port = free_port(), free_port()
        password = secret("proxy")
        right = f"alice:{password}@127.0.0.1:{proxy_port}"
        for proxy in (f"http://{right}", right, self.put("whole", f"http://{right}"),
                      f"http://alice:{self.put('part', password)}@127.0.0.1:{proxy_port}",
                      # What is malformed shows when the secret is looked up.
                      self.put("slash", f"http://alice:{WORD}/{password}@127.0.0.1:{proxy_port}"),
                      self.put("scheme", f"alice:{password}://127.0.0.1:{proxy_port}"),
                      self.put("port", f"http://alice:{password}@127.0.0.1:{WORD}"),
                      self.put("space", f"http://alice:{WORD} {password}@127.0.0.1:{proxy_port}")):
            with self.subTest(proxy):
                laminar = self.run_everywhere(f"""
                    CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{port}/', mode = 'client', format = 'json',
                        reconnect = false, proxy = '{proxy}');
                    SHOW CREATE CONNECTION feed;
                    SELECT test_connection('feed') AS result;
                    CREATE TABLE events (n INT) WITH (connector = 'feed');""", expect=1)
                self.assertIn("proxy", laminar.stderr.text)

    def test_what_a_client_is_given_in_plain_text(self):
        """Places that Laminar writes by itself are silent, and so are those that show what the peer sends back."""
        self.check_client({name: secret(name) for name in ("token", "key", "cookie")} | {"login": "nobody", "ack": "nothing"})
        with FeedServer([json.dumps({"n": 1})]) as server:
            script = f"""
                CREATE CONNECTION feed TO websocket (
                    endpoint = 'ws://127.0.0.1:{server.port}/p?token={secret("token")}',
                    mode = 'client', format = 'json',
                    headers = MAP {{'X-API-Key': '{secret("key")}', 'Authorization': 'Bearer {secret("bearer")}'}});
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 1 TIMEOUT INTERVAL '60 seconds';
                {INSPECTION.format(name="feed", table="events")}
                DROP CONNECTION feed CASCADE;"""
            self.run_everywhere(script, expect=0)
            self.assertIn(secret("token"), server.requests[0][0])

    def test_connections_that_fail(self):
        port = free_port()
        address = f"127.0.0.1:{port}/p?token={self.put('token')}&access_key={secret('literal')}"
        for scheme in ("ws", "wss"):
            self.run_everywhere(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{scheme}://{address}', mode = 'client', format = 'json', reconnect = false,
                    headers = MAP {{'Authorization': 'Bearer {self.put("bearer")}'}});
                SELECT test_connection('feed') AS result;
                CREATE TABLE events (n INT) WITH (connector = 'feed');
            """, expect=1)

    def test_a_server_and_those_it_turns_away(self):
        folder = self.temporary_folder()
        authority = Authority(folder)
        certificate, key = authority.issue("localhost", "DNS:localhost,IP:127.0.0.1")
        pem = key.read_text()
        self.key_lines = [line for line in pem.splitlines() if "-" not in line]
        import ssl

        for options, right in ((f"auth_token = '{self.put('token')}', tls_key = '{self.put('pem', pem)}'", f"Bearer {secret('token')}"),
                               (f"auth_token = '{secret('plain')}', tls_key = '{pem}'", f"Bearer {secret('plain')}"),
                               (f"basic_auth = 'feed:{self.put('pass')}', tls_key = '{key}'",
                                "Basic " + base64.b64encode(f"feed:{secret('pass')}".encode()).decode())):
            for log_format in ("text", "json"):
                port = free_port()
                laminar = self.start_script(f"""
                    CREATE CONNECTION hub TO websocket (mode = 'server', port = {port}, format = 'json', dlq_enabled = true,
                        tls_cert = '{certificate}', {options});
                    CREATE TABLE events (n INT) WITH (connector = 'hub');
                    CREATE TABLE errors (error_message TEXT, failed_message TEXT) WITH (connector = 'hub', stream = 'errors');
                    WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                    {INSPECTION.format(name="hub", table="events")}
                    SELECT * FROM errors;
                    DROP CONNECTION hub CASCADE;
                """, "--log-level", "trace", "--log-format", log_format, "--secrets-dir", self.secrets)
                laminar.stderr.wait_for(lambda line: "listening on wss" in line, "listening server")
                context = ssl.create_default_context(cafile=str(authority.certificate))
                url = f"wss://localhost:{port}/"
                with self.assertRaises(Exception):
                    Client(url, ssl=context, extra_headers={"Authorization": right[:-1]})
                laminar.stderr.wait_for(lambda line: "401" in line, "refusal")
                with Client(url, ssl=context, extra_headers={"Authorization": right}) as client:
                    client.send("broken" if "plain" in right else f"broken {right}")
                    self.assertEqual(laminar.wait(), 0, laminar.stderr.text[-3000:])
                self.assert_silent(laminar)

    def test_values_that_the_engine_quotes(self):
        """A peer sends back what it was told, and the engine quotes it in the error of a cast: wherever that happens, nobody reads it."""
        key = self.put("key", f'{WORD}"-key/0123456789')
        with QuotingServer([]) as server:
            declarations = f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', dlq_enabled = true,
                    headers = MAP {{'X-API-Key': '{key}'}});
                CREATE TABLE events (n INT, h TEXT) WITH (connector = 'feed');
                CREATE TABLE errors (error_type TEXT, error_message TEXT, message_id TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE dead (error_message TEXT, message_id TEXT) WITH (connector = 'feed', stream = 'dlq');"""
            pipelines = """
                CREATE PIPELINE casts AS SELECT n, CAST(h AS INTEGER) AS h FROM events;
                CREATE PIPELINE json_casts AS SELECT n, h::JSON->>'$.x' AS x FROM events;
                CREATE PIPELINE direct AS SELECT n, CAST(h AS DATE) AS d FROM feed;
                CREATE TABLE numbers (h INTEGER);
                CREATE PIPELINE sink AS INSERT INTO numbers SELECT h FROM events;
                CREATE TABLE echo (h INTEGER) WITH (connector = 'feed');
                CREATE PIPELINE sending AS INSERT INTO echo SELECT h FROM events;
                CREATE TABLE moods (mood ENUM('good', 'bad'), n INT DEFAULT 7) WITH (connector = 'feed');
                CREATE TABLE bits (h BIT DEFAULT '101', n INT) WITH (connector = 'feed');
                CREATE TABLE timed (n INT, h TEXT, ts TIMESTAMP, WATERMARK FOR ts AS CAST(h AS TIMESTAMP)) WITH (connector = 'feed');
                CREATE PIPELINE windows AS SELECT COUNT(*) AS c, SUM(CAST(h AS INTEGER)) AS s, TUMBLE(ts, INTERVAL '1 s') AS w
                    FROM timed GROUP BY w;"""
            inspections = f"""
                WAIT FOR errors COUNT 35 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR dead COUNT 35 TIMEOUT INTERVAL '60 seconds';
                SELECT * FROM errors;
                SELECT * FROM dead;
                SELECT * FROM system.pipelines;
                {INSPECTION.format(name="feed", table="events")}
                SHOW PIPELINES;"""
            laminar = self.run_everywhere(declarations + pipelines + inspections + "DROP CONNECTION feed CASCADE;", expect=0)
            for where in ("casts", "json_casts", "direct", "sink", "sending", "moods", "bits"):
                self.assertIn(f"{where}", laminar.stdout.text)
            self.assertRegex(laminar.stdout.text, r"Could not convert string '(key=)?\*\*\*' to INTEGER")
            for statement in ("SELECT CAST(h AS INTEGER) FROM events;", "INSERT INTO numbers SELECT h FROM events;",
                              "CREATE TABLE copies AS SELECT CAST(h AS DATE) AS d FROM events;", "SELECT h::JSON->'x' FROM events;",
                              "SELECT error(h) FROM events;"):
                with self.subTest(statement):
                    self.run_everywhere(declarations + "CREATE TABLE numbers (h INTEGER); WAIT FOR events COUNT 7 TIMEOUT "
                                        "INTERVAL '60 seconds'; " + statement, expect=1)

    def test_a_pipeline_that_fails(self):
        """Its reason is in the summary of the run, in what is waited for, in the shell, and in system tables."""
        self.put("key")
        with QuotingServer([]) as server:
            script = f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    headers = MAP {{'X-API-Key': '${{secret:key}}'}});
                CREATE TABLE events (n INT, h TEXT) WITH (connector = 'feed');
                CREATE PIPELINE totals AS SELECT h, SUM(CAST(h AS INTEGER)) AS s FROM events GROUP BY h;
                CREATE TABLE stored (h TEXT PRIMARY KEY, s HUGEINT);
                CREATE PIPELINE stores AS INSERT INTO stored SELECT h, SUM(CAST(error(h) AS INTEGER)) FROM events GROUP BY h;
                WAIT FOR events COUNT 7 TIMEOUT INTERVAL '60 seconds';
                SELECT name, last_error FROM system.pipelines;"""
            for waiting in ("", "WAIT FOR totals COUNT 100 TIMEOUT INTERVAL '1 second';"):
                with Laminar("run", "--secrets-dir", self.secrets, "--until-idle", "1s", "-e", script + waiting) as laminar:
                    laminar.wait()
                self.assert_silent(laminar)
            shell = self.start_shell("--secrets-dir", self.secrets)
            shell.execute(script + "SELECT * FROM system.pipelines;")
            shell.process.stdin.write(b"SELECT CAST(h AS INTEGER) FROM events;\n")
            self.assertEqual(shell.leave(), 1)
            self.assert_silent(shell)

    def test_reports_of_tests(self):
        """The value stands in a recorded message, as somebody recorded it; the report does not repeat it."""
        self.put("key")
        folder = self.temporary_folder()
        (folder / "feed.sql").write_text("""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:1/', mode = 'client', format = 'json',
                headers = MAP {'X-API-Key': '${secret:key}'});
            CREATE TABLE events (n INT, h TEXT) WITH (connector = 'feed');
            CREATE PIPELINE passes AS SELECT n, h FROM events;""")
        message = json.dumps({"n": 1, "h": secret("key")})
        for number, expectation in enumerate((f"@expect passes\n{json.dumps({'n': 2})}", "@expect query SELECT CAST(h AS INTEGER) FROM events\n",
                                              "@expect query SELECT error(h) FROM events\n")):
            (folder / f"some{number}.test").write_text(f"@script feed.sql\n@test one\n@input feed\n{message}\n{expectation}\n")
        for report in ("text", "junit"):
            with self.subTest(report):
                with Laminar("test", "--format", report, "--log-level", "trace", "--secrets-dir", self.secrets, folder) as laminar:
                    self.assertEqual(laminar.wait(), 1, laminar.stderr.text)
                self.assert_silent(laminar)
                self.assertIn("***", laminar.stdout.text)

    def test_secrets_in_urls_are_encoded(self):
        """Whatever a secret holds, it is one value of the query and one step of the path or several."""
        value = f"{WORD}+a b&c=d%#?/é"
        for reference, path in (("/p?token={}&plain=1", "/p?token=" + urllib.parse.quote(value, safe="") + "&plain=1"),
                                ("/in/{}/out", "/in/" + urllib.parse.quote(value, safe="/") + "/out")):
            with FeedServer([json.dumps({"n": 1})]) as server:
                self.run_everywhere(f"""
                    CREATE CONNECTION feed TO websocket (endpoint = '{server.url(reference.format(self.put("token", value)))}',
                        mode = 'client', format = 'json');
                    CREATE TABLE events (n INT) WITH (connector = 'feed');
                    WAIT FOR events COUNT 1 TIMEOUT INTERVAL '60 seconds';
                    SELECT endpoint FROM system.websocket_connections;
                    DROP CONNECTION feed CASCADE;""", expect=0)
                self.assertEqual(server.requests[0][0], path)
        # A secret that is the URL itself is taken as it is.
        with FeedServer([json.dumps({"n": 1})]) as server:
            self.run_everywhere(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{self.put("url", server.url("/p?token=a%20b"))}', mode = 'client', format = 'json');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 1 TIMEOUT INTERVAL '60 seconds';
                DROP CONNECTION feed CASCADE;""", expect=0)
            self.assertEqual(server.requests[0][0], "/p?token=a%20b")

    def test_mistakes_in_statements(self):
        proxy = "CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'ws://h/', proxy = '{}');"
        for statement in (
            *(proxy.format(url) for url in (
                f"socks5://alice:{secret('url')}@proxy:1", f"http://alice:{WORD}/{secret('url')}@proxy:1", f"alice:{secret('url')}@proxy:1/x",
                f"http://alice:{WORD} {secret('url')}@proxy:1", f"alice:{secret('url')}@http://proxy:1", f"http://alice:{secret('url')}@:1",
                f"http://alice:{secret('url')}@proxy:port")),
            # Literals of several lines, with the mistake on any of them, and with a comment that looks like one.
            f"CREATE CONNECTION feed TO websocket (mode = 'server', port = 0, format = 'json', -- it's\n auth_token =\n 'one\n{secret('token')}\n', nonsense = 1);",
            f"CREATE CONNECTION feed TO websocket (mode = 'server', port = 0, format = 'json', tls_key = 'one\n{secret('pem')}', nonsense = 1);",
            f"CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'ws://alice:\n{secret('url')}@h/', nonsense = 1);",
            f"CREATE CONNECTION feed TO websocket (endpoint = 'http://user:{secret('url')}@host/?token={secret('query')}', mode = 'client', format = 'json');",
            f"CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'ws://h/',\n auth_token = '{secret('token')}');",
            f"CREATE CONNECTION feed TO websocket (mode = 'server', port = 0, format = 'json',\n auth_token = 17, basic_auth = '{secret('basic')}');",
        ):
            with self.subTest(statement):
                self.run_everywhere(statement, expect=1)


if __name__ == "__main__":
    unittest.main()
