"""Peers that behave as the documentation of public feeds says: they refuse who is not who they want, and what comes in the wrong
order. Each sends its messages in three parts, to a client each, and drops the first two behind theirs."""

import base64
import gzip
import hashlib
import hmac
import http
import json
import os
import urllib.parse
import zlib

from websocket_peer import Server

# The only secret that opens anything.
SECRET = "hush-hush"


class Refused(Exception):
    """The client is not served."""


class DroppingServer(Server):
    """Held until release(): then every part is sent to whoever has been let in."""

    # Messages of one connection that become rows, beside those that it is made with: answers to subscriptions.
    answers = 0

    def __init__(self, messages, **options):
        third = len(messages) // 3 + 1
        self.parts = [messages[:third], messages[third:2 * third], messages[2 * third:]]
        self._held = True
        super().__init__(**options)

    def release(self):
        async def open_gate():
            async with self._changed:
                self._held = False
                self._changed.notify_all()

        self.loop.call(open_gate())

    async def serve_client(self, client):
        number = len(self.requests)
        if self.answers:
            # There must be a table for them.
            await self._wait_until(lambda: not self._held)
        try:
            await self.let_in(client)
        except Refused:
            return
        await self._wait_until(lambda: not self._held)
        for message in self.parts[min(number, 3) - 1]:
            await self.emit(client, message)
        if number < 3:
            # Read by the client, as its pong shows, before the connection is lost.
            await (await client.ping())
            client.transport.abort()
        await super().serve_client(client)

    async def let_in(self, client):
        """Until the client may have messages."""

    async def emit(self, client, message):
        await client.send(message)

    async def hear(self, client):
        message = await client.recv()
        await self._remember(message)
        return message

    async def hear_json(self, client):
        return json.loads(await self.hear(client))

    async def refuse(self, client, code, reason="", last=None):
        if last is not None:
            await client.send(last)
        await client.close(code, reason)
        raise Refused(reason)

    async def demand(self, client, holds, code, reason="", last=None):
        if not holds:
            await self.refuse(client, code, reason, last)


class PlainFeed(DroppingServer):
    """Takes some messages, and confirms the first of them if it does."""

    def __init__(self, messages, subscriptions, confirmation):
        self.subscriptions = subscriptions
        self.confirmation = confirmation
        super().__init__(messages)

    async def let_in(self, client):
        for _ in range(self.subscriptions):
            await self.hear(client)
        if self.confirmation:
            await client.send(json.dumps(self.confirmation))


class Htx(DroppingServer):
    answers = 2

    async def emit(self, client, message):
        await client.send(gzip.compress(message.encode()))

    async def let_in(self, client):
        for number in ("1", "2"):
            request = await self.hear_json(client)
            await self.demand(client, request.get("id") == number and request["sub"].startswith("market."), 1008)
            await self.emit(client, json.dumps({"id": number, "status": "ok", "subbed": request["sub"], "ts": 1767225600000}))
        await self.emit(client, json.dumps({"ping": 1492420473027}))
        await self.demand(client, await self.hear_json(client) == {"pong": 1492420473027}, 1008)


class Twitch(DroppingServer):
    answers = 1

    async def let_in(self, client):
        session = {"id": f"session-{len(self.requests)}", "status": "connected", "connected_at": "2026-01-01T00:00:00.5Z",
                   "keepalive_timeout_seconds": 30, "reconnect_url": None}
        await client.send(json.dumps({"metadata": {"message_id": "welcome", "message_type": "session_welcome",
                                                   "message_timestamp": "2026-01-01T00:00:00.634234626Z"},
                                      "payload": {"session": session}}))


class LeavingTwitch(Twitch):
    """Sends its first client on, which has its first part; who comes there has the rest."""

    async def serve_client(self, client):
        is_first = len(self.requests) == 1
        await self._wait_until(lambda: not self._held)
        await self.let_in(client)
        for message in self.parts[0] if is_first else self.parts[1] + self.parts[2]:
            await self.emit(client, message)
        if is_first:
            session = {"id": "session-1", "status": "reconnecting", "keepalive_timeout_seconds": None,
                       "reconnect_url": self.url("/ws?challenge=d0e1"), "connected_at": "2026-01-01T00:00:00.5Z"}
            await client.send(json.dumps({"metadata": {"message_id": "leaving", "message_type": "session_reconnect",
                                                       "message_timestamp": "2026-01-01T00:00:30Z"}, "payload": {"session": session}}))
        async for message in client:
            await self._remember(message)


class HomeAssistant(DroppingServer):
    async def let_in(self, client):
        await client.send(json.dumps({"type": "auth_required", "ha_version": "2026.1.0"}))
        good = await self.hear_json(client) == {"type": "auth", "access_token": SECRET}
        await self.demand(client, good, 1000, last=json.dumps({"type": "auth_invalid", "message": "Invalid password"}))
        await client.send(json.dumps({"type": "auth_ok", "ha_version": "2026.1.0"}))
        request = await self.hear_json(client)
        await self.demand(client, request.pop("id") == 1 and request == {"type": "subscribe_events", "event_type": "state_changed"}, 1008)
        await client.send(json.dumps({"id": 1, "type": "result", "success": True, "result": None}))


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Obs(DroppingServer):
    def __init__(self, messages):
        super().__init__(messages, subprotocols=["obswebsocket.json", "obswebsocket.msgpack"])

    async def let_in(self, client):
        await self.demand(client, client.subprotocol == "obswebsocket.json", 4002)
        challenge, salt = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
        hello = {"obsWebSocketVersion": "5.1.0", "rpcVersion": 1, "authentication": {"challenge": challenge, "salt": salt}}
        await client.send(json.dumps({"op": 0, "d": hello}))
        identification = await self.hear_json(client)
        await self.demand(client, identification["op"] == 1, 4007, "not identified")
        given = identification["d"]
        await self.demand(client, given["rpcVersion"] == 1, 4010, "unsupported version")
        await self.demand(client, given["authentication"] == digest(digest(SECRET + salt) + challenge), 4009, "Authentication failed.")
        await client.send(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))


class Discord(DroppingServer):
    async def emit(self, client, message):
        await client.send(client.stream.compress(message.encode()) + client.stream.flush(zlib.Z_SYNC_FLUSH))

    async def let_in(self, client):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(client.path).query)
        await self.demand(client, query == {"v": ["10"], "encoding": ["json"], "compress": ["zlib-stream"]}, 4012)
        client.stream = zlib.compressobj()
        await self.emit(client, json.dumps({"t": None, "s": None, "op": 10, "d": {"heartbeat_interval": 41250, "_trace": []}}))
        identification = await self.hear_json(client)
        await self.demand(client, identification["op"] == 2, 4003, "Not authenticated.")
        await self.demand(client, identification["d"]["token"] == SECRET, 4004, "Authentication failed.")
        await self.emit(client, json.dumps({"t": "READY", "s": 1, "op": 0, "d": {"v": 10, "session_id": "s", "guilds": []}}))
        # Out of turn; the answer says what has come last.
        await self.emit(client, json.dumps({"t": None, "s": None, "op": 1, "d": None}))
        await self.demand(client, await self.hear_json(client) == {"op": 1, "d": 1}, 4002)
        await self.emit(client, json.dumps({"t": None, "s": None, "op": 11, "d": None}))


class GraphqlTransport(DroppingServer):
    def __init__(self, messages):
        super().__init__(messages, subprotocols=["graphql-transport-ws"])

    async def let_in(self, client):
        request = await self.hear_json(client)
        await self.demand(client, request["type"] == "connection_init", 4401, "Unauthorized")
        await self.demand(client, request["payload"] == {"token": SECRET}, 4403, "Forbidden")
        await client.send(json.dumps({"type": "connection_ack"}))
        ids = set()
        for _ in range(2):
            request = await self.hear_json(client)
            await self.demand(client, request["type"] == "subscribe" and "query" in request["payload"], 4400)
            await self.demand(client, request["id"] not in ids, 4409, "Subscriber already exists")
            ids.add(request["id"])
        await client.send(json.dumps({"type": "ping"}))
        await self.demand(client, await self.hear_json(client) == {"type": "pong"}, 4400)


class SignalR(DroppingServer):
    def __init__(self, messages):
        async def check_token(_, headers):
            return None if headers.get("Authorization") == "Bearer " + SECRET else (http.HTTPStatus.UNAUTHORIZED, [], b"no such token")

        super().__init__(messages, process_request=check_token)

    async def emit(self, client, message):
        await client.send(message + "\x1e")

    async def let_in(self, client):
        good = await self.hear(client) == '{"protocol":"json","version":1}\x1e'
        await self.demand(client, good, 1000, last='{"error":"The protocol is not supported."}\x1e')
        await client.send("{}\x1e")
        for kind in (1, 4):
            record = await self.hear(client)
            await self.demand(client, record.endswith("\x1e") and json.loads(record[:-1])["type"] == kind, 1000,
                              last='{"type":7,"error":"invalid data"}\x1e')


class SocketIo(DroppingServer):
    async def let_in(self, client):
        await self.demand(client, client.path == "/socket.io/?EIO=4&transport=websocket", 1002)
        await client.send('0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}')
        given = await self.hear(client)
        await self.demand(client, given[:2] == "40" and json.loads(given[2:]) == {"token": SECRET}, 1000,
                          last='44{"message":"not authorized"}')
        await client.send('40{"sid":"oSO0OpakMV_3jnilAAAA"}')
        await self.demand(client, json.loads((await self.hear(client)).removeprefix("42")) == ["subscribe", "BTC-USD"], 1000)
        await client.send("2")
        await self.demand(client, await self.hear(client) == "3", 1000)


class Stomp(DroppingServer):
    def __init__(self, messages):
        super().__init__(messages, subprotocols=["v12.stomp"])

    async def frame(self, client):
        """Command, headers and body."""
        text = await self.hear(client)
        await self.demand(client, text.endswith("\0"), 1002)
        head, _, body = text[:-1].partition("\n\n")
        command, *headers = head.split("\n")
        return command, dict(header.split(":", 1) for header in headers), body

    async def let_in(self, client):
        command, headers, _ = await self.frame(client)
        good = command == "CONNECT" and headers["accept-version"] == "1.2" and headers["passcode"] == SECRET
        await self.demand(client, good, 1000, last="ERROR\nmessage:Bad CONNECT\ncontent-length:0\n\n\0")
        await client.send("CONNECTED\nversion:1.2\nheart-beat:10000,10000\n\n\0")
        command, headers, _ = await self.frame(client)
        await self.demand(client, command == "SUBSCRIBE" and headers == {"id": "trades", "destination": "/topic/trades", "ack": "auto"}, 1000)
        await client.send("\n")


class Mqtt(DroppingServer):
    def __init__(self, messages):
        super().__init__(messages, subprotocols=["mqtt"])

    async def packet(self, client):
        """Its first byte and what follows the length."""
        data = await self.hear(client)
        await self.demand(client, isinstance(data, bytes) and data[1] == len(data) - 2, 1002)
        return data[0], data[2:]

    @staticmethod
    def text(data, at):
        size = int.from_bytes(data[at:at + 2], "big")
        return data[at + 2:at + 2 + size].decode(), at + 2 + size

    async def let_in(self, client):
        kind, rest = await self.packet(client)
        protocol, at = self.text(rest, 0)
        await self.demand(client, (kind, protocol, rest[at]) == (0x10, "MQTT", 4), 1002, last=b"\x20\x02\x00\x01")
        flags = rest[at + 1]
        name, at = self.text(rest, at + 4)
        user, at = self.text(rest, at)
        password, at = self.text(rest, at)
        await self.demand(client, (flags, name, user, password, at) == (0xC2, "", "laminar", SECRET, len(rest)), 1000,
                          last=b"\x20\x02\x00\x05")
        await client.send(b"\x20\x02\x00\x00")
        kind, rest = await self.packet(client)
        topic, at = self.text(rest, 2)
        await self.demand(client, (kind, topic, rest[at:]) == (0x82, "sensors/#", b"\0"), 1002)
        await client.send(b"\x90\x03" + rest[:2] + b"\0")


class BinanceApi(DroppingServer):
    async def let_in(self, client):
        request = await self.hear_json(client)
        params = request["params"]
        signed = f"apiKey={params['apiKey']}&timestamp={params['timestamp']}"
        signature = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
        error = {"id": request["id"], "status": 400, "error": {"code": -1022, "msg": "Signature for this request is not valid."}}
        await self.demand(client, params["apiKey"] == SECRET and params["signature"] == signature, 1000, last=json.dumps(error))
        await client.send(json.dumps({"id": request["id"], "status": 200, "result": {"canTrade": True}, "rateLimits": []}))


# Those that are more than subscriptions; and how who has the wrong secret hears of it.
PEERS = {"binance_api": BinanceApi, "discord": Discord, "graphql": GraphqlTransport, "home_assistant": HomeAssistant, "htx": Htx,
         "mqtt": Mqtt, "obs": Obs, "signalr": SignalR, "socketio": SocketIo, "stomp": Stomp, "twitch": Twitch}
REFUSALS = {"binance_api": "refused in step 2 of handshake: ", "discord": "closed with code 4004 (Authentication failed.)",
            "graphql": "closed with code 4403 (Forbidden)", "home_assistant": "refused in step 3 of handshake: ",
            "mqtt": "refused in step 2 of handshake: ", "obs": "closed with code 4009 (Authentication failed.)", "signalr": "HTTP 401",
            "socketio": 'refused in step 3 of handshake: "44', "stomp": 'refused in step 2 of handshake: "ERROR'}
