-- Phoenix channels, protocol 2: arrays of join reference, reference, topic, event and payload.
-- https://hexdocs.pm/phoenix/writing_a_channels_client.html
--
-- Run it with: laminar run sql_examples/feeds/phoenix.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION phoenix TO websocket (
    mode = 'client',
    endpoint = 'wss://phoenix.example.com/socket/websocket?vsn=2.0.0',
    format = 'json',
    subscribe_message = JSON_ARRAY('1', '1', 'room:lobby', 'phx_join', JSON_OBJECT()),
    -- Who says nothing for a minute is disconnected.
    ping_message = JSON_ARRAY(NULL, 'heartbeat', 'phoenix', 'heartbeat', JSON_OBJECT()),
    pong_message = JSON_ARRAY(
        NULL, 'heartbeat', 'phoenix', 'phx_reply', JSON_OBJECT('response': JSON_OBJECT(), 'status': 'ok')
    ),
    heartbeat_interval_s = 30
);

CREATE TABLE messages (
    topic TEXT NOT NULL WITH (json_path = '$[2]'),
    author TEXT WITH (json_path = '$[4].user'),
    body TEXT WITH (json_path = '$[4].body')
) WITH (connector = 'phoenix', rows = '$', accept = MAP {'$[3]': 'new_msg'});

CREATE TABLE answers (
    topic TEXT NOT NULL WITH (json_path = '$[2]'),
    event TEXT NOT NULL WITH (json_path = '$[3]'),
    status TEXT WITH (json_path = '$[4].status'),
    response JSON WITH (json_path = '$[4].response')
) WITH (connector = 'phoenix', rows = '$', accept = MAP {'$[3]': ['phx_reply', 'phx_error', 'phx_close']});

CREATE PIPELINE questions AS
SELECT topic, author, body FROM messages WHERE body LIKE '%?';
