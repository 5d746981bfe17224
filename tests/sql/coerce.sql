-- coerce converts values of another JSON type; what cannot be converted is refused, and never NULL.
CREATE CONNECTION feed TO file (path = 'coerce.ndjson');
CREATE TABLE converted (id INT, i INTEGER, d DOUBLE, b BOOLEAN, t TEXT, ts TIMESTAMP, s TEXT) WITH (connector = 'feed', coerce = true);
CREATE TABLE strict (id INT, i INTEGER, b BOOLEAN) WITH (connector = 'feed');
CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
WAIT FOR errors COUNT 7 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM converted ORDER BY id;
SELECT * FROM strict ORDER BY id;
