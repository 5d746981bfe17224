-- Settings of a data directory can be given without one: they have no effect then.
SHOW SETTINGS LIKE 'commit_interval_ms';
SHOW SETTINGS LIKE 'checkpoint_threshold';
SHOW SETTINGS LIKE 'disk_limit';
SET commit_interval_ms = 50;
SHOW SETTINGS LIKE 'commit_interval_ms';
SET commit_interval_ms = INTERVAL '2 seconds';
SHOW SETTINGS LIKE 'commit_interval_ms';
SET commit_interval_ms = NULL;
SHOW SETTINGS LIKE 'commit_interval_ms';
SET checkpoint_threshold = '32 MiB';
SET checkpoint_threshold = NULL;
SET disk_limit = '1.5GB';
SET disk_limit = NULL;
CREATE TABLE t (n INT);
SET disk_limit = '1 byte';
INSERT INTO t VALUES (1);
SELECT n FROM t;
