// The real thing for feeds of the examples: a server of graphql-ws or socket.io, or a charge point of ocpp-rpc. Told what to do by
// lines of JSON, it tells what happens in such lines.
//   node feed_servers.js graphql | socketio SECRET
//   node feed_servers.js ocpp ENDPOINT
"use strict";

const readline = require("node:readline");

const [role, argument] = process.argv.slice(2);

function tell(event, facts = {}) {
    process.stdout.write(JSON.stringify({ event, ...facts }) + "\n");
}

function listen(server) {
    server.listen(0, "127.0.0.1", () => tell("listening", { port: server.address().port }));
}

function serveGraphql(secret) {
    const { buildSchema } = require("graphql");
    const { useServer } = require("graphql-ws/lib/use/ws");
    const { WebSocketServer } = require("ws");
    const http = require("node:http");
    const schema = buildSchema(`
        type Trade { id: Int! symbol: String! price: Float! size: Float! at: String! }
        type Query { nothing: Int }
        type Subscription { trades(symbol: String!): Trade! status: String! }`);
    const readers = new Set();
    // What is published after a reader has come, for as long as it is there.
    async function* read(kind) {
        const queue = [];
        const reader = { kind, queue, wake: () => {} };
        readers.add(reader);
        tell("subscribed", { kind });
        try {
            for (;;) {
                while (queue.length > 0) yield { [kind]: queue.shift() };
                await new Promise((resolve) => { reader.wake = resolve; });
            }
        } finally {
            readers.delete(reader);
        }
    }
    const server = http.createServer();
    const sockets = new WebSocketServer({ server, path: "/graphql" });
    useServer({
        schema,
        roots: { subscription: { trades: () => read("trades"), status: () => read("status") } },
        onConnect: ({ connectionParams }) => connectionParams?.token === secret,
    }, sockets);
    listen(server);
    return {
        publish: ({ kind, value }) => readers.forEach((reader) => {
            if (reader.kind !== kind) return;
            reader.queue.push(value);
            reader.wake();
        }),
        drop: () => {
            readers.clear();
            sockets.clients.forEach((client) => client.terminate());
        },
    };
}

function serveSocketIo(secret) {
    const http = require("node:http");
    const { Server } = require("socket.io");
    const server = http.createServer();
    // Heartbeats are soon due, and missed at once.
    const io = new Server(server, { transports: ["websocket"], pingInterval: 300, pingTimeout: 2000 });
    io.use((socket, next) => next(socket.handshake.auth.token === secret ? undefined : new Error("not authorized")));
    io.on("connection", (socket) => socket.on("subscribe", (symbol) => {
        socket.join(symbol);
        tell("subscribed", { kind: symbol });
    }));
    io.engine.on("connection", (connection) => connection.on("heartbeat", () => tell("heartbeat")));
    listen(server);
    return {
        publish: ({ kind, value }) => io.to("BTC-USD").emit(kind, value),
        drop: () => {
            for (const socket of io.sockets.sockets.values()) socket.conn.transport.socket._socket.destroy();
        },
    };
}

function beChargePoint(endpoint) {
    const { RPCClient } = require("ocpp-rpc");
    // Calls and answers are held to the schemas of OCPP 1.6.
    const client = new RPCClient({ endpoint, identity: "CP 7", protocols: ["ocpp1.6"], strictMode: true, reconnect: true, backoff: { initialDelay: 1 } });
    client.handle("TriggerMessage", ({ params }) => {
        tell("triggered", params);
        return { status: "Accepted" };
    });
    client.on("open", () => tell("open", { protocol: client.protocol }));
    client.on("strictValidationFailure", ({ error }) => tell("invalid", { message: error.message }));
    client.connect().catch((error) => tell("refused", { message: error.message }));
    return {
        call: ({ action, params }) => client.call(action, params)
            .then((result) => tell("answer", { action, result }), (error) => tell("answer", { action, error: error.rpcErrorCode || error.message })),
        drop: () => client._ws._socket.destroy(),
    };
}

const orders = { graphql: serveGraphql, socketio: serveSocketIo, ocpp: beChargePoint }[role](argument);
readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const { order, ...facts } = JSON.parse(line);
    orders[order](facts);
}).on("close", () => process.exit(0));
