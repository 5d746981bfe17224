-- Analyze message flow
SELECT 
    DATE_TRUNC('minute', received_at) as minute,
    COUNT(*) as message_count,
    AVG(message_size) as avg_size,
    MAX(message_size) as max_size,
    SUM(message_size) as total_bytes
FROM ws_events
WHERE received_at > NOW() - INTERVAL '1 hour'
GROUP BY DATE_TRUNC('minute', received_at)
ORDER BY minute DESC;
