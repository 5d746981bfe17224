-- Joins bounded in time.

-- CASE INNER JOIN bounded in time
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id AS oid, p.order_id AS pid, o.ts AS ots, p.ts AS pts, o.customer, p.method FROM orders AS o
INNER JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute';

-- CASE LEFT JOIN bounded in time
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id AS oid, p.order_id AS pid, o.ts AS ots, p.ts AS pts, o.customer, p.method FROM orders AS o
LEFT JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute';

-- CASE RIGHT JOIN bounded in time
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id AS oid, p.order_id AS pid, o.ts AS ots, p.ts AS pts, o.customer, p.method FROM orders AS o
RIGHT JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute';

-- CASE FULL JOIN bounded in time
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id AS oid, p.order_id AS pid, o.ts AS ots, p.ts AS pts, o.customer, p.method FROM orders AS o
FULL JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute';

-- CASE on both sides of a row
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT t.symbol, t.price, q.ask, t.ts, q.ts AS qts FROM trades AS t JOIN quotes AS q ON t.symbol = q.symbol
AND q.ts BETWEEN t.ts - INTERVAL '10 seconds' AND t.ts + INTERVAL '5 seconds' AND q.ask > t.price;

-- CASE in WHERE
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id, o.amount, p.amount AS paid FROM orders AS o, payments AS p WHERE o.order_id = p.order_id
AND p.ts >= o.ts AND p.ts < o.ts + INTERVAL '1 minute' AND p.amount < o.amount;

-- CASE the same instant
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id, p.method FROM orders AS o JOIN payments AS p ON o.order_id = p.order_id AND o.ts = p.ts;

-- CASE LEFT with a condition on one side
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id, o.ts, p.method FROM orders AS o LEFT JOIN payments AS p ON o.order_id = p.order_id AND
p.method <> 'cash' AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '30 seconds' WHERE o.amount > 50;

-- CASE orders without payment
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id, o.customer FROM orders AS o LEFT JOIN payments AS p ON o.order_id = p.order_id AND p.ts
BETWEEN o.ts AND o.ts + INTERVAL '1 minute' WHERE p.order_id IS NULL;

-- CASE SEMI
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id, o.customer, o.ts FROM orders AS o SEMI JOIN payments AS p ON o.order_id = p.order_id AND
p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute';

-- CASE ANTI
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.order_id, o.customer, o.ts FROM orders AS o ANTI JOIN payments AS p ON o.order_id = p.order_id AND
p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute';

-- CASE a stream with itself
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT a.symbol, a.ts, b.ts AS later, b.price - a.price AS change FROM trades AS a JOIN trades AS b ON
a.symbol = b.symbol AND b.ts > a.ts AND b.ts <= a.ts + INTERVAL '20 seconds';

-- CASE a join with a stored table as well
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT t.symbol, a.sector, q.bid FROM trades AS t JOIN accounts AS a ON a.symbol = t.symbol JOIN quotes AS q
ON q.symbol = t.symbol AND q.ts BETWEEN t.ts - INTERVAL '5 seconds' AND t.ts;

-- CASE three streams
-- LATE orders: $
-- LATE payments: $
-- LATE trades: $
-- QUERY
SELECT o.order_id, p.method, t.symbol FROM orders AS o JOIN payments AS p ON o.order_id = p.order_id AND p.ts
BETWEEN o.ts AND o.ts + INTERVAL '1 minute' JOIN trades AS t ON t.ts BETWEEN o.ts AND o.ts + INTERVAL
'5 seconds';

-- CASE a window around a join
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT TUMBLE(ots, INTERVAL '1 minute') AS w, COUNT(*) AS n, SUM(paid) AS paid FROM (SELECT o.ts AS ots,
p.amount AS paid FROM orders AS o JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts
+ INTERVAL '1 minute') GROUP BY w;

-- CASE a window of the other side's time
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.customer, TUMBLE(p.ts, INTERVAL '2 minutes') AS w, COUNT(*) AS n FROM orders AS o JOIN payments AS p
ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute' GROUP BY o.customer, w;
