-- Top-N and window functions within windows.

-- CASE QUALIFY
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, price, quantity, ts FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY TUMBLE(ts, INTERVAL
'1 minute') ORDER BY quantity DESC NULLS LAST, price, symbol, fee, ts) <= 3;

-- CASE a subquery with a rank
-- LATE trades: time_bucket(INTERVAL '2 minutes', $)
-- QUERY
SELECT * FROM (SELECT symbol, quantity, TUMBLE(ts, INTERVAL '2 minutes') AS w, ROW_NUMBER() OVER (PARTITION BY
TUMBLE(ts, INTERVAL '2 minutes'), symbol ORDER BY quantity DESC NULLS LAST, fee, ts) AS rn FROM trades) WHERE
rn <= 2;

-- CASE of aggregates
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(quantity) AS q FROM trades GROUP BY symbol, w QUALIFY
ROW_NUMBER() OVER (PARTITION BY w ORDER BY SUM(quantity) DESC NULLS LAST, symbol NULLS LAST) <= 2;

-- CASE ranks of aggregates
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n, RANK() OVER (PARTITION BY w ORDER BY
COUNT(*) DESC) AS place, COUNT(*) * 1.0 / SUM(COUNT(*)) OVER (PARTITION BY w) AS share FROM trades GROUP BY
symbol, w;

-- CASE every rank there is
-- LATE trades: date_trunc('minute', $)
-- QUERY
SELECT symbol, quantity, RANK() OVER m AS r, DENSE_RANK() OVER m AS d, PERCENT_RANK() OVER m AS p, NTILE(2)
OVER (PARTITION BY date_trunc('minute', ts) ORDER BY quantity, fee, ts) AS half FROM trades WINDOW m AS
(PARTITION BY date_trunc('minute', ts) ORDER BY quantity);

-- CASE the whole window beside each of its rows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, price, AVG(price) OVER (PARTITION BY symbol, TUMBLE(ts, INTERVAL '1 minute')) AS average, price
- MAX(price) OVER (PARTITION BY TUMBLE(ts, INTERVAL '1 minute')) AS below FROM trades;
-- REFERENCE
SELECT symbol, price, laminar_exact_value(laminar_exact_sum(price) OVER w) / nullif(count(price) OVER w, 0) AS average,
price - MAX(price) OVER (PARTITION BY time_bucket(INTERVAL '1 minute', ts, TIMESTAMP '1970-01-01')) AS below FROM {trades}
WINDOW w AS (PARTITION BY symbol, time_bucket(INTERVAL '1 minute', ts, TIMESTAMP '1970-01-01') ROWS BETWEEN 1000000
PRECEDING AND 1000000 FOLLOWING);

-- CASE shares of all groups of a window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(price) AS s, SUM(SUM(price)) OVER (PARTITION BY w) AS total FROM
trades GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, {'start': b, 'end': b + INTERVAL '1 minute'} AS w, s, laminar_exact_value(laminar_exact_sum(s) OVER
(PARTITION BY b ROWS BETWEEN 1000000 PRECEDING AND 1000000 FOLLOWING)) AS total FROM (SELECT symbol, time_bucket(INTERVAL
'1 minute', ts, TIMESTAMP '1970-01-01') AS b, sum(price) AS s FROM {trades} GROUP BY ALL);
