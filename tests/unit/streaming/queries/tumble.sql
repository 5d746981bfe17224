-- TUMBLE in all its forms.

-- CASE by alias
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n, SUM(quantity) AS total FROM trades GROUP
BY symbol, w;

-- CASE by position, written out in the reference
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, AVG(price) AS average FROM trades GROUP BY 1, 2;
-- REFERENCE
SELECT symbol, {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS
w, avg(price) AS average FROM {trades} GROUP BY 1, 2;

-- CASE START and END
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE_START(ts, INTERVAL '1 minute') AS b, TUMBLE_END(ts, INTERVAL '1 minute') AS e, MIN(price) AS
low, MAX(price) AS high FROM trades GROUP BY TUMBLE(ts, INTERVAL '1 minute');
-- REFERENCE
SELECT date_trunc('minute', ts) AS b, date_trunc('minute', ts) + INTERVAL '1 minute' AS e, min(price) AS low,
max(price) AS high FROM {trades} GROUP BY date_trunc('minute', ts);

-- CASE START in GROUP BY
-- LATE trades: time_bucket(INTERVAL '30 seconds', $)
-- QUERY
SELECT TUMBLE_START(ts, INTERVAL '30 seconds') AS b, COUNT(price) AS n FROM trades GROUP BY TUMBLE_START(ts,
INTERVAL '30 seconds');
-- REFERENCE
SELECT time_bucket(INTERVAL '30 seconds', ts) AS b, count(price) AS n FROM {trades} GROUP BY 1;

-- CASE fields of the window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT w.start AS b, w."end" AS e, n FROM (SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM
trades GROUP BY w);
-- REFERENCE
SELECT date_trunc('minute', ts) AS b, date_trunc('minute', ts) + INTERVAL '1 minute' AS e, count(*) AS n FROM
{trades} GROUP BY ALL;

-- CASE with an offset
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01 00:00:20')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute', INTERVAL '20 seconds') AS w, COUNT(*) AS n FROM trades GROUP BY w;
-- REFERENCE
SELECT {'start': b, 'end': b + INTERVAL '1 minute'} AS w, n FROM (SELECT time_bucket(INTERVAL '1 minute', ts -
INTERVAL '20 seconds') + INTERVAL '20 seconds' AS b, count(*) AS n FROM {trades} GROUP BY b);

-- CASE sizes that do not divide an hour are counted from the epoch
-- LATE trades: time_bucket(INTERVAL '7 minutes', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE_START(ts, INTERVAL '7 minutes') AS b, COUNT(*) AS n FROM trades GROUP BY TUMBLE(ts, INTERVAL
'7 minutes');
-- REFERENCE
SELECT make_timestamp((epoch_us(ts) // 420000000) * 420000000) AS b, count(*) AS n FROM {trades} GROUP BY b;

-- CASE the table's own time
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS
w, count(*) AS n FROM {trades} GROUP BY ALL;

-- CASE GROUP BY ALL
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, side, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY ALL;

-- CASE date_trunc is a window too
-- LATE trades: date_trunc('minute', $)
-- QUERY
SELECT date_trunc('minute', ts) AS minute, COUNT(*) AS n FROM trades GROUP BY minute;

-- CASE time_bucket is a window too
-- LATE trades: time_bucket(INTERVAL '2 minutes', $)
-- QUERY
SELECT time_bucket(INTERVAL '2 minutes', ts) AS b, SUM(fee) AS fees FROM trades GROUP BY b;

-- CASE every instant is a window
-- LATE trades: $
-- QUERY
SELECT ts, COUNT(*) AS n, SUM(quantity) AS q FROM trades GROUP BY ts;

-- CASE keys and values computed
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT upper(side) || coalesce(symbol, '?') AS key, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(price *
quantity) AS turnover, COUNT(*) * 2 + 1 AS twice FROM trades WHERE quantity > 3 OR quantity IS NULL GROUP BY
key, w;

-- CASE several windows of one size in one query
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS small, TUMBLE(ts, INTERVAL '2 minutes') AS large, COUNT(*) AS n FROM
trades GROUP BY small, large;

-- CASE END beside a group by START
-- LATE trades: time_bucket(INTERVAL '1 minute', $)
-- QUERY
SELECT TUMBLE_START(ts, INTERVAL '1 minute') AS b, TUMBLE_END(ts, INTERVAL '1 minute') AS e, COUNT(*) AS n
FROM trades GROUP BY TUMBLE_START(ts, INTERVAL '1 minute');
-- REFERENCE
SELECT date_trunc('minute', ts) AS b, date_trunc('minute', ts) + INTERVAL '1 minute' AS e, count(*) AS n
FROM {trades} GROUP BY b;
