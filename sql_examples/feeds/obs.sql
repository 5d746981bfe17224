-- OBS Studio, obs-websocket 5: a challenge and a salt, answered with digests of the password; then events.
-- https://github.com/obsproject/obs-websocket/blob/master/docs/generated/protocol.md
--
-- Run it with: laminar run sql_examples/feeds/obs.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION obs TO websocket (
    mode = 'client',
    endpoint = 'ws://127.0.0.1:4455/',
    format = 'json',
    subprotocols = 'obswebsocket.json',
    handshake = [
        MAP {'expect': MAP {'$.op': 0}},
        MAP {'send': JSON_OBJECT('op': 1, 'd': JSON_OBJECT(
            'rpcVersion': 1,
            -- base64(sha256(base64(sha256(password + salt)) + challenge))
            'authentication': BASE64(UNHEX(SHA256(
                BASE64(UNHEX(SHA256(SECRET('obs_password') || RECEIVED('$.d.authentication.salt'))))
                || RECEIVED('$.d.authentication.challenge')
            ))),
            -- Scenes (4), inputs (8) and outputs (64).
            'eventSubscriptions': 76
        ))},
        MAP {'expect': MAP {'$.op': 2}}
    ],
    -- Requests are answered with their id: how busy the program is, every ten seconds.
    ping_message = JSON_OBJECT('op': 6, 'd': JSON_OBJECT(
        'requestType': 'GetStats', 'requestId': 'stats-' || NEXT_ID()
    )),
    heartbeat_interval_s = 10,
    -- The password is wrong; another is no better.
    give_up_close_codes = [4009, 4010]
);

CREATE TABLE scenes (
    scene TEXT NOT NULL WITH (json_path = '$.d.eventData.sceneName')
) WITH (connector = 'obs', accept = MAP {'$.op': 5, '$.d.eventType': 'CurrentProgramSceneChanged'});

CREATE TABLE streaming (
    active BOOLEAN NOT NULL WITH (json_path = '$.d.eventData.outputActive'),
    state TEXT WITH (json_path = '$.d.eventData.outputState')
) WITH (connector = 'obs', accept = MAP {'$.op': 5, '$.d.eventType': 'StreamStateChanged'});

CREATE TABLE stats (
    request TEXT NOT NULL WITH (json_path = '$.d.requestId'),
    cpu DOUBLE WITH (json_path = '$.d.responseData.cpuUsage'),
    fps DOUBLE WITH (json_path = '$.d.responseData.activeFps'),
    skipped BIGINT WITH (json_path = '$.d.responseData.outputSkippedFrames')
) WITH (connector = 'obs', accept = MAP {'$.op': 7, '$.d.requestType': 'GetStats', '$.d.requestStatus.result': true});

CREATE PIPELINE busy AS SELECT received_at, cpu, fps FROM stats WHERE cpu > 50;
