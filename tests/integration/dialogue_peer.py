"""A WebSocket server that says what a script says, and listens when the script does."""

import json

from websocket_peer import Server

# What its clients have, and it quotes.
SECRET = {"LAMINAR_SECRET_TOKEN": "token-of-the-test"}


class Hub(Server):
    """Asks who comes, and answers as scripts say: one for each connection, the last for all that follow. A script is a
    list of what is done: a message to send, "receive", "close", "abort", "wait" (until the client leaves)."""

    def __init__(self, *scripts):
        self.scripts = scripts
        super().__init__()

    async def serve_client(self, client):
        script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
        for act in script:
            await self.act(client, act)
        await super().serve_client(client)

    async def act(self, client, act):
        if act == "receive":
            await self._remember(await client.recv())
        elif act == "close":
            await client.close(4401, "who are you, token-of-the-test?")
        elif act == "abort":
            client.transport.abort()
        elif act == "wait":
            await client.wait_closed()
        elif act == "next":
            await self._wait_until(lambda: len(self.requests) >= 2)
        else:
            await client.send(json.dumps(act))


class WaitingHub(Hub):
    """A client waits at "gate" until go_on()."""

    is_open = False

    def go_on(self):
        async def open_gate():
            async with self._changed:
                self.is_open = True
                self._changed.notify_all()

        self.loop.call(open_gate())

    async def act(self, client, act):
        if act == "gate":
            await self._wait_until(lambda: self.is_open)
        else:
            await super().act(client, act)
