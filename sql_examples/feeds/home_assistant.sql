-- Home Assistant: a token, then subscriptions with rising ids; what happens comes as events.
-- https://developers.home-assistant.io/docs/api/websocket
--
-- Run it with: laminar run sql_examples/feeds/home_assistant.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION home TO websocket (
    mode = 'client',
    endpoint = 'wss://home.example.com/api/websocket',
    format = 'json',
    handshake = [
        MAP {'expect': MAP {'$.type': 'auth_required'}},
        MAP {'send': JSON_OBJECT('type': 'auth', 'access_token': SECRET('home_token'))},
        MAP {'expect': MAP {'$.type': 'auth_ok'}, 'refuse': MAP {'$.type': 'auth_invalid'}}
    ],
    subscribe_message = JSON_OBJECT('id': NEXT_ID(), 'type': 'subscribe_events', 'event_type': 'state_changed'),
    subscribe_confirm = MAP {'$.type': 'result', '$.success': 'true'},
    ping_message = JSON_OBJECT('id': NEXT_ID(), 'type': 'ping'),
    pong_message = JSON_OBJECT('type': 'pong'),
    heartbeat_interval_s = 30
);

CREATE TABLE states (
    entity TEXT NOT NULL WITH (json_path = '$.event.data.entity_id'),
    state TEXT WITH (json_path = '$.event.data.new_state.state'),
    unit TEXT WITH (json_path = '$.event.data.new_state.attributes.unit_of_measurement'),
    before TEXT WITH (json_path = '$.event.data.old_state.state'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.event.time_fired'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'home', accept = MAP {'$.type': 'event', '$.event.event_type': 'state_changed'});

CREATE TABLE results (id BIGINT, success BOOLEAN, error TEXT WITH (json_path = '$.error.message'))
WITH (connector = 'home', accept = MAP {'$.type': 'result'});

CREATE PIPELINE temperatures AS
SELECT entity, TUMBLE(at, INTERVAL '10 minutes') AS period, AVG(TRY_CAST(state AS DOUBLE)) AS average
FROM states
WHERE unit = '°C'
GROUP BY entity, TUMBLE(at, INTERVAL '10 minutes');
