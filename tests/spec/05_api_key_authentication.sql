CREATE CONNECTION ws_api_key TO websocket (
    endpoint = 'wss://api.example.com/stream',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'X-API-Key': '${secret:api_key}',
        'X-Client-ID': 'laminar-stream-processor'
    }
);
