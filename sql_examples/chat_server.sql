-- Server mode: a chat. What one client sends goes to all of them.
--
-- Run it with: laminar run sql_examples/chat_server.sql

CREATE CONNECTION chat_server TO websocket (
    port = 18122,
    path = '/chat',
    mode = 'server',
    format = 'json',
    broadcast = true,           -- a row that is inserted goes to every client
    slow_client = 'disconnect', -- and one who does not read holds up nobody
    max_connections = 500
);

-- The way in. Without this table the pipeline could read the connection itself, but "message" would then be the whole
-- message as it was received: the metadata column of that name.
CREATE TABLE chat_incoming (message_type TEXT, user_name TEXT, message TEXT, room_id TEXT) WITH (connector = 'chat_server');

-- The way out. A single JSON column is sent as it is.
CREATE TABLE chat_outgoing (outbound_message JSON) WITH (connector = 'chat_server');

-- Store and forward.
CREATE PIPELINE chat_processor AS
INSERT INTO chat_outgoing
SELECT
    JSON_OBJECT(
        'user': user_name,
        'message': message,
        'timestamp': NOW(),
        'room': room_id
    ) AS outbound_message
FROM chat_incoming
WHERE message_type = 'chat';

-- Two people.
CREATE CONNECTION ann TO websocket (endpoint = 'ws://127.0.0.1:18122/chat', mode = 'client', format = 'json');
CREATE TABLE ann_hears (user TEXT, message TEXT, room TEXT) WITH (connector = 'ann');
CREATE CONNECTION bob TO websocket (endpoint = 'ws://127.0.0.1:18122/chat', mode = 'client', format = 'json');
CREATE TABLE bob_hears (user TEXT, message TEXT, room TEXT) WITH (connector = 'bob');
CREATE TABLE bob_says (message_type TEXT, user_name TEXT, message TEXT, room_id TEXT) WITH (connector = 'bob');
WAIT FOR ann TIMEOUT INTERVAL '30 seconds';
WAIT FOR bob TIMEOUT INTERVAL '30 seconds';

INSERT INTO bob_says VALUES ('chat', 'bob', 'Hello!', 'lobby'), ('typing', 'bob', NULL, 'lobby');
WAIT FOR ann_hears COUNT 1 TIMEOUT INTERVAL '30 seconds';
WAIT FOR bob_hears COUNT 1 TIMEOUT INTERVAL '30 seconds';

SELECT 'ann' AS listener, user, message, room FROM ann_hears
UNION ALL
SELECT 'bob', user, message, room FROM bob_hears
ORDER BY listener;

DROP CONNECTION ann CASCADE;
DROP CONNECTION bob CASCADE;
DROP CONNECTION chat_server CASCADE;
