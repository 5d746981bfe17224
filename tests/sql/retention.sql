-- A stream keeps no more rows than it is told to; WAIT FOR counts all that were seen.
CREATE CONNECTION numbers TO generator (max_rows = 5000);
CREATE TABLE few (counter BIGINT) WITH (connector = 'numbers', retention_rows = 100);
WAIT FOR few COUNT 5000 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) <= 100 AS bounded, COUNT(*) > 0 AS kept, MAX(counter) - MIN(counter) < 100 AS latest FROM few;
DROP CONNECTION numbers CASCADE;
