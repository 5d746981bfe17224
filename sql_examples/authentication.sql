-- Authentication: basic, bearer token, API key.
--
-- Run it with: laminar run --secrets-dir sql_examples/secrets sql_examples/authentication.sql
--
-- Secrets are never written in scripts. ${secret:name} stands for the content of the file "name" in --secrets-dir (as
-- Docker and Kubernetes mount them), an entry of --env-file, or the environment variable LAMINAR_SECRET_NAME. They are
-- read anew at every connect, so that a rotated secret needs no restart, and never shown: see SHOW CREATE below.

-- Servers to log in to, so that this example needs nobody else. This one asks for a user and a password ...
CREATE CONNECTION basic_server TO websocket (
    mode = 'server',
    port = 18101,
    format = 'json',
    basic_auth = 'reporter:${secret:ws_password}'
);
CREATE TABLE basic_inbox (sender TEXT, text TEXT) WITH (connector = 'basic_server');

-- ... and this one for a token.
CREATE CONNECTION token_server TO websocket (
    mode = 'server',
    port = 18102,
    format = 'json',
    auth_token = '${secret:api_token}'
);
CREATE TABLE token_inbox (sender TEXT, text TEXT) WITH (connector = 'token_server');

-- Basic authentication: the secret is user:password in base64, as `printf 'reporter:...' | base64` makes it.
CREATE CONNECTION ws_basic_auth TO websocket (
    endpoint = 'ws://127.0.0.1:18101/',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'Authorization': 'Basic ${secret:ws_credentials}'
    }
);

-- Bearer token.
CREATE CONNECTION ws_bearer TO websocket (
    endpoint = 'ws://127.0.0.1:18102/',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'Authorization': 'Bearer ${secret:api_token}'
    }
);

-- API key: any header can be set. (Laminar's own servers check the two above; this one is let in by its token.)
CREATE CONNECTION ws_api_key TO websocket (
    endpoint = 'ws://127.0.0.1:18102/',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'X-API-Key': '${secret:api_key}',
        'X-Client-ID': 'laminar-stream-processor',
        'Authorization': 'Bearer ${secret:api_token}'
    }
);

-- And one whose password is wrong. A refused login (401) is final: nobody's server is hammered with it.
CREATE CONNECTION ws_refused TO websocket (
    endpoint = 'ws://127.0.0.1:18102/',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'Authorization': 'Bearer guessed'
    }
);

-- test_connection tells how far an attempt comes, step by step, without opening the connection for good.
SELECT test_connection('ws_refused') ->> '$.steps[2].detail' AS refused;

-- Who was let in can send.
CREATE TABLE basic_outbox (sender TEXT, text TEXT) WITH (connector = 'ws_basic_auth');
CREATE TABLE bearer_outbox (sender TEXT, text TEXT) WITH (connector = 'ws_bearer');
CREATE TABLE key_outbox (sender TEXT, text TEXT) WITH (connector = 'ws_api_key');
INSERT INTO basic_outbox VALUES ('basic', 'hello');
INSERT INTO bearer_outbox VALUES ('bearer', 'hello');
INSERT INTO key_outbox VALUES ('api key', 'hello');

WAIT FOR basic_inbox COUNT 1 TIMEOUT INTERVAL '30 seconds';
WAIT FOR token_inbox COUNT 2 TIMEOUT INTERVAL '30 seconds';
SELECT sender, text FROM basic_inbox UNION ALL SELECT sender, text FROM token_inbox ORDER BY sender;

-- References are shown, values are not.
SHOW CREATE CONNECTION ws_bearer;

-- The servers keep running until they are told to end.
DROP CONNECTION ws_basic_auth CASCADE;
DROP CONNECTION ws_bearer CASCADE;
DROP CONNECTION ws_api_key CASCADE;
DROP CONNECTION basic_server CASCADE;
DROP CONNECTION token_server CASCADE;
