-- Discord gateway, version 10: a hello with the interval of heartbeats, an identification, events; all of it one zlib stream.
-- https://discord.com/developers/docs/events/gateway
--
-- Run it with: laminar run sql_examples/feeds/discord.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION discord TO websocket (
    mode = 'client',
    endpoint = 'wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream',
    format = 'json',
    compression = 'zlib_stream',
    handshake = [
        MAP {'expect': MAP {'$.op': 10}},
        MAP {'send': JSON_OBJECT('op': 2, 'd': JSON_OBJECT(
            'token': SECRET('discord_token'),
            -- Guilds (1), messages in them (512) and what these say (32768).
            'intents': 33281,
            'properties': JSON_OBJECT('os': 'linux', 'browser': 'laminar', 'device': 'laminar')
        ))},
        MAP {'expect': MAP {'$.op': 0, '$.t': 'READY'}, 'refuse': MAP {'$.op': [7, 9]}}
    ],
    -- A heartbeat says which event came last. The server may ask for one out of turn.
    resume_field = '$.s',
    heartbeat_interval_ms_field = '$.d.heartbeat_interval',
    ping_message = JSON_OBJECT('op': 1, 'd': RESUME()),
    pong_message = JSON_OBJECT('op': 11),
    replies = MAP {'when': MAP {'$.op': 1}, 'send': JSON_OBJECT('op': 1, 'd': RESUME())},
    -- The token, or what is asked with it, is wrong.
    give_up_close_codes = [4004, '4010-4014'],
    -- So many messages a minute, and the server closes.
    send_rate = 2
);

CREATE TABLE messages (
    id BIGINT NOT NULL WITH (json_path = '$.d.id'),
    channel BIGINT NOT NULL WITH (json_path = '$.d.channel_id'),
    author TEXT NOT NULL WITH (json_path = '$.d.author.username'),
    is_bot BOOLEAN DEFAULT false WITH (json_path = '$.d.author.bot'),
    content TEXT WITH (json_path = '$.d.content'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.d.timestamp'),
    WATERMARK FOR at AS at - INTERVAL '5 seconds'
) WITH (connector = 'discord', accept = MAP {'$.op': 0, '$.t': 'MESSAGE_CREATE'}, coerce = true);

CREATE TABLE guilds (
    id BIGINT NOT NULL WITH (json_path = '$.d.id'),
    name TEXT WITH (json_path = '$.d.name'),
    members BIGINT WITH (json_path = '$.d.member_count')
) WITH (connector = 'discord', accept = MAP {'$.op': 0, '$.t': 'GUILD_CREATE'}, coerce = true);

CREATE PIPELINE talk AS
SELECT channel, TUMBLE(at, INTERVAL '1 minute') AS minute, COUNT(*) AS messages
FROM messages
WHERE NOT is_bot
GROUP BY channel, TUMBLE(at, INTERVAL '1 minute');
