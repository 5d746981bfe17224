-- NULL puts the documented default back.
SET threads = 3;
SELECT current_setting('threads') AS threads;
SET threads = NULL;
SELECT current_setting('threads') AS threads;
