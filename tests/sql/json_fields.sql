-- How a column finds its field: the exact name decides, whatever its place.
CREATE CONNECTION feed TO file (path = 'json_fields.ndjson');
CREATE TABLE trades (s TEXT, "E" TIMESTAMP, trade_id BIGINT WITH (json_path = '$.t'), "service.name" TEXT)
WITH (connector = 'feed');
CREATE TABLE sizes (size BIGINT, message TEXT, data TEXT, message_size BIGINT WITH (json_path = '$.size'))
WITH (connector = 'feed');
CREATE TABLE failures (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE PIPELINE named AS SELECT s, "service.name" AS service FROM feed;
WAIT FOR trades COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR sizes COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR named COUNT 3 TIMEOUT INTERVAL '1 minute';
SELECT * FROM trades;
-- In a JSON table they are fields, and there is none.
SELECT * FROM sizes;
SELECT * FROM failures;
