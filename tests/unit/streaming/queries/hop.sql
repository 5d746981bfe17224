-- HOP. A row that comes behind the watermark is in those of its windows that have not passed.

-- CASE by key
-- QUERY
SELECT symbol, HOP(ts, INTERVAL '20 seconds', INTERVAL '1 minute') AS w, COUNT(*) AS n, AVG(price) AS average
FROM trades GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, w2 AS w, count(*) AS n, avg(price) AS average FROM (SELECT t.*, {'start': s, 'end': s +
INTERVAL '1 minute'} AS w2 FROM {trades} AS t JOIN (SELECT unnest(generate_series(TIMESTAMP
'2024-03-01 09:00:00', TIMESTAMP '2024-03-01 14:00:00', INTERVAL '20 seconds')) AS s) AS g ON s <= ts AND ts <
s + INTERVAL '1 minute' AND
(t.w IS NULL OR s > time_bucket(INTERVAL '20 seconds', t.w - INTERVAL '1 minute'))) GROUP BY ALL;

-- CASE START and END, and aggregates that need the rows
-- QUERY
SELECT HOP_START(ts, INTERVAL '20 seconds', INTERVAL '1 minute') AS b, HOP_END(ts, INTERVAL '20 seconds',
INTERVAL '1 minute') AS e, MEDIAN(quantity) AS middle, COUNT(DISTINCT symbol) AS symbols FROM trades GROUP BY
HOP(ts, INTERVAL '20 seconds', INTERVAL '1 minute');
-- REFERENCE
SELECT w2.start AS b, w2."end" AS e, median(quantity) AS middle, count(DISTINCT symbol) AS symbols FROM
(SELECT t.*, {'start': s, 'end': s + INTERVAL '1 minute'} AS w2 FROM {trades} AS t JOIN (SELECT
unnest(generate_series(TIMESTAMP '2024-03-01 09:00:00', TIMESTAMP '2024-03-01 14:00:00', INTERVAL
'20 seconds')) AS s) AS g ON s <= ts AND ts < s + INTERVAL '1 minute' AND
(t.w IS NULL OR s > time_bucket(INTERVAL '20 seconds', t.w - INTERVAL '1 minute'))) GROUP BY w2;

-- CASE HAVING
-- QUERY
SELECT HOP(ts, INTERVAL '20 seconds', INTERVAL '1 minute') AS w, SUM(fee) AS fees FROM trades GROUP BY w
HAVING COUNT(*) > 12;
-- REFERENCE
SELECT w2 AS w, sum(fee) AS fees FROM (SELECT t.*, {'start': s, 'end': s + INTERVAL '1 minute'} AS w2 FROM
{trades} AS t JOIN (SELECT unnest(generate_series(TIMESTAMP '2024-03-01 09:00:00', TIMESTAMP
'2024-03-01 14:00:00', INTERVAL '20 seconds')) AS s) AS g ON s <= ts AND ts < s + INTERVAL '1 minute' AND
(t.w IS NULL OR s > time_bucket(INTERVAL '20 seconds', t.w - INTERVAL '1 minute'))) GROUP
BY w2 HAVING count(*) > 12;

-- CASE as a row for each window
-- QUERY
SELECT symbol, HOP(ts, INTERVAL '20 seconds', INTERVAL '1 minute') AS w, quantity FROM trades;
-- REFERENCE
SELECT symbol, w2 AS w, quantity FROM (SELECT t.*, {'start': s, 'end': s + INTERVAL '1 minute'} AS w2 FROM
trades AS t JOIN (SELECT unnest(generate_series(TIMESTAMP '2024-03-01 09:00:00', TIMESTAMP
'2024-03-01 14:00:00', INTERVAL '20 seconds')) AS s) AS g ON s <= ts AND ts < s + INTERVAL '1 minute')
UNION ALL SELECT symbol, NULL, quantity FROM trades WHERE ts IS NULL;

-- CASE DISTINCT within hopping windows
-- QUERY
SELECT DISTINCT symbol, HOP(ts, INTERVAL '20 seconds', INTERVAL '1 minute') AS w FROM trades;
-- REFERENCE
SELECT DISTINCT symbol, w2 AS w FROM (SELECT t.*, {'start': s, 'end': s + INTERVAL '1 minute'} AS w2 FROM
{trades} AS t JOIN (SELECT unnest(generate_series(TIMESTAMP '2024-03-01 09:00:00', TIMESTAMP
'2024-03-01 14:00:00', INTERVAL '20 seconds')) AS s) AS g ON s <= ts AND ts < s + INTERVAL '1 minute' AND
(t.w IS NULL OR s > time_bucket(INTERVAL '20 seconds', t.w - INTERVAL '1 minute')));
