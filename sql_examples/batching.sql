-- Batching: fewer, fuller batches.
--
-- Run it with: laminar run sql_examples/batching.sql

-- Laminar takes whatever has arrived as soon as it is free: a lone message is not delayed, and under load batches grow
-- by themselves. batch_size asks it to wait for more rows, which saves work per row and costs latency.

CREATE CONNECTION bulk_server TO websocket (mode = 'server', port = 18163, format = 'json', broadcast = true);
CREATE TABLE bulk_out (n INTEGER, text TEXT) WITH (connector = 'bulk_server');

CREATE CONNECTION ws_batched TO websocket (
    endpoint = 'ws://127.0.0.1:18163/',
    mode = 'client',
    format = 'json',
    batch_size = 1000,        -- Wait for 1,000 rows, ...
    batch_timeout_ms = 100,   -- ... but not longer than 100 ms after the first one ...
    buffer_size = 5000        -- ... and never for more than fit here.
);

-- processed_at is the time when the engine took the row: the same for all rows of a batch.
CREATE TABLE arrivals (n INTEGER, taken_at TIMESTAMP);
CREATE PIPELINE arrive AS INSERT INTO arrivals SELECT n, processed_at FROM ws_batched WHERE n >= 0;

WAIT FOR ws_batched TIMEOUT INTERVAL '30 seconds';
CREATE CONNECTION numbers TO generator (max_rows = 5000);
CREATE PIPELINE publish AS INSERT INTO bulk_out SELECT counter, 'row ' || counter FROM numbers;
WAIT FOR arrivals COUNT 5000 TIMEOUT INTERVAL '60 seconds';

SELECT COUNT(*) AS rows, COUNT(DISTINCT n) AS different FROM arrivals;
SELECT COUNT(*) <= 50 AS few_batches FROM (SELECT DISTINCT taken_at FROM arrivals);

DROP CONNECTION numbers CASCADE;
DROP CONNECTION ws_batched CASCADE;
DROP CONNECTION bulk_server CASCADE;
