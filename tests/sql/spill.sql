-- What tables and sorts need beyond the limit goes to a file.
SET memory_limit = '60MB';
CREATE TABLE large AS SELECT range AS n, 'abc' || range AS t FROM range(3000000);
CREATE TABLE sorted AS SELECT n FROM large ORDER BY t DESC;
SELECT COUNT(*) AS n, SUM(n) AS total FROM sorted;
