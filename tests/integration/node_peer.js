// A WebSocket server or client of the library ws, told what to do by lines of JSON and telling what happens in such lines.
//   node node_peer.js DIRECTORY_OF_WS server OPTIONS
//   node node_peer.js DIRECTORY_OF_WS client OPTIONS   (url and protocols among them)
"use strict";

const readline = require("node:readline");

const [directory, role, optionsText] = process.argv.slice(2);
const { WebSocket, WebSocketServer } = require(directory);
const options = JSON.parse(optionsText);

let socket = null;

function tell(event, facts = {}) {
    process.stdout.write(JSON.stringify({ event, ...facts }) + "\n");
}

function attend(opened) {
    socket = opened;
    socket.on("message", (data, binary) => {
        tell("message", { binary, data: data.toString(binary ? "base64" : "utf8") });
    });
    socket.on("ping", (data) => tell("ping", { data: data.toString() }));
    socket.on("pong", (data) => tell("pong", { data: data.toString() }));
    socket.on("close", (code, reason) => tell("close", { code, reason: reason.toString() }));
    socket.on("error", (error) => tell("error", { message: error.message }));
}

if (role === "server") {
    const { prefer, ...rest } = options;
    const server = new WebSocketServer({
        host: "127.0.0.1",
        port: 0,
        ...rest,
        ...(prefer && { handleProtocols: (offered) => prefer.find((name) => offered.has(name)) || false }),
    });
    server.on("listening", () => tell("listening", { port: server.address().port }));
    server.on("connection", (opened, request) => {
        attend(opened);
        tell("open", { url: request.url, headers: request.headers, protocol: opened.protocol, extensions: opened.extensions });
    });
} else {
    const { url, protocols, ...rest } = options;
    attend(new WebSocket(url, protocols || [], rest));
    socket.on("open", () => tell("open", { protocol: socket.protocol, extensions: socket.extensions }));
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const { order, data, base64, code, reason, ...how } = JSON.parse(line);
    if (order === "send") socket.send(base64 === undefined ? data : Buffer.from(base64, "base64"), how);
    if (order === "ping") socket.ping(data);
    if (order === "close") socket.close(code, reason);
    if (order === "terminate") socket.terminate();
}).on("close", () => process.exit(0));
