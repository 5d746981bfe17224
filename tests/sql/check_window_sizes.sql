-- args: check {file}
-- Months have no length in days: a size or slide that mixes them with days or time cuts no windows.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE PIPELINE tumbling AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 month 1 day') AS w FROM r GROUP BY w;
CREATE PIPELINE shifted AS SELECT COUNT(*) AS n, TUMBLE_START(ts, INTERVAL '1 year 1 hour', INTERVAL '2 days') AS w FROM r GROUP BY w;
CREATE PIPELINE buckets AS SELECT COUNT(*) AS n, time_bucket(INTERVAL '1 month' - INTERVAL '1 second', ts) AS w FROM r GROUP BY w;
CREATE PIPELINE hopping AS SELECT COUNT(*) AS n, HOP(ts, INTERVAL '1 month 1 day', INTERVAL '1 year') AS w FROM r GROUP BY w;
SELECT COUNT(*) AS n, TUMBLE_END(ts, INTERVAL '1 month 1 microsecond') AS w FROM r GROUP BY w;
CREATE FUNCTION month_and_day(t) AS TUMBLE_START(t, INTERVAL '1 month 1 day');
-- Each alone is a size, and an offset, the size of a HOP and a gap are only added.
CREATE PIPELINE months AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 year 1 month') AS w FROM r GROUP BY w;
CREATE PIPELINE days AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '40 days 2 hours') AS w FROM r GROUP BY w;
CREATE PIPELINE offset_mixed AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 month', INTERVAL '1 month 1 day') AS w FROM r GROUP BY w;
CREATE PIPELINE hops_of_months AS SELECT COUNT(*) AS n, HOP(ts, INTERVAL '1 month', INTERVAL '1 month 1 day') AS w FROM r GROUP BY w;
CREATE PIPELINE sessions AS SELECT COUNT(*) AS n, k, SESSION(ts, INTERVAL '1 month 1 day') AS w FROM r GROUP BY k, w;
