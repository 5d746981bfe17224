-- args: export --target flink --bootstrap-servers kafka-1:9092,kafka-2:9092 - {file}
-- Results that change go to topics that keep the latest row of each key.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DECIMAL(18, 4), qty INTEGER) WITH (connector = 'feed');
CREATE TABLE latest (symbol TEXT PRIMARY KEY, n BIGINT, most DECIMAL(18, 4), note TEXT);

CREATE PIPELINE totals AS INSERT INTO latest (symbol, n, most) SELECT symbol, COUNT(*), MAX(price) FROM trades GROUP BY symbol;
CREATE PIPELINE best AS
SELECT symbol, id, price, ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY price DESC NULLS LAST, id) AS place FROM trades QUALIFY place <= 3;
CREATE PIPELINE seen AS SELECT DISTINCT symbol, qty FROM trades WHERE qty > 0;
