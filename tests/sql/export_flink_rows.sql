-- args: export --target flink - {file}
-- What is computed row by row, with what has an equal, and what is written otherwise so that it has the same value.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DECIMAL(18, 4), qty INTEGER, ratio DOUBLE, seen TIMESTAMP, ok BOOLEAN,
    venue STRUCT(name TEXT, country TEXT), tags TEXT[], attrs MAP(TEXT, TEXT), payload JSON) WITH (connector = 'feed');
CREATE FUNCTION doubled(x) AS x * 2;

CREATE PIPELINE arithmetic AS
SELECT qty / 2 AS a, qty / 0 AS z, qty // 2 AS b, id % qty AS c, qty + qty AS d, id * id AS e, price * qty AS f, -id AS g, doubled(qty) AS h,
    price + 1 AS i, ratio / qty AS j FROM trades;
CREATE PIPELINE casts AS
SELECT CAST(price AS INTEGER) AS a, CAST(id AS TINYINT) AS b, TRY_CAST(id AS SMALLINT) AS c, ok::TEXT AS d, qty::DOUBLE AS e,
    CAST(ROUND(ratio) AS BIGINT) AS f, CAST(symbol AS DOUBLE) AS g, seen::DATE AS h FROM trades;
CREATE PIPELINE texts AS
SELECT concat(symbol, '-', qty) AS a, symbol || '''`' AS b, greatest(qty, id, 3) AS c, split_part(symbol, '-', 2) AS d,
    regexp_extract(symbol, '^(\w+)\s.$', 1) AS e, regexp_replace(symbol, '[a-c]+', '-', 'g') AS f, strftime(seen, '%d.%m.%Y at %H:%M') AS g,
    symbol ILIKE 'b%' AS h, substring(symbol, 2, 3) AS i FROM trades WHERE symbol NOT LIKE 'END%' AND qty IN (1, 2, 3);
CREATE PIPELINE times AS
SELECT date_part('dow', seen) AS a, EXTRACT(millisecond FROM seen) AS b, date_trunc('hour', seen) AS c,
    date_diff('minute', seen, TIMESTAMP '2026-01-02 03:04:05.678') AS d, seen + INTERVAL '90 minutes' AS e, epoch_ms(seen) AS f
FROM trades WHERE seen >= '2026-01-01';
CREATE PIPELINE nested AS
SELECT id, tag, venue.name AS name, attrs['side'] AS side, tags[1] AS first, len(tags) AS n, payload ->> '$.a.b[0]' AS b,
    payload -> 'a' ->> 'c d' AS c, CAST(payload ->> '$.price' AS DOUBLE) AS p, {'a': id, 'b': [symbol]} AS s
FROM (SELECT *, UNNEST(tags) AS tag FROM trades) WHERE ok;
CREATE PIPELINE united AS
SELECT id, symbol AS what FROM trades WHERE ok UNION ALL SELECT qty, CASE WHEN qty > 5 THEN 'many' END FROM trades;
