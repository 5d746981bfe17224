// What most would write for Node.js: ws and JSON.parse. Usage: node node_ws.js DIRECTORY_OF_WS PORT MESSAGES
'use strict';
const [directory, port, messages] = process.argv.slice(2);
const WebSocket = require(directory);

const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
const counts = new Map();
let left = Number(messages);
socket.on('message', (payload) => {
  if (left === 0) return;
  const message = JSON.parse(payload);
  if (message.price > 10) {
    const group = message.symbol + Math.floor(Date.parse(message.timestamp) / 10000);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  left -= 1;
  if (left > 0) return;
  let total = 0;
  for (const count of counts.values()) total += count;
  console.log(`${total} messages in ${counts.size} groups`);
  socket.terminate();
});
