-- args: check {file}
-- What has parts cannot be stored as what has none, nor the other way round.
CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json');
CREATE TABLE trades (k TEXT, p DOUBLE, ts TIMESTAMP, tags TEXT[], WATERMARK FOR ts AS ts) WITH (connector = 'feed');
CREATE TABLE per_minute (at TIMESTAMP, n BIGINT);
CREATE PIPELINE whole_window AS INSERT INTO per_minute SELECT TUMBLE(INTERVAL '1 minute') AS at, COUNT(*) FROM trades GROUP BY 1;
CREATE TABLE texts (a TEXT, b JSON, c TEXT[]);
INSERT INTO texts SELECT tags, tags, tags FROM trades;
INSERT INTO texts SELECT k, k, p FROM trades;
INSERT INTO texts SELECT k, k, k FROM trades;
