-- Several kinds of messages on one connection: each table takes its own, and none is an error of another.
CREATE CONNECTION feed TO file (path = 'accept.ndjson');
CREATE TABLE failures (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE trades (s TEXT NOT NULL, p DOUBLE) WITH (connector = 'feed', accept = MAP {'$.e': ['trade', 'aggTrade']});
CREATE TABLE quotes (s TEXT, bid INT, ask INT) WITH (connector = 'feed', accept = {'$.e': 'quote'});
CREATE TABLE confirmations (id INT) WITH (connector = 'feed', accept = MAP {'$.result': NULL, '$.id': EXISTS});
CREATE TABLE operations (op JSON, s TEXT) WITH (connector = 'feed', accept = MAP {'$.op': [0, false]});
CREATE TABLE topics (s TEXT) WITH (connector = 'feed', accept = MAP {'$.topic': STARTS_WITH('publicTrade.')});
-- Metadata alone: a message is one row, also where it is an array.
CREATE TABLE arrivals (connection_name TEXT) WITH (connector = 'feed', rows = '$', accept = MAP {'$[0].e': 'status'});
WAIT FOR topics COUNT 1 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 4 TIMEOUT INTERVAL '1 minute';
SELECT * FROM trades;
SELECT * FROM quotes;
SELECT * FROM confirmations;
SELECT * FROM operations;
SELECT * FROM topics;
SELECT connection_name, message FROM arrivals;
SELECT * FROM failures;
SELECT messages_received, messages_failed, messages_unmatched FROM system.connections;
SHOW CREATE TABLE confirmations;
SHOW CREATE TABLE topics;
