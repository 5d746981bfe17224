-- Times in the unit and the form that the feed writes, hexadecimal integers, and decimals with all their digits.
CREATE CONNECTION feed TO file (path = 'exact_values.ndjson');
CREATE TABLE failures (error_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE events (
    at TIMESTAMP WITH (time_unit = 'ms'),
    by_size TIMESTAMP WITH (json_path = '$.at'),
    fine TIMESTAMP_NS WITH (json_path = '$.at', time_unit = 'ns'),
    first TIMESTAMP WITH (json_path = '$.nested[0]', time_unit = 'us'),
    written TIMESTAMP WITH (time_format = '%a, %d %b %Y %H:%M:%S %z'),
    day DATE WITH (time_format = '%d.%m.%Y'),
    clock TIME WITH (time_format = '%I:%M %p'),
    hex INTEGER,
    wide UHUGEINT,
    price DECIMAL,
    whole NUMERIC
) WITH (connector = 'feed', coerce = true);
WAIT FOR events COUNT 5 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 5 TIMEOUT INTERVAL '1 minute';
SELECT * FROM events;
SELECT typeof(price) AS type, price::TEXT AS price, whole::TEXT AS whole FROM events LIMIT 2;
SELECT * FROM failures;
-- A stored table is as it was.
CREATE TABLE stored (price DECIMAL);
INSERT INTO stored VALUES (0.123456789);
SELECT typeof(price) AS type, price FROM stored;
