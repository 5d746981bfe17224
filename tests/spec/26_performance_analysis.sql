-- Analyze latency
WITH latency_stats AS (
    SELECT 
        EXTRACT(EPOCH FROM (processed_at - received_at)) * 1000 as latency_ms,
        DATE_TRUNC('minute', received_at) as minute
    FROM ws_events
    WHERE received_at > NOW() - INTERVAL '1 hour'
)
SELECT 
    minute,
    COUNT(*) as messages,
    AVG(latency_ms) as avg_latency,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY latency_ms) as p50,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY latency_ms) as p95,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY latency_ms) as p99
FROM latency_stats
GROUP BY minute
ORDER BY minute DESC;
