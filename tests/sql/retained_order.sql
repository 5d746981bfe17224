-- Retained rows are one table, in the order in which they came.
CREATE CONNECTION numbers TO generator (max_rows = 100000);
CREATE TABLE many (counter BIGINT) WITH (connector = 'numbers', retention_rows = 80000);
WAIT FOR many COUNT 100000 TIMEOUT INTERVAL '60 seconds';
SELECT count(*), first(counter), last(counter), list(counter) = list_sort(list(counter)) AS in_order FROM many;
SELECT name, rows, rows_expired FROM system.tables ORDER BY name;
-- Settings of the engine.
SET memory_limit = '1GB';
SET threads = 2;
SELECT current_setting('threads') AS threads, current_setting('memory_limit') AS memory_limit;
