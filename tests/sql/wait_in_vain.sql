-- Waiting for rows that no source will deliver ends at once, whatever the timeout.
CREATE CONNECTION numbers TO generator (max_rows = 3);
CREATE TABLE counted (counter BIGINT) WITH (connector = 'numbers');
WAIT FOR counted COUNT 4 TIMEOUT INTERVAL '1 hour';
