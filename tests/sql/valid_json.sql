-- IS_VALID_JSON says what the decoder of messages says.
SELECT t, IS_VALID_JSON(t) AS valid FROM (VALUES ('[1,]'), ('{"a":1,}'), ('NaN'), ('{"a":NaN}'), ('-Infinity'), (''), (' '), ('{} {}'), ('01'),
    ('"\ud800"'), (NULL), ('null'), (' [1, {"a": "\u00e9"}] '), ('"x"'), ('-0.5e3')) AS texts(t);
SELECT IS_VALID_JSON('{"a": 1}'::JSON) AS valid;
CREATE CONNECTION feed TO file (path = 'valid_json.ndjson');
CREATE TABLE failures (error_type TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE t (a INT) WITH (connector = 'feed');
WAIT FOR t COUNT 1 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 4 TIMEOUT INTERVAL '1 minute';
SELECT *, IS_VALID_JSON(failed_message) AS valid FROM failures;
