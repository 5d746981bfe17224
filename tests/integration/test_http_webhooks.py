"""POST /api/v1/tables/NAME for those who are no users: what a table asks of them (its options webhook_...)."""

import base64
import hashlib
import hmac
import json
import unittest

from http_serving import HttpTestCase
from laminar_process import run

BODY = '{"id": 1}'
KEY = "the key that signs"
TOKEN = "token-of-the-sender-of-rows"
HOOKS = f"""
    CREATE TABLE open (id BIGINT);
    CREATE TABLE by_token (id BIGINT) WITH (webhook_auth_token = '${{secret:hook_token}}');
    CREATE TABLE signed (id BIGINT) WITH (webhook_hmac_secret = '${{secret:hook_key}}');
    CREATE TABLE both (id BIGINT) WITH (webhook_auth_token = '${{secret:hook_token}}', webhook_hmac_secret = '${{secret:hook_key}}',
        webhook_hmac_header = 'X-Signature', webhook_hmac_algorithm = 'sha512', webhook_max_bytes = 100);
    CREATE TABLE old (id BIGINT) WITH (webhook_hmac_secret = '${{secret:hook_key}}', webhook_hmac_algorithm = 'sha1', webhook_hmac_header = 'X-Hub-Signature');
    CREATE TABLE lost (id BIGINT) WITH (webhook_auth_token = '${{secret:nowhere}}');
"""


def signature(hash_name="sha256", body=BODY, key=KEY):
    return hmac.new(key.encode(), body.encode(), getattr(hashlib, hash_name))


class WebhookTest(HttpTestCase):
    def serve_hooks(self, *arguments, script=HOOKS):
        return self.serve(script, *arguments, environment={"LAMINAR_SECRET_HOOK_TOKEN": TOKEN, "LAMINAR_SECRET_HOOK_KEY": KEY})

    def post(self, served, table, body=BODY, **headers):
        status, _, answer = served.request("POST", f"/api/v1/tables/{table}", body, **headers)
        return status, json.loads(answer)

    def test_a_token_of_the_table(self):
        served = self.serve_hooks()
        self.assertEqual(self.post(served, "by_token", Authorization=f"Bearer {TOKEN}"), (200, {"accepted": 1}))
        self.assertEqual(self.post(served, "BY_TOKEN", Authorization=f"bearer {TOKEN}"), (200, {"accepted": 1}))
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": "Bearer "}):
            status, answer = self.post(served, "by_token", **wrong)
            self.assertEqual((status, answer["error"]["message"]), (401, "a token is needed"), wrong)
        # On loopback without users others need none.
        self.assertEqual(self.post(served, "open")[0], 200)
        self.assertEqual(served.rows("SELECT count(*) FROM by_token"), [[2]])
        self.assertNotIn(TOKEN, served.laminar.stderr.text)

    def test_a_signature_of_the_body(self):
        served = self.serve_hooks()
        for right in (f"sha256={signature().hexdigest()}", signature().hexdigest(), signature().hexdigest().upper(), base64.b64encode(signature().digest()).decode()):
            self.assertEqual(self.post(served, "signed", X_Hub_Signature_256=right), (200, {"accepted": 1}), right)
        for wrong in (signature(body="{}").hexdigest(), signature(key="another").hexdigest(), "sha1=" + signature("sha1").hexdigest(), "x", "sha256="):
            status, answer = self.post(served, "signed", X_Hub_Signature_256=wrong)
            self.assertEqual((status, answer["error"]["message"]), (401, "the signature is not that of the body"), wrong)
        self.assertEqual(self.post(served, "signed")[1]["error"]["message"], "a signature is needed")
        self.assertEqual(self.post(served, "old", X_Hub_Signature="sha1=" + signature("sha1").hexdigest())[0], 200)
        self.assertEqual(served.rows("SELECT count(*) FROM signed"), [[4]])

    def test_both_and_a_small_body(self):
        served = self.serve_hooks()
        signed = signature("sha512").hexdigest()
        self.assertEqual(self.post(served, "both", Authorization=f"Bearer {TOKEN}", X_Signature=signed)[0], 200)
        self.assertEqual(self.post(served, "both", X_Signature=signed)[0], 401)
        self.assertEqual(self.post(served, "both", Authorization=f"Bearer {TOKEN}")[0], 401)
        long = json.dumps([{"id": number} for number in range(20)])
        status, answer = self.post(served, "both", long, Authorization=f"Bearer {TOKEN}", X_Signature=signature("sha512", long).hexdigest())
        self.assertEqual((status, answer["error"]["message"]), (413, "a body has at most 100 bytes (webhook_max_bytes)"))
        head = f"POST /api/v1/tables/both HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nX-Signature: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = served.answer_to(head.encode() + b"80\r\n" + b" " * 128 + b"\r\n0\r\n\r\n")
        self.assertIn(b" 413 ", answer.splitlines()[0])

    def test_a_secret_that_is_not_there_lets_nobody_in(self):
        served = self.serve_hooks()
        status, answer = self.post(served, "lost", Authorization="Bearer x")
        self.assertEqual((status, answer["error"]["message"]), (503, "the table's secret cannot be found here"))
        served.wait_for_log('secret "nowhere" not found')

    def test_users_need_nothing_of_it(self):
        folder = self.temporary_folder()
        lines = [run("hash-password", f"{role}er", "--token", "--role", role, stdin=f"token-of-the-{role}-user\n").stdout.text for role in ("read", "write")]
        (folder / "users").write_text("\n".join(lines) + "\n")
        served = self.serve_hooks("--users", folder / "users")
        self.assertEqual(self.post(served, "signed", Authorization="Bearer token-of-the-write-user")[0], 200)
        self.assertEqual(self.post(served, "signed", Authorization="Bearer token-of-the-read-user")[0], 403)
        self.assertEqual(self.post(served, "signed", X_Hub_Signature_256=signature().hexdigest())[0], 200)
        self.assertEqual(self.post(served, "open", X_Hub_Signature_256=signature().hexdigest())[0], 401)
        # What comes in by the door of a table comes into that table alone.
        self.assertEqual(served.send_sql("SELECT 1", Authorization=f"Bearer {TOKEN}")[0], 401)

    def test_secrets_are_not_shown(self):
        served = self.serve_hooks(script="CREATE TABLE t (id BIGINT) WITH (webhook_auth_token = 'in clear');")
        self.assertIn("webhook_auth_token = '***'", served.rows("SHOW CREATE TABLE t")[0][0])
        folder = self.temporary_folder()
        (folder / "t.sql").write_text("CREATE TABLE t (id BIGINT) WITH (webhook_hmac_secret = 'in clear');\nSELECT * FROM t;")
        self.assertIn('L513', run("check", folder / "t.sql").stdout.text + run("check", folder / "t.sql").stderr.text)
        kept = run("run", "--data-dir", folder / "data", folder / "t.sql")
        self.assertEqual(kept.exit_code, 1)
        self.assertIn('"webhook_hmac_secret" is written in clear, and the statement would be kept', kept.stderr.text)


if __name__ == "__main__":
    unittest.main()
