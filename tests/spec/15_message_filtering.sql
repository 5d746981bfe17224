-- Connection with subscription
CREATE CONNECTION ws_filtered TO websocket (
    endpoint = 'wss://stream.example.com/data',
    mode = 'client',
    format = 'json',
    subscribe_message = JSON_OBJECT(
        'action': 'subscribe',
        'channels': ['trades', 'orders'],
        'symbols': ['BTC', 'ETH']
    )
);
