"""Every step of a handshake, and every way in which it can fail: state, error, delays, and no secret in any of it."""

import json
import unittest

from dialogue_peer import SECRET, Hub, WaitingHub
from laminar_process import LaminarTestCase

TOKEN = SECRET["LAMINAR_SECRET_TOKEN"]
# What a peer says at the steps that expect something, and quotes when it refuses.
SAYS = {1: {"op": "hello", "salt": "salt"}, 3: {"op": "challenge", "n": 4}, 5: {"op": "ready"}}
STEPS = """handshake = [
    MAP {'expect': MAP {'$.op': 'hello'}, 'refuse': MAP {'$.op': 'no'}, 'timeout_ms': PATIENCE},
    MAP {'send': JSON_OBJECT('op': 'identify', 'token': SECRET('token'))},
    MAP {'expect': MAP {'$.op': 'challenge'}, 'refuse': MAP {'$.op': 'no'}, 'timeout_ms': PATIENCE},
    MAP {'send': JSON_OBJECT('op': 'answer', 'n': RECEIVED('$.n') + 1, 'mac': HMAC_SHA256(SECRET('token'), 'x'))},
    MAP {'expect': MAP {'$.op': 'ready'}, 'refuse': MAP {'$.op': 'no'}, 'timeout_ms': PATIENCE}]"""


def until(step):
    """A peer's script up to the moment at which that step waits."""
    script = []
    for number, message in SAYS.items():
        if number >= step:
            return script
        script += [message, "receive"]
    return script


def awaited(step):
    return f"message with $.op = {SAYS[step]['op']}"


class HandshakeFaultsTest(LaminarTestCase):
    def check(self, server, expected, options="", patience=60000, attempts=4, step=None):
        """Every attempt ends as expected says, the delays grow, nothing is ever connected, and no secret is shown."""
        shell = self.start_shell(environment=SECRET)
        shell.execute(f"""
            CREATE CONNECTION hub TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20,
                reconnect_backoff_multiplier = 3, max_reconnect_interval_ms = 50, max_reconnect_attempts = 3, reconnect_stable_ms = 0,
                dlq_enabled = true, {STEPS.replace("PATIENCE", str(patience))}{options});
            CREATE TABLE events (n INT) WITH (connector = 'hub', accept = MAP {{'$.row': EXISTS}});
            CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'hub', stream = 'errors');
        """)
        if step:
            reason = f"step {step} of handshake: waits for a {awaited(step)}"
            shell.wait_until("connection_state, state_reason", "system.websocket_connections", lambda rows: rows == [["connecting", reason]])
            server.go_on()
        reason, error = shell.wait_for_state("hub", "failed")
        self.assertIn(expected, error)
        errors = shell.select("error_type, error_message", "errors")
        self.assertEqual([row[0] for row in errors], ["connection"] * attempts)
        for row in errors:
            self.assertIn(expected, row[1])
        self.assertEqual(len(server.requests), attempts)
        self.assertEqual(shell.select("COUNT(*)", "system.websocket_gaps"), [[0]])
        self.assertEqual(shell.select("messages_failed, dead_letters, connected_since", "system.websocket_connections"), [[0, 0, None]])
        if attempts == 4:
            self.assertIn("max_reconnect_attempts (3) reached", reason)
            waits = shell.select("message", "system.websocket_logs WHERE event = 'reconnecting'")
            self.assertEqual(["".join(wait).partition("(")[2] for wait in waits], [f"at most {limit} ms)" for limit in (20, 50, 50)])
        shown = json.dumps(shell.execute("SELECT * FROM system.connections; SELECT * FROM system.websocket_logs; "
                                         "SELECT * FROM system.dead_letters; SHOW CREATE CONNECTION hub; SELECT * FROM errors"))
        self.assertNotIn(TOKEN, shown + shell.stderr.text + reason)
        self.assertEqual(shell.leave(), 0)

    def test_refused(self):
        for step in SAYS:
            with self.subTest(step=step), Hub(until(step) + [{"op": "no", "why": TOKEN}, "wait"]) as server:
                self.check(server, f'refused in step {step} of handshake: "{{\\"op\\": \\"no\\", \\"why\\": \\"***\\"}}"')

    def test_silent(self):
        for step in SAYS:
            with self.subTest(step=step), Hub(until(step) + ["wait"]) as server:
                self.check(server, f"no {awaited(step)} within 100 ms (step {step} of handshake); nothing came", patience=100)

    def test_what_it_waits_for_shows(self):
        for step in SAYS:
            with self.subTest(step=step), WaitingHub(until(step) + ["gate", {"op": "no"}, "wait"]) as server:
                self.check(server, f"refused in step {step} of handshake", step=step)

    def test_late(self):
        """It comes when the next attempt is there, on the connection before: for nobody."""
        for step in SAYS:
            with self.subTest(step=step), Hub(until(step) + ["next", SAYS[step], "receive"], until(step) + ["wait"]) as server:
                self.check(server, f"no {awaited(step)} within 300 ms (step {step} of handshake)", patience=300)

    def test_in_the_wrong_order(self):
        """What a later step awaits, or an earlier one had: the step waits on, and says what came."""
        for step, other in ((1, 3), (1, 5), (3, 1), (3, 5), (5, 1), (5, 3)):
            with self.subTest(step=step, other=other), Hub(until(step) + [SAYS[other], "wait"]) as server:
                shown = json.dumps(json.dumps(SAYS[other]))
                self.check(server, f"no {awaited(step)} within 100 ms (step {step} of handshake); the last message was {shown}", patience=100)

    def test_the_right_messages_in_the_wrong_order(self):
        """A message that came too early does not come again."""
        with Hub([SAYS[3], SAYS[1], "receive", "wait"]) as server:
            self.check(server, f"no {awaited(3)} within 100 ms (step 3 of handshake); nothing came", patience=100)

    def test_closed(self):
        for step in SAYS:
            with self.subTest(step=step), Hub(until(step) + ["close"]) as server:
                self.check(server, f"closed with code 4401 (who are you, ***?) before the {awaited(step)} (step {step} of handshake)")

    def test_closed_with_a_code_that_gives_up(self):
        for step in SAYS:
            with self.subTest(step=step), Hub(until(step) + ["close"]) as server:
                self.check(server, f"closed with code 4401 (who are you, ***?) before the {awaited(step)}", ", give_up_close_codes = [4401]", attempts=1)

    def test_lost(self):
        for step in SAYS:
            with self.subTest(step=step), Hub(until(step) + ["abort"]) as server:
                self.check(server, f" before the {awaited(step)} (step {step} of handshake)")

    def test_lost_while_it_sends(self):
        """What is sent on a connection that is gone by then shows in the step that waits for the answer."""
        for step in (1, 3):
            with self.subTest(step=step), Hub(until(step) + [SAYS[step], "abort"]) as server:
                self.check(server, f" before the {awaited(step + 2)} (step {step + 2} of handshake)")

    def test_what_cannot_be_computed(self):
        with Hub(until(3) + [{"op": "challenge", "n": "x" + TOKEN}, "wait"]) as server:
            self.check(server, 'step 4 of handshake: +: "x***" is not a number')

    def test_a_secret_that_is_missing(self):
        with Hub(until(3) + ["wait"]) as server:
            shell = self.start_shell(environment={})
            shell.execute(f"""CREATE CONNECTION hub TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                max_reconnect_attempts = 1, {STEPS.replace("PATIENCE", "100")});
                CREATE TABLE events (n INT) WITH (connector = 'hub')""")
            self.assertIn('handshake: secret "token" not found', shell.wait_for_state("hub", "failed")[1])
            self.assertEqual(server.requests, [])


if __name__ == "__main__":
    unittest.main()
