-- The type of a name with dots follows from the values that fill the column, wherever they stand.
CREATE CONNECTION feed TO file (path = 'direct_nested.ndjson');
CREATE PIPELINE direct AS SELECT "service.port", "service.at", "service.tags.0", "a.b", "C.D" FROM feed;
CREATE PIPELINE everything AS SELECT *, "service.port" FROM feed;
