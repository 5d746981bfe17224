-- ASOF joins.

-- CASE ASOF INNER
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT t.symbol, t.ts, t.price, q.ts AS quoted FROM trades AS t ASOF INNER JOIN quotes AS q ON t.symbol =
q.symbol AND t.ts >= q.ts;
-- REFERENCE
SELECT t.symbol, t.ts, t.price, q.quoted FROM {trades} AS t INNER JOIN LATERAL (SELECT max(q.ts) AS quoted
FROM {quotes} AS q WHERE q.symbol = t.symbol AND q.ts <= t.ts) AS q ON q.quoted IS NOT NULL;

-- CASE ASOF LEFT
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT t.symbol, t.ts, t.price, q.ts AS quoted FROM trades AS t ASOF LEFT JOIN quotes AS q ON t.symbol =
q.symbol AND t.ts >= q.ts;
-- REFERENCE
SELECT t.symbol, t.ts, t.price, q.quoted FROM {trades} AS t LEFT JOIN LATERAL (SELECT max(q.ts) AS quoted FROM
{quotes} AS q WHERE q.symbol = t.symbol AND q.ts <= t.ts) AS q ON true;

-- CASE ASOF of windows around it
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(quoted) AS quoted, COUNT(*) AS n FROM (SELECT t.ts, q.ts AS
quoted FROM trades AS t ASOF LEFT JOIN quotes AS q ON t.symbol = q.symbol AND t.ts >= q.ts) GROUP BY w;

-- CASE ASOF before the row
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT t.ts, max(q.ts) AS x FROM trades AS t ASOF JOIN quotes AS q ON t.ts > q.ts GROUP BY t.ts;
