CREATE CONNECTION stock_stream TO websocket (
    endpoint = 'wss://stream.finance.com/stocks',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'X-API-Key': '${secret:finance_api_key}'
    },
    reconnect = true,
    heartbeat_interval_s = 10
);

-- Real-time stock processing
CREATE PIPELINE stock_processor AS
SELECT 
    symbol,
    price,
    volume,
    AVG(price) OVER (
        PARTITION BY symbol 
        ORDER BY timestamp 
        ROWS BETWEEN 99 PRECEDING AND CURRENT ROW
    ) as moving_avg_100,
    timestamp
FROM stock_stream
WHERE symbol IN ('AAPL', 'GOOGL', 'MSFT');
