-- args: run --quiet --log-level off --format line {file}
-- Values as people read them.
SELECT true AS a, 1.50::DECIMAL(6, 2) AS b, 1e100 AS c, 'two
lines' AS d, '\xDE\xAD'::BLOB AS e, '{"k": 1}'::JSON AS f, DATE '2026-01-02' AS g, TIMESTAMP '2026-01-02 03:04:05.6' AS h,
    INTERVAL '1 month 2 days' AS i, [1, NULL] AS j, ['it''s'] AS k, {'a': 1, 'b': 'x'} AS l, MAP {'k': 1} AS m, NULL AS n, '' AS o,
    TIMESTAMPTZ '2026-01-02 03:04:05+02:00' AS p, 'd3b07384-d9a0-4c3b-8f5e-000000000001'::UUID AS q;
