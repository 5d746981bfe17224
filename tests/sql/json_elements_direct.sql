-- A query over a connection itself tells what is no object from the first messages on, as a table does.
CREATE CONNECTION feed TO file (path = 'json_elements_direct.ndjson');
CREATE TABLE failures (error_type TEXT, error_message TEXT, failed_message TEXT)
WITH (connector = 'feed', stream = 'errors');
CREATE TABLE kept (ev TEXT, n BIGINT);
CREATE PIPELINE direct AS INSERT INTO kept SELECT ev, n FROM feed;
WAIT FOR kept COUNT 7 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 4 TIMEOUT INTERVAL '1 minute';
SELECT * FROM kept;
SELECT * FROM failures;
SELECT messages_failed FROM system.connections;
