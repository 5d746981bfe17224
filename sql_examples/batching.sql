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
    batch_size = 100,         -- Wait for 100 rows, ...
    batch_timeout_ms = 5000,  -- ... but not longer than 5 s after the first one ...
    buffer_size = 5000        -- ... and never for more than fit here.
);

-- processed_at is the time when the engine took the row: the same for all rows of a batch.
CREATE TABLE arrivals (n INTEGER, taken_at TIMESTAMP);
CREATE PIPELINE arrive AS INSERT INTO arrivals SELECT n, processed_at FROM ws_batched WHERE n >= 0;

WAIT FOR ws_batched TIMEOUT INTERVAL '30 seconds';
CREATE CONNECTION numbers TO generator (rows_per_second = 500, max_rows = 500);
CREATE PIPELINE publish AS INSERT INTO bulk_out SELECT counter, 'row ' || counter FROM numbers;
WAIT FOR arrivals COUNT 500 TIMEOUT INTERVAL '60 seconds';

SELECT COUNT(*) AS rows, COUNT(DISTINCT n) AS different FROM arrivals;
-- Without batch_size these are about as many as the ticks of the generator.
SELECT COUNT(*) <= 6 AS few_batches FROM (SELECT DISTINCT taken_at FROM arrivals);

DROP CONNECTION numbers CASCADE;
DROP CONNECTION ws_batched CASCADE;
DROP CONNECTION bulk_server CASCADE;
