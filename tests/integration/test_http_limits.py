"""HTTP of laminar serve: who may come in, what is too much, and clients that behave badly."""

import http.client
import json
import socket
import ssl
import subprocess
import threading
import unittest
import urllib.parse

from certificates import self_signed
from http_serving import HttpTestCase, everything_of, trusting
from laminar_process import LIMIT_SECONDS, run

# More than any test waits for.
ENDLESS = "SELECT count(*) FROM range(1000000000000) AS r(i) WHERE hash(i) = 1"
HEAD = b"Host: 127.0.0.1\r\n"


def status_of(answer):
    return int(answer.split(b" ", 2)[1])


def query_request(sql, *lines):
    body = json.dumps({"sql": sql}).encode()
    return b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"".join(line + b"\r\n" for line in lines) + \
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class RequestTest(HttpTestCase):
    def test_what_is_not_there(self):
        served = self.serve()
        self.assertEqual(served.get("/nothing")[0], 404)
        self.assertEqual(served.get("/api/v1/catalog/")[0], 404)
        status, headers, body = served.request("GET", "/api/v1/query")
        self.assertEqual((status, headers["Allow"]), (405, "POST"))
        self.assertEqual(json.loads(body)["error"]["message"], "/api/v1/query takes POST")

    def test_what_can_be_got_can_be_asked_about(self):
        served = self.serve()
        connection = served.connect()
        for path in ("/healthz", "/readyz", "/metrics", "/", "/api/v1/catalog", "/api/v1/openapi.json"):
            status, headers, body = served.request("HEAD", path, connection=connection)
            self.assertEqual((status, body), (200, b""), path)
            self.assertGreater(int(headers["Content-Length"]), 10)
        for path, allowed in (("/api/v1/subscribe?sql=SELECT+1", "GET"), ("/api/v1/query", "POST")):
            status, headers, body = served.request("HEAD", path, connection=connection)
            self.assertEqual((status, headers["Allow"], body), (405, allowed, b""))
        self.assertEqual(served.request("HEAD", "/nothing", connection=connection)[0], 404)
        # The connection is where it was: no body came in between.
        self.assertEqual(served.request("GET", "/healthz", connection=connection)[2], b'{"status":"alive"}\n')
        connection.close()

    def test_requests_that_are_none(self):
        served = self.serve()
        for data, status in ((b"hello\r\n\r\n", 400), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n\r\n", 400),
                             (b"GET /healthz HTTP/1.1\r\n" + HEAD + HEAD + b"\r\n", 400), (b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", 400),
                             (b"GET /healthz HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400), (b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
                             (b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Content-Length: x\r\n\r\n", 400),
                             (b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
                             (b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", 400),
                             (b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400)):
            self.assertEqual(status_of(served.answer_to(data)), status, data)
        # It is as it was.
        self.assertEqual(served.rows("SELECT 1"), [[1]])

    def test_what_is_too_large(self):
        served = self.serve("", "--max-message-size", "100KiB")
        answer = served.answer_to(b"GET /healthz HTTP/1.1\r\n" + HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n")
        self.assertEqual(status_of(answer), 431)
        answer = served.answer_to(b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 100_000)
        self.assertEqual(status_of(answer), 431)
        answer = served.answer_to(query_request("SELECT 1 -- " + "x" * 110_000))
        self.assertEqual(status_of(answer), 413)
        self.assertIn(b"--max-message-size", answer)
        answer = served.answer_to(b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + b"x" * 0x8000 + b"\r\n" * 1
                                  + (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 4)
        self.assertEqual(status_of(answer), 413)
        # A length that is not kept is believed by nobody.
        answer = served.answer_to(b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Content-Length: 18446744073709551615\r\n\r\n")
        self.assertIn(status_of(answer), (400, 413))
        self.assertEqual(served.rows("SELECT 1 -- " + "x" * 90_000), [[1]])

    def test_a_body_in_chunks(self):
        served = self.serve()
        body = b'{"sql": "SELECT 40 + 2"}'
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        answer = served.answer_to(b"POST /api/v1/query HTTP/1.1\r\n" + HEAD + b"Connection: close\r\nContent-Type: application/json\r\n"
                                  b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        self.assertEqual(json.loads(answer.partition(b"\r\n\r\n")[2])["rows"], [[42]])

    def test_who_waits_for_100_gets_it(self):
        served = self.serve()
        head, _, body = query_request("SELECT 1", b"Expect: 100-continue", b"Connection: close").partition(b"\r\n\r\n")
        with served.raw() as client:
            client.sendall(head + b"\r\n\r\n")
            self.assertEqual(client.recv(25), b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(body)
            self.assertIn(b"200 OK", everything_of(client))

    def test_several_requests_at_once(self):
        served = self.serve()
        answer = served.answer_to(query_request("SELECT 1") + b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n" + query_request("SELECT 3", b"Connection: close"))
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 3)
        self.assertLess(answer.index(b"[1]"), answer.index(b"alive"))
        self.assertLess(answer.index(b"alive"), answer.index(b"[3]"))

    def test_half_requests_end(self):
        served = self.serve("", "--request-timeout", "300ms")
        self.assertEqual(served.answer_to(b""), b"")
        self.assertEqual(status_of(served.answer_to(b"GET /hea")), 408)
        self.assertEqual(status_of(served.answer_to(query_request("SELECT 1")[:-3])), 408)
        self.assertEqual(served.answer_to(query_request("SELECT 1")[:-3], end=True), b"")
        self.assertEqual(served.answer_to(b"GET /hea", end=True), b"")

    def test_bytes_that_drip(self):
        served = self.serve("", "--request-timeout", "500ms")
        with served.raw() as client:
            client.settimeout(0.02)
            answer = b""
            for byte in iter(lambda: b"x", None):
                try:
                    client.sendall(byte)
                    answer += client.recv(4096)
                    if answer: break
                except TimeoutError:
                    pass
                except ConnectionError:
                    break
            self.assertEqual(status_of(answer), 408)


class AdmissionTest(HttpTestCase):
    def test_other_names_are_refused(self):
        served = self.serve("", "--http-name", "metrics.example")
        for host, status in (("localhost", 200), (f"127.0.0.1:{served.port}", 200), ("[::1]:8433", 200), ("Metrics.Example:8433", 200), ("evil.example", 421),
                             ("127.0.0.1.evil.example", 421)):
            self.assertEqual(served.request("GET", "/healthz", Host=host)[0], status, host)
        self.assertIn("--http-name", served.get("/healthz", Host="evil.example")[1]["error"]["hint"])

    def test_pages_of_others_are_refused(self):
        served = self.serve()
        own = f"http://127.0.0.1:{served.port}"
        for headers, status in (({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": f"http://127.0.0.1:{served.port + 1}"}, 403),
                                ({"Origin": own}, 200), ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-origin"}, 200),
                                ({"Sec_Fetch_Site": "none"}, 200)):
            self.assertEqual(served.request("POST", "/api/v1/query", "SELECT 1", Content_Type="text/plain", **headers)[0], status, headers)
        # A link may lead here; and no answer may be read by another page.
        status, headers, _ = served.request("GET", "/healthz", Sec_Fetch_Site="cross-site")
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (200, None))

    def users(self, folder):
        tokens = {role: f"token-of-the-{role}-user" for role in ("read", "write", "admin")}
        lines = []
        for role, token in tokens.items():
            made = run("hash-password", f"{role}er", "--token", "--role", role, stdin=token + "\n")
            self.assertEqual(made.exit_code, 0, made.stderr.text)
            lines.append(made.stdout.text)
        (folder / "users").write_text("\n".join(lines) + "\n")
        return tokens

    def test_tokens_and_roles(self):
        folder = self.temporary_folder()
        tokens = self.users(folder)
        served = self.serve("CREATE TABLE items (id BIGINT); CREATE CONNECTION feed TO generator (rows_per_second = 100);"
                            "CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');", "--users", folder / "users")
        for path in ("/healthz", "/readyz"): self.assertEqual(served.get(path)[0], 200)
        for path in ("/api/v1/catalog", "/api/v1/subscribe?sql=SELECT+counter+FROM+ticks"):
            status, headers, body = served.request("GET", path)
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, 'Bearer realm="laminar"'))
        for authorization in ("Bearer guess", "Bearer", "Basic " + tokens["admin"], "Bearer " + tokens["admin"] + "x"):
            self.assertEqual(served.send_sql("SELECT 1", Authorization=authorization)[0], 401)
        wanted = {"SELECT count(*) FROM items": "read", "SHOW TABLES": "read", "INSERT INTO items VALUES (1)": "write", "CREATE VIEW v_{} AS SELECT 1 AS one": "admin"}
        order = list(tokens)
        for role, token in tokens.items():
            for sql, needed in wanted.items():
                allowed = order.index(role) >= order.index(needed)
                status, _, body = served.send_sql(sql.format(role), Authorization=f"bearer {token}")
                self.assertEqual(status, 200 if allowed else 403, (role, sql, body))
                if not allowed:
                    error = json.loads(body)["error"]
                    self.assertEqual((error["sql_state"], error["message"]), ("42501", f"this is for the role {needed}, and you have the role {role}"))
        # EventSource cannot send headers: the token may be a parameter there, and nowhere else.
        served.token = None
        connection = served.connect()
        connection.request("GET", f"/api/v1/subscribe?sql=SELECT+counter+FROM+ticks&access_token={tokens['read']}")
        self.assertEqual(connection.getresponse().status, 200)
        connection.sock.close()
        self.assertEqual(served.get(f"/api/v1/catalog?access_token={tokens['read']}")[0], 401)
        for token in tokens.values(): self.assertNotIn(token, served.laminar.stderr.text)

    def test_roles_hold_for_the_other_protocol_too(self):
        folder = self.temporary_folder()
        lines = [run("hash-password", "reader", "--role", "read", stdin="secret\n").stdout.text]
        (folder / "users").write_text("\n".join(lines) + "\n")
        served = self.serve("CREATE TABLE items (id BIGINT);", "--users", folder / "users", "--postgres", "127.0.0.1:0")
        line = served.wait_for_log("postgres: listening on")
        port = line.partition("127.0.0.1:")[2].split(";")[0].split()[0]
        def psql(sql):
            return subprocess.run(["psql", "-XqAt", "-h", "127.0.0.1", "-p", port, "-U", "reader", "-c", sql], text=True, capture_output=True,
                                  timeout=LIMIT_SECONDS, env={"PATH": "/usr/bin:/bin", "PGPASSWORD": "secret"})
        self.assertEqual(psql("SELECT count(*) FROM items").stdout, "0\n")
        self.assertIn("this is for the role write, and you have the role read", psql("INSERT INTO items VALUES (1)").stderr)
        self.assertIn("this is for the role admin", psql("DROP TABLE items").stderr)

    def test_who_may_ask_may_not_tell_or_dial(self):
        folder = self.temporary_folder()
        tokens = self.users(folder)
        lines = [run("hash-password", "asker", "--role", "read", stdin="secret\n").stdout.text]
        with (folder / "users").open("a") as users: users.write("\n".join(lines) + "\n")
        served = self.serve("""
            CREATE CONNECTION feed TO websocket (mode = 'server', port = 0, format = 'json', auto_ack = false);
            CREATE TABLE messages (text TEXT) WITH (connector = 'feed');
            CREATE VIEW done AS SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ok FROM messages;
        """, "--users", folder / "users", "--postgres", "127.0.0.1:0")
        port = served.wait_for_log("postgres: listening on").partition("127.0.0.1:")[2].split(";")[0].split()[0]
        for sql, what in (("SELECT ACKNOWLEDGE_MESSAGE(message_id) FROM messages", "ACKNOWLEDGE_MESSAGE"), ("SELECT * FROM done", "ACKNOWLEDGE_MESSAGE"),
                          ("SELECT 1 WHERE EXISTS (SELECT * FROM done)", "ACKNOWLEDGE_MESSAGE"), ("SELECT test_connection('feed')", "test_connection")):
            said = f"{what} does more than ask: it is for the role write, and you have the role read"
            status, _, body = served.send_sql(sql, Authorization=f"Bearer {tokens['read']}")
            error = json.loads(body)["error"]
            self.assertEqual((status, error["sql_state"], error["message"]), (403, "42501", said))
            status, body = served.get("/api/v1/subscribe?" + urllib.parse.urlencode({"sql": sql}), Authorization=f"Bearer {tokens['read']}")
            if what == "ACKNOWLEDGE_MESSAGE" and "EXISTS" not in sql:
                self.assertEqual((status, body["error"]["message"]), (403, said))
            for text in (sql, f"COPY ({sql}) TO STDOUT", f"BEGIN; DECLARE c CURSOR FOR {sql}"):
                psql = subprocess.run(["psql", "-XqAt", "-h", "127.0.0.1", "-p", port, "-U", "asker", "-c", text], text=True, capture_output=True,
                                      timeout=LIMIT_SECONDS, env={"PATH": "/usr/bin:/bin", "PGPASSWORD": "secret"})
                self.assertIn(said, psql.stderr, text)
            # A session that has served somebody else serves who may do more.
            self.assertEqual(served.send_sql(sql, Authorization=f"Bearer {tokens['write']}")[0], 200)

    def test_a_token_has_to_be_long(self):
        self.assertIn("at least 20 characters", run("hash-password", "a", "--token", stdin="short\n").stderr.text)
        self.assertIn("letters, digits", run("hash-password", "a", "--token", stdin="a token with spaces in it\n").stderr.text)

    def test_a_network_is_open_with_users_and_tls_alone(self):
        for arguments in ((), ("--insecure",)):
            refused = run("serve", "--http", "0.0.0.0:0", *arguments)
            self.assertEqual(refused.exit_code, 2)
            self.assertIn("--http 0.0.0.0:0 is open to the network: it needs passwords", refused.stderr.text)
        self.assertIn("is not HOST:PORT, such as 127.0.0.1:8433", run("serve", "--http", "8433").stderr.text)

    def test_tls(self):
        folder = self.temporary_folder()
        certificate, key = self_signed(folder, "server", "IP:127.0.0.1")
        served = self.serve("", "--tls-cert", certificate, "--tls-key", key)
        self.assertIn("https://", served.wait_for_log("http: listening on"))
        served.context = trusting(certificate)
        self.assertEqual(served.rows("SELECT 1"), [[1]])
        self.assertEqual(len(served.rows("SELECT i FROM range(100000) AS r(i)")), 100_000)
        with served.raw() as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n")
            self.assertNotIn(b"alive", everything_of(plain))
        with self.assertRaises(ssl.SSLError):
            http.client.HTTPSConnection("127.0.0.1", served.port, timeout=LIMIT_SECONDS).request("GET", "/healthz")
        # A query ends with the client over TLS, too.
        connection = served.connect()
        connection.request("POST", "/api/v1/query", ENDLESS, {"Content-Type": "text/plain"})
        connection.sock.close()
        served.laminar.interrupt()
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)


class LoadTest(HttpTestCase):
    def start_endless(self, served):
        """A client that waits for a query without an end."""
        client = served.raw()
        self.addCleanup(client.close)
        client.sendall(query_request(ENDLESS))
        return client

    def test_a_query_ends_when_its_client_goes(self):
        served = self.serve("", "--max-queries", "1")
        for _ in range(3):
            client = self.start_endless(served)
            while served.send_sql("SELECT 1")[0] != 503: pass
            client.close()
            # Its place is free again.
            while served.send_sql("SELECT 1")[0] != 200: pass

    def test_no_more_queries_than_so_many(self):
        served = self.serve("", "--max-queries", "2")
        clients = [self.start_endless(served) for _ in range(2)]
        while served.send_sql("SELECT 1")[0] != 503: pass
        status, headers, body = served.send_sql("SELECT 1")
        error = json.loads(body)["error"]
        self.assertEqual((headers["Retry-After"], error["message"], error["hint"]), ("1", "2 queries go on already", "laminar serve --max-queries allows more"))
        # What says how things are still works.
        self.assertEqual(served.get("/readyz")[0], 200)
        self.assertEqual(served.get("/api/v1/catalog")[0], 200)
        for client in clients: client.close()

    def test_a_statement_has_its_time(self):
        served = self.serve("", "--statement-timeout", "200ms")
        status, error = served.error(ENDLESS)
        self.assertEqual((status, error["sql_state"], error["message"]), (504, "57014", "the statement was cancelled: it has taken 200 ms (--statement-timeout)"))
        self.assertEqual(served.rows("SELECT 1"), [[1]])

    def test_the_time_holds_for_the_other_protocol_too(self):
        served = self.serve("", "--statement-timeout", "200ms", "--postgres", "127.0.0.1:0")
        port = served.wait_for_log("postgres: listening on").partition("127.0.0.1:")[2].split(";")[0]
        def psql(*statements):
            arguments = [argument for statement in statements for argument in ("-c", statement)]
            return subprocess.run(["psql", "-XqAt", "-h", "127.0.0.1", "-p", port, *arguments], text=True, capture_output=True, timeout=LIMIT_SECONDS)
        self.assertIn("it has taken 200 ms (statement_timeout)", psql(ENDLESS).stderr)
        # It is the default, which a client may change.
        self.assertEqual(psql("SHOW statement_timeout", "SET statement_timeout = 0", "SHOW statement_timeout").stdout, "200ms\n0\n")

    def test_200_connections(self):
        served = self.serve("CREATE TABLE items (id BIGINT); INSERT INTO items VALUES (7);")
        connections = [served.connect() for _ in range(200)]
        answers = []
        def ask(connection):
            status = 503
            while status == 503: status, _, body = served.send_sql("SELECT id FROM items", connection=connection)
            answers.append((status, json.loads(body)["rows"]))
        for _ in range(2):
            threads = [threading.Thread(target=ask, args=(connection,)) for connection in connections]
            for thread in threads: thread.start()
            for thread in threads: thread.join(LIMIT_SECONDS)
        self.assertEqual(answers, [(200, [[7]])] * 400)
        for connection in connections: connection.close()

    def test_idle_clients_give_way(self):
        served = self.serve()
        busy = served.connect()
        self.assertEqual(served.request("GET", "/healthz", connection=busy)[0], 200)
        idle = [served.raw() for _ in range(501)]
        for client in idle: self.addCleanup(client.close)
        # Whoever comes last is served, and the oldest has gone.
        self.assertEqual(served.get("/healthz")[0], 200)
        served.wait_for_log("gave way")
        self.assertEqual(everything_of(busy.sock), b"")

    def test_a_client_that_reads_slowly_stops_nobody(self):
        served = self.serve("CREATE TABLE items (id BIGINT);", "--write-timeout", "1s")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(LIMIT_SECONDS)
            client.connect(("127.0.0.1", served.port))
            client.sendall(query_request("SELECT i, repeat('x', 1000) AS text FROM range(1000000) AS r(i)"))
            self.assertTrue(client.recv(1))
            for number in range(5): served.query(f"INSERT INTO items VALUES ({number})")
            self.assertEqual(served.rows("SELECT count(*) FROM items"), [[5]])
            # One that takes nothing at all is left alone in the end.
            served.laminar.interrupt()
            self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)

    def test_the_end_is_told(self):
        served = self.serve("", "--max-queries", "1")
        client = self.start_endless(served)
        idle = served.connect()
        self.assertEqual(served.request("GET", "/healthz", connection=idle)[0], 200)
        while served.send_sql("SELECT 1")[0] != 503: pass
        served.laminar.interrupt()
        answer = everything_of(client)
        self.assertEqual(status_of(answer), 503)
        self.assertEqual(json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["sql_state"], "57P01")
        self.assertEqual(everything_of(idle.sock), b"")
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)

    def test_both_protocols_at_once(self):
        served = self.serve("CREATE TABLE items (id BIGINT); INSERT INTO items VALUES (7);", "--postgres", "127.0.0.1:0")
        port = served.wait_for_log("postgres: listening on").partition("127.0.0.1:")[2].split(";")[0]
        done = subprocess.run(["psql", "-XqAt", "-h", "127.0.0.1", "-p", port, "-c", "SELECT id FROM items"], text=True, capture_output=True,
                              timeout=LIMIT_SECONDS)
        self.assertEqual(done.stdout, "7\n")
        self.assertEqual(served.rows("SELECT id FROM items"), [[7]])

    def test_an_address_that_is_taken(self):
        served = self.serve()
        second = run("serve", "--http", f"127.0.0.1:{served.port}")
        self.assertEqual(second.exit_code, 1)
        self.assertIn("http: ", second.stderr.text)
        self.assertIn("already in use", second.stderr.text)


if __name__ == "__main__":
    unittest.main()
