-- Ethereum, JSON-RPC: notifications of eth_subscribe, {"method": "eth_subscription", "params": {"subscription": ..., "result": ...}}.
-- https://geth.ethereum.org/docs/interacting-with-geth/rpc/pubsub
--
-- Run it with: laminar run sql_examples/feeds/ethereum.sql --secrets-dir DIR (a file ethereum_key in it)
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION ethereum TO websocket (
    mode = 'client',
    endpoint = 'wss://mainnet.infura.io/ws/v3/${secret:ethereum_key}',
    format = 'json',
    subscribe_message = [
        JSON_OBJECT('jsonrpc': '2.0', 'id': 1, 'method': 'eth_subscribe', 'params': ['newHeads']),
        JSON_OBJECT('jsonrpc': '2.0', 'id': 2, 'method': 'eth_subscribe', 'params': [
            'logs', JSON_OBJECT('topics': ['0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'])
        ])
    ]
);

-- Numbers are hexadecimal: coerce reads them. Only heads have a number, and only logs an address.
CREATE TABLE blocks (
    number UBIGINT NOT NULL WITH (json_path = '$.params.result.number'),
    hash TEXT NOT NULL WITH (json_path = '$.params.result.hash'),
    seconds UBIGINT NOT NULL WITH (json_path = '$.params.result.timestamp'),
    gas_used UBIGINT WITH (json_path = '$.params.result.gasUsed'),
    gas_limit UBIGINT WITH (json_path = '$.params.result.gasLimit'),
    base_fee HUGEINT WITH (json_path = '$.params.result.baseFeePerGas')
) WITH (
    connector = 'ethereum',
    accept = MAP {'$.method': 'eth_subscription', '$.params.result.number': EXISTS},
    coerce = true
);

-- Amounts have 256 bits: they stay texts.
CREATE TABLE transfers (
    token TEXT NOT NULL WITH (json_path = '$.params.result.address'),
    block UBIGINT NOT NULL WITH (json_path = '$.params.result.blockNumber'),
    "transaction" TEXT NOT NULL WITH (json_path = '$.params.result.transactionHash'),
    topics TEXT[] WITH (json_path = '$.params.result.topics'),
    amount TEXT WITH (json_path = '$.params.result.data'),
    removed BOOLEAN WITH (json_path = '$.params.result.removed')
) WITH (
    connector = 'ethereum',
    accept = MAP {'$.method': 'eth_subscription', '$.params.result.address': EXISTS},
    coerce = true
);

CREATE TABLE answers (
    id BIGINT,
    result TEXT,
    error TEXT WITH (json_path = '$.error.message')
) WITH (connector = 'ethereum', accept = MAP {'$.id': EXISTS});

CREATE PIPELINE fullness AS
SELECT number, TO_TIMESTAMP(seconds) AS at, ROUND(100.0 * gas_used / gas_limit, 1) AS percent
FROM blocks;

CREATE PIPELINE payments AS
SELECT block, token, '0x' || SUBSTRING(topics[2], 27) AS sender, '0x' || SUBSTRING(topics[3], 27) AS receiver, amount
FROM transfers
WHERE NOT removed;
