-- args: check {file}
CREATE CONNECTION feed TO websocket (endpoint = 'wss://example.com', mode = 'client', format = 'json');
CREATE TABLE events (id INTEGER, payload JSON) WITH (connector = 'feed');
CREATE VIEW ids AS SELECT id FROM events;
CREATE TABLE twice (twice INTEGER);
CREATE PIPELINE p AS INSERT INTO twice SELECT id * 2 AS twice FROM ids WHERE id > 10;
