-- Multiple connections for load balancing
CREATE CONNECTION ws_pool_1 TO websocket (
    endpoint = 'wss://server1.example.com/stream',
    mode = 'client',
    format = 'json'
);

CREATE CONNECTION ws_pool_2 TO websocket (
    endpoint = 'wss://server2.example.com/stream',
    mode = 'client',
    format = 'json'
);

-- Unified view
CREATE VIEW balanced_stream AS
SELECT *, 'server1' as source FROM ws_pool_1
UNION ALL
SELECT *, 'server2' as source FROM ws_pool_2;
