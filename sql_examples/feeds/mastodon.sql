-- Mastodon, streaming API: {"stream": [...], "event": "update", "payload": "a status as JSON in a text"}.
-- https://docs.joinmastodon.org/methods/streaming/
--
-- Run it with: laminar run sql_examples/feeds/mastodon.sql --secrets-dir DIR (a file mastodon_token in it)
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION mastodon TO websocket (
    mode = 'client',
    endpoint = 'wss://streaming.mastodon.social/api/v1/streaming?stream=public',
    format = 'json',
    headers = MAP {'Authorization': 'Bearer ${secret:mastodon_token}'}
);

CREATE TABLE updates (
    event TEXT NOT NULL,
    payload TEXT NOT NULL
) WITH (connector = 'mastodon', accept = MAP {'$.event': ['update', 'status.update']});

CREATE TABLE deletions (payload TEXT NOT NULL) WITH (connector = 'mastodon', accept = MAP {'$.event': 'delete'});

-- No path leads into a text: the functions of JSON do.
CREATE PIPELINE statuses AS
SELECT
    payload::JSON ->> '$.id' AS id,
    CAST(payload::JSON ->> '$.created_at' AS TIMESTAMPTZ) AS created_at,
    payload::JSON ->> '$.account.acct' AS account,
    payload::JSON ->> '$.language' AS language,
    payload::JSON ->> '$.content' AS content
FROM updates;

CREATE PIPELINE deleted AS
SELECT payload AS id FROM deletions;
