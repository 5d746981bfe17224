-- TLS: encrypted connections to servers that prove who they are.
--
-- Make certificates and run it with:
--   sql_examples/make_certificates.sh /tmp/certificates
--   laminar run --secrets-dir /tmp/certificates sql_examples/tls.sql

-- A server speaks wss as soon as it has a certificate. tls_* options take the path of a file, such as
-- '/certs/server.pem', or PEM text, such as a secret holds.
CREATE CONNECTION secure_server TO websocket (
    mode = 'server',
    port = 18161,
    format = 'json',
    tls_cert = '${secret:server_cert}',
    tls_key = '${secret:server_key}'
);
CREATE TABLE inbox (text TEXT, number INTEGER) WITH (connector = 'secure_server');

CREATE CONNECTION ws_secure TO websocket (
    endpoint = 'wss://localhost:18161/',
    mode = 'client',
    format = 'json',
    tls_verify = true,                 -- The certificate must be valid, and signed by
    tls_ca_cert = '${secret:ca_cert}', -- this authority (without the option: one that the system trusts),
    tls_hostname_verification = true   -- and be made for "localhost". Both are on unless they are switched off.
);
CREATE TABLE outbox (text TEXT, number INTEGER) WITH (connector = 'ws_secure');
INSERT INTO outbox VALUES ('encrypted', 1);
WAIT FOR inbox COUNT 1 TIMEOUT INTERVAL '30 seconds';
SELECT text, number FROM inbox;

-- What is wrong is said. Nobody trusts the example's authority but us ...
CREATE CONNECTION unknown_authority TO websocket (
    endpoint = 'wss://localhost:18161/', mode = 'client', format = 'json');
SELECT test_connection('unknown_authority') ->> '$.steps[2].detail' AS refused;

-- ... and the certificate is not for this name of the host.
CREATE CONNECTION wrong_host TO websocket (
    endpoint = 'wss://127.0.0.1:18161/', mode = 'client', format = 'json', tls_ca_cert = '${secret:ca_cert}');
SELECT test_connection('wrong_host') ->> '$.steps[2].detail' AS refused;

DROP CONNECTION ws_secure CASCADE;
DROP CONNECTION secure_server CASCADE;
