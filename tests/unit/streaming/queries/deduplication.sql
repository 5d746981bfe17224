-- De-duplication.

-- CASE the first row of each key in the order of time
-- LATE trades: $
-- QUERY
SELECT symbol, side, ts, price FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol, side ORDER BY ts) =
1;
-- REFERENCE
SELECT symbol, side, ts, price FROM {trades} QUALIFY row_number() OVER (PARTITION BY symbol, side ORDER BY ts,
n) = 1;

-- CASE the first two, by a subquery
-- LATE trades: $
-- QUERY
SELECT symbol, ts, price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY ts) AS rn FROM
trades) WHERE rn <= 2;
-- REFERENCE
SELECT symbol, ts, price FROM {trades} QUALIFY row_number() OVER (PARTITION BY symbol ORDER BY ts, n) <= 2;

-- CASE the last row of each key
-- QUERY
SELECT symbol, side, price, quantity FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol, side ORDER BY
ts DESC NULLS LAST, price, quantity, fee) = 1;

-- CASE the three largest of each key
-- QUERY
SELECT * FROM (SELECT symbol, quantity, price, ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY quantity DESC
NULLS LAST, price, fee) AS rn FROM trades) WHERE rn <= 3;

-- CASE the largest of all
-- QUERY
SELECT symbol, fee FROM trades QUALIFY ROW_NUMBER() OVER (ORDER BY fee DESC, symbol, quantity) <= 5;
