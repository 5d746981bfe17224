-- Bluesky Jetstream: {"did": ..., "time_us": ..., "kind": "commit", "commit": {...}}, with a position to resume from.
-- https://github.com/bluesky-social/jetstream
--
-- Run it with: laminar run sql_examples/feeds/jetstream.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION jetstream TO websocket (
    mode = 'client',
    endpoint = 'wss://jetstream2.us-east.bsky.network/subscribe?wantedCollections=app.bsky.feed.post&cursor=${resume}',
    format = 'json',
    resume_field = '$.time_us'
);

-- Of deletions there is no record.
CREATE TABLE posts (
    author TEXT NOT NULL WITH (json_path = '$.did'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.time_us', time_unit = 'us'),
    key TEXT NOT NULL WITH (json_path = '$.commit.rkey'),
    text TEXT WITH (json_path = '$.commit.record.text'),
    languages TEXT[] WITH (json_path = '$.commit.record.langs'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (
    connector = 'jetstream',
    accept = MAP {
        '$.kind': 'commit',
        '$.commit.operation': ['create', 'update'],
        '$.commit.collection': 'app.bsky.feed.post'
    }
);

CREATE TABLE handles (
    author TEXT NOT NULL WITH (json_path = '$.did'),
    handle TEXT WITH (json_path = '$.identity.handle')
) WITH (connector = 'jetstream', accept = MAP {'$.kind': 'identity'});

CREATE PIPELINE languages AS
SELECT TUMBLE(at, INTERVAL '1 minute') AS minute, COALESCE(languages[1], '?') AS language, COUNT(*) AS posts
FROM posts
GROUP BY TUMBLE(at, INTERVAL '1 minute'), COALESCE(languages[1], '?');
