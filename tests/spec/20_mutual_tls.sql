CREATE CONNECTION ws_mtls TO websocket (
    endpoint = 'wss://mtls.example.com/stream',
    mode = 'client',
    format = 'json',
    tls_verify = true,
    tls_ca_cert = '${secret:ca_cert}',
    tls_client_cert = '${secret:client_cert}',
    tls_client_key = '${secret:client_key}'
);
