-- Twitch EventSub over WebSocket: a welcome with the id of the session, keepalives, notifications, and URLs at which to go on.
-- https://dev.twitch.tv/docs/eventsub/handling-websocket-events/
--
-- Who wants events subscribes over HTTP (POST /helix/eventsub/subscriptions) with the id that the table sessions shows, within ten seconds.
--
-- Run it with: laminar run sql_examples/feeds/twitch.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION twitch TO websocket (
    mode = 'client',
    endpoint = 'wss://eventsub.wss.twitch.tv/ws?keepalive_timeout_seconds=30',
    format = 'json',
    message_id_field = '$.metadata.message_id',
    -- Subscriptions go along to the URL that the server names before it restarts.
    reconnect_url_path = '$.payload.session.reconnect_url',
    -- A keepalive comes whenever nothing else has for so long.
    idle_timeout_s = 45
);

CREATE TABLE sessions (
    id TEXT NOT NULL WITH (json_path = '$.payload.session.id'),
    status TEXT WITH (json_path = '$.payload.session.status'),
    reconnect_url TEXT WITH (json_path = '$.payload.session.reconnect_url'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.metadata.message_timestamp')
) WITH (connector = 'twitch', accept = MAP {'$.metadata.message_type': ['session_welcome', 'session_reconnect']});

CREATE TABLE messages (
    channel TEXT NOT NULL WITH (json_path = '$.payload.event.broadcaster_user_login'),
    chatter TEXT NOT NULL WITH (json_path = '$.payload.event.chatter_user_login'),
    message_text TEXT NOT NULL WITH (json_path = '$.payload.event.message.text'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.metadata.message_timestamp'),
    WATERMARK FOR at AS at - INTERVAL '5 seconds'
) WITH (connector = 'twitch', accept = MAP {'$.metadata.subscription_type': 'channel.chat.message', '$.metadata.message_type': 'notification'});

CREATE TABLE follows (
    channel TEXT NOT NULL WITH (json_path = '$.payload.event.broadcaster_user_login'),
    follower TEXT NOT NULL WITH (json_path = '$.payload.event.user_login'),
    followed_at TIMESTAMP NOT NULL WITH (json_path = '$.payload.event.followed_at')
) WITH (connector = 'twitch', accept = MAP {'$.metadata.subscription_type': 'channel.follow', '$.metadata.message_type': 'notification'});

CREATE TABLE revocations (
    type TEXT NOT NULL WITH (json_path = '$.payload.subscription.type'),
    status TEXT NOT NULL WITH (json_path = '$.payload.subscription.status')
) WITH (connector = 'twitch', accept = MAP {'$.metadata.message_type': 'revocation'});

CREATE PIPELINE chatter AS
SELECT channel, TUMBLE(at, INTERVAL '1 minute') AS minute, COUNT(*) AS messages, COUNT(DISTINCT chatter) AS chatters
FROM messages
GROUP BY channel, TUMBLE(at, INTERVAL '1 minute');
