-- What leaves as JSON is JSON, whatever the engine takes for it.
CREATE TABLE t (id INTEGER, j JSON);
INSERT INTO t VALUES (1, '{"a": NaN, "b": [1, 2, ], "c": "NaN, ]"}'), (2, to_json('-inf'::DOUBLE)), (3, '[-Infinity, nan,]');
INSERT INTO t SELECT 4, to_json({'x': 'nan'::DOUBLE, 'y': [1.5, 'inf'::DOUBLE]});
SELECT id, j FROM t ORDER BY id;
SELECT [j] AS list, {'j': j} AS structure, MAP {'j': j} AS map FROM t WHERE id = 1;
INSERT INTO t VALUES (5, 'pong');
