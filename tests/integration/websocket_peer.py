"""The other side of the wire: WebSocket servers and clients made with the websockets package, which shares no code
with Laminar. Each runs on an event loop of its own thread, so that tests are written straight on."""

import asyncio
import concurrent.futures
import socket
import threading

import websockets

from laminar_process import LIMIT_SECONDS


class EventLoop:
    """An asyncio loop on a thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, coroutine):
        """Runs a coroutine to its end and returns its result."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(LIMIT_SECONDS)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise AssertionError("the peer waited in vain")

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(LIMIT_SECONDS)
        self.loop.close()


class Server:
    """A WebSocket server on a free port of the loopback interface. Subclasses override serve_client."""

    def __init__(self, port=0, ssl=None, **options):
        self.loop = EventLoop()
        self.requests = []  # (path, headers) of every accepted client.
        self.received = []  # Messages, in order of arrival.
        self._changed = None
        self._clients = set()
        self._options = {"max_size": 64 << 20, "ssl": ssl, **options}
        self.port = port or free_port()
        self.loop.call(self._start())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    async def _start(self):
        self._changed = asyncio.Condition()
        self._server = await websockets.serve(self._handle, "127.0.0.1", self.port, **self._options)

    def stop(self):
        """Closes every connection and the port."""

        async def close():
            self._server.close()
            await self._server.wait_closed()

        self.loop.call(close())
        self.loop.stop()

    def url(self, path="/", scheme="ws", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}{path}"

    async def _handle(self, client):
        async with self._changed:
            self.requests.append((client.path, client.request_headers))
            self._clients.add(client)
            self._changed.notify_all()
        try:
            await self.serve_client(client)
        except websockets.ConnectionClosed:
            pass
        finally:
            self._clients.discard(client)

    async def serve_client(self, client):
        """Takes what the client sends until it leaves."""
        async for message in client:
            await self._remember(message)

    async def _remember(self, message):
        async with self._changed:
            self.received.append(message)
            self._changed.notify_all()

    async def _wait_until(self, holds):
        async with self._changed:
            await self._changed.wait_for(holds)

    def wait_for_messages(self, count):
        self.loop.call(self._wait_until(lambda: len(self.received) >= count))
        return list(self.received)

    def wait_for_clients(self, count):
        """Until so many have connected since the start."""
        self.loop.call(self._wait_until(lambda: len(self.requests) >= count))

    def ping_clients(self):
        """Until every client has answered: it has read all that was sent before."""

        async def ping_and_wait():
            for client in list(self._clients):
                await (await client.ping())

        self.loop.call(ping_and_wait())

    def drop_clients(self):
        """Cuts every connection without a closing handshake."""

        async def cut():
            for client in list(self._clients):
                client.transport.abort()

        self.loop.call(cut())


class FeedServer(Server):
    """Sends the same messages to every client, then listens until it leaves. held: only after release()."""

    def __init__(self, messages, held=False, **options):
        self.messages = messages
        self._held = held
        super().__init__(**options)

    def hold(self, held=True):
        """From the next client on."""

        async def move_gate():
            async with self._changed:
                self._held = held
                self._changed.notify_all()

        self.loop.call(move_gate())

    def release(self):
        self.hold(False)

    async def serve_client(self, client):
        await self._wait_until(lambda: not self._held)
        for message in self.messages:
            await client.send(message)
        await super().serve_client(client)


class Client:
    """A WebSocket client of a laminar server."""

    def __init__(self, url, **options):
        self.loop = EventLoop()
        self.received = []
        self._options = {"max_size": 64 << 20, "open_timeout": LIMIT_SECONDS, **options}
        self.socket = self.loop.call(self._connect(url))

    async def _connect(self, url):
        return await websockets.connect(url, **self._options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.loop.call(self.socket.close())
        self.loop.stop()

    def send(self, *messages):
        async def send_all():
            for message in messages:
                await self.socket.send(message)

        self.loop.call(send_all())

    def ping(self):
        """Until the pong is back: the peer has read everything sent before."""

        async def ping_and_wait():
            await (await self.socket.ping())

        self.loop.call(ping_and_wait())

    def receive(self, count):
        async def receive_all():
            return [await self.socket.recv() for _ in range(count)]

        return self.loop.call(receive_all())


_held_ports = []


def free_port():
    """A port for a server whose address must be known before it starts. It is held, bound without listening, until the
    test's process ends: a connection to it is refused, nobody else is given it, and a server that sets SO_REUSEADDR can
    take it."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held_ports.append(holder)
    return holder.getsockname()[1]
