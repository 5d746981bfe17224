-- args: check --format json {file}
SELECT a FROM missing;
SELECT 'é', b FROM "other one";
