-- Positions are columns of characters, not bytes.
SELECT 'Grüße 日本 😀' AS text, length('日本') AS n;
SELECT '日本語', fehlt FROM range(1);
