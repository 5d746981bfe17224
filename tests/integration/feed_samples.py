"""Messages of public feeds, made up, shaped as their documentation says. A sample is what a feed sends to one client: texts, or
bytes where it sends those."""

import gzip
import json
import random
import time

START = int(time.time() * 1000) - 20_000  # A moment ago, in milliseconds: what is far from now is taken for a number.


def dumps(*messages):
    return [json.dumps(message, separators=(",", ":")) for message in messages]


def price(chance, low=80000, high=90000):
    return f"{chance.uniform(low, high):.2f}"


def binance(chance):
    """Combined streams: {"stream": ..., "data": {"e": kind, ...}}; best prices have no "e"."""
    messages = [{"result": None, "id": 1}]
    for number in range(60):
        symbol = chance.choice(["BTCUSDT", "ETHUSDT"])
        at = START + 250 * number
        messages.append({"stream": f"{symbol.lower()}@trade", "data": {
            "e": "trade", "E": at + 3, "s": symbol, "t": 5000 + number, "p": price(chance), "q": f"{chance.random():.8f}",
            "T": at, "m": chance.random() < 0.5, "M": True}})
        messages.append({"stream": f"{symbol.lower()}@bookTicker", "data": {
            "u": 400900217 + number, "s": symbol, "b": price(chance), "B": "3.1", "a": price(chance), "A": "0.5"}})
        if number % 4 == 0:
            messages.append({"stream": f"{symbol.lower()}@kline_1m", "data": {
                "e": "kline", "E": at + 5, "s": symbol, "k": {
                    "t": at, "T": at + 59999, "s": symbol, "i": "1m", "f": 100, "L": 200, "o": "0.0010", "c": "0.0020",
                    "h": "0.0025", "l": "0.0015", "v": "1000", "n": 100, "x": False, "q": "1.0000"}}})
    return dumps(*messages)


def kraken_v1(chance):
    """Data are arrays, [channel, data, name, pair]; what the server says of itself are objects."""
    messages = [{"connectionID": 8628615390848610000, "event": "systemStatus", "status": "online", "version": "1.9.6"},
                {"channelID": 119930881, "channelName": "trade", "event": "subscriptionStatus", "pair": "XBT/USD",
                 "status": "subscribed", "subscription": {"name": "trade"}},
                {"channelID": 119930888, "channelName": "ticker", "event": "subscriptionStatus", "pair": "XBT/USD",
                 "status": "subscribed", "subscription": {"name": "ticker"}}]
    for number in range(40):
        at = START / 1000 + number
        trades = [[price(chance) + "000", f"{chance.random():.8f}", f"{at + part / 1000:.6f}", chance.choice("bs"), chance.choice("lm"), ""]
                  for part in range(chance.randint(1, 3))]
        messages.append([119930881, trades, "trade", "XBT/USD"])
        if number % 3 == 0:
            messages.append([119930888, {"a": [price(chance), 1, "1.000"], "b": [price(chance), 2, "2.000"], "c": [price(chance), "0.1"],
                                         "v": ["1.5", "2.5"], "t": [5, 6]}, "ticker", "XBT/USD"])
        if number % 8 == 0:
            messages.append({"event": "heartbeat"})
    return dumps(*messages)


def kraken_v2(chance):
    messages = [{"channel": "status", "data": [{"api_version": "v2", "connection_id": 12393906104898154338, "system": "online",
                                                "version": "2.0.4"}], "type": "update"},
                {"method": "subscribe", "result": {"channel": "trade", "snapshot": True, "symbol": "BTC/USD"}, "success": True,
                 "time_in": "2026-01-01T00:00:00.000000Z", "time_out": "2026-01-01T00:00:00.000100Z"}]
    for number in range(40):
        messages.append({"channel": "trade", "type": "update" if number else "snapshot", "data": [
            {"symbol": "BTC/USD", "side": chance.choice(["buy", "sell"]), "price": chance.uniform(80000, 90000), "qty": chance.random(),
             "ord_type": "market", "trade_id": 4665846 + 3 * number + part, "timestamp": f"2026-01-01T00:00:{number:02d}.{part}56Z"}
            for part in range(chance.randint(1, 3))]})
        if number % 4 == 0:
            messages.append({"channel": "heartbeat"})
    return dumps(*messages)


def bitfinex(chance):
    """[channel, "te", [...]] for a trade, [channel, [...]] for what else a channel has, [channel, "hb"]."""
    messages = [{"event": "info", "version": 2, "serverId": "5a8bd5c0-2f5c-4d8a-8e5a-0d1a6a6b7c8d", "platform": {"status": 1}},
                {"event": "subscribed", "channel": "trades", "chanId": 17470, "symbol": "tBTCUSD", "pair": "BTCUSD"},
                [17470, [[401597393, START - 20, 0.005, 7245.3], [401597392, START - 30, -0.1, 7245.1]]]]
    for number in range(40):
        trade = [401597395 + number, START + 100 * number, chance.uniform(-1, 1), chance.uniform(7000, 8000)]
        messages.append([17470, "te", trade])
        messages.append([17470, "tu", trade])
        if number % 10 == 0:
            messages.append([17470, "hb"])
    return dumps(*messages)


def coinbase(chance):
    """Advanced Trade: the rows are in lists in the list of events."""
    messages = [{"channel": "subscriptions", "client_id": "", "timestamp": "2026-01-01T00:00:00.1Z", "sequence_num": 0,
                 "events": [{"subscriptions": {"ticker": ["BTC-USD"], "level2": ["BTC-USD"]}}]}]
    for number in range(40):
        stamp = {"client_id": "", "timestamp": f"2026-01-01T00:00:{number:02d}.123456789Z", "sequence_num": number + 1}
        messages.append({"channel": "ticker", **stamp, "events": [{"type": "update" if number else "snapshot", "tickers": [
            {"type": "ticker", "product_id": "BTC-USD", "price": price(chance), "volume_24_h": "16038.28770938",
             "low_24_h": "82835.29", "high_24_h": "93011.18", "price_percent_chg_24_h": "-4.15775596190603",
             "best_bid": price(chance), "best_ask": price(chance)}]}]})
        messages.append({"channel": "l2_data", **stamp, "events": [{"type": "update", "product_id": "BTC-USD", "updates": [
            {"side": chance.choice(["bid", "offer"]), "event_time": f"2026-01-01T00:00:{number:02d}Z", "price_level": price(chance),
             "new_quantity": f"{chance.random():.4f}"} for _ in range(chance.randint(1, 4))]}]})
        if number % 10 == 0:
            messages.append({"channel": "heartbeats", **stamp, "events": [
                {"current_time": "2026-01-01 00:00:00.1 +0000 UTC m=+91717.525857105", "heartbeat_counter": str(3049 + number)}]})
    return dumps(*messages)


def aisstream(chance):
    messages = []
    for number in range(40):
        ship = 259000420 + number % 5
        about = {"MMSI": ship, "MMSI_String": ship, "ShipName": "AUGUSTSON", "latitude": 66.0 + chance.random(),
                 "longitude": 12.0 + chance.random(), "time_utc": f"2026-01-01 18:22:{number:02d}.318353123 +0000 UTC"}
        messages.append({"MessageType": "PositionReport", "MetaData": about, "Message": {"PositionReport": {
            "Cog": 308.2, "CommunicationState": 81982, "Latitude": about["latitude"], "Longitude": about["longitude"], "MessageID": 1,
            "NavigationalStatus": 15, "PositionAccuracy": True, "Raim": False, "RateOfTurn": 4, "RepeatIndicator": 0, "Sog": 0.0,
            "Spare": 0, "SpecialManoeuvreIndicator": 0, "Timestamp": 31, "TrueHeading": 235, "UserID": ship, "Valid": True}}})
        if number % 4 == 0:
            messages.append({"MessageType": "ShipStaticData", "MetaData": about, "Message": {"ShipStaticData": {
                "AisVersion": 1, "CallSign": "LG7042", "Destination": "BODO", "Dimension": {"A": 10, "B": 5, "C": 3, "D": 2}, "Dte": False,
                "Eta": {"Day": 1, "Hour": 2, "Minute": 3, "Month": 4}, "FixType": 1, "ImoNumber": 8918320, "MaximumStaticDraught": 2.7,
                "MessageID": 5, "Name": "AUGUSTSON", "Type": 30, "UserID": ship, "Valid": True}}})
    return dumps(*messages)


def mastodon(chance):
    """The payload is JSON in a text."""
    messages = []
    for number in range(30):
        status = {"id": str(108914327388663283 + number), "created_at": "2026-01-01T00:00:00.000Z", "content": "<p>ok</p>"}
        messages.append({"stream": ["public"], "event": "update", "payload": json.dumps(status)})
        if number % 5 == 0:
            messages.append({"stream": ["public"], "event": "delete", "payload": str(108914327388663283 - number)})
    return dumps(*messages)


def okx(chance):
    messages = [{"event": "subscribe", "arg": {"channel": "trades", "instId": "BTC-USDT"}, "connId": "accb8e21"},
                {"event": "subscribe", "arg": {"channel": "tickers", "instId": "BTC-USDT"}, "connId": "accb8e21"}]
    for number in range(40):
        messages.append({"arg": {"channel": "trades", "instId": "BTC-USDT"}, "data": [
            {"instId": "BTC-USDT", "tradeId": str(130639474 + number), "px": price(chance), "sz": "0.12060306",
             "side": chance.choice(["buy", "sell"]), "ts": str(START + 100 * number), "count": "3"}]})
        messages.append({"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [
            {"instType": "SPOT", "instId": "BTC-USDT", "last": price(chance), "lastSz": "0.1", "askPx": price(chance), "askSz": "11",
             "bidPx": price(chance), "bidSz": "5", "vol24h": "2222", "ts": str(START + 100 * number)}]})
    return dumps(*messages)


def bybit(chance):
    messages = [{"success": True, "ret_msg": "", "conn_id": "2324d924-aa4d-45b0-a858-7b8be29ab52b", "req_id": "1", "op": "subscribe"}]
    for number in range(40):
        symbol = chance.choice(["BTCUSDT", "ETHUSDT"])
        messages.append({"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": START + 100 * number + 4, "data": [
            {"T": START + 100 * number, "s": symbol, "S": "Buy", "v": "0.001", "p": price(chance), "L": "PlusTick",
             "i": "20f43950-d8dd-5b31-9112-a178eb6023af", "BT": False}]})
        data = {"symbol": symbol, "lastPrice": price(chance), "bid1Price": price(chance), "ask1Price": price(chance)}
        if number < 2:
            data |= {"tickDirection": "PlusTick", "price24hPcnt": "0.017103", "openInterest": "68744.761", "turnover24h": "7.9",
                     "fundingRate": "-0.000212", "nextFundingTime": "1767254400000"}
        messages.append({"topic": f"tickers.{symbol}", "type": "delta" if number > 1 else "snapshot", "data": data,
                         "cs": 24987956059 + number, "ts": START + 100 * number})
    return dumps(*messages)


def deribit(chance):
    messages = [{"jsonrpc": "2.0", "id": 1, "result": ["trades.BTC-PERPETUAL.raw", "ticker.BTC-PERPETUAL.raw"], "usIn": START * 1000,
                 "usOut": START * 1000 + 9, "usDiff": 9, "testnet": False}]
    for number in range(40):
        messages.append({"jsonrpc": "2.0", "method": "subscription", "params": {"channel": "trades.BTC-PERPETUAL.raw", "data": [
            {"trade_seq": 30289442 + number, "trade_id": str(48079269 + number), "timestamp": START + 100 * number, "tick_direction": 2,
             "price": 8950.5, "mark_price": 8948.9, "instrument_name": "BTC-PERPETUAL", "index_price": 8955.88, "direction": "sell",
             "amount": 10}]}})
        messages.append({"jsonrpc": "2.0", "method": "subscription", "params": {"channel": "ticker.BTC-PERPETUAL.raw", "data": {
            "timestamp": START + 100 * number, "stats": {"volume": 73.1, "low": 7940, "high": 8000}, "state": "open",
            "open_interest": 1.7, "min_price": 7943.21, "max_price": 8182.07, "mark_price": 8062.11, "last_price": 8000,
            "instrument_name": "BTC-PERPETUAL", "best_bid_price": 8000, "best_ask_price": 8001.5}}})
    return dumps(*messages)


def polygon(chance):
    """Arrays of objects of several kinds."""
    messages = [[{"ev": "status", "status": "connected", "message": "Connected Successfully"}]]
    for number in range(40):
        messages.append([{"ev": "T", "sym": "MSFT", "x": 4, "i": str(12345 + number), "z": 3, "p": 114.125, "s": 100, "c": [0, 12],
                          "t": START + number, "q": 3681328 + number},
                         {"ev": "Q", "sym": "MSFT", "bx": 4, "bp": 114.125, "bs": 100, "ax": 7, "ap": 114.128, "as": 160, "c": 0, "i": [604],
                          "t": START + number, "q": 50385480 + number, "z": 3}])
    return dumps(*messages)


def jetstream(chance):
    messages = []
    for number in range(40):
        about = {"did": f"did:plc:eygmaihciaxprqvxpfvl{number % 7}", "time_us": (START + 1000 * number) * 1000}
        kind = chance.choice(["post", "like"])
        record = {"$type": f"app.bsky.feed.{kind}", "createdAt": "2026-01-01T00:00:00.000Z"}
        record |= {"text": "hello", "langs": ["en"]} if kind == "post" else {"subject": {"cid": "bafyrei", "uri": "at://x"}}
        messages.append({**about, "kind": "commit", "commit": {"rev": "3l3qo2vutsw2b", "operation": "create",
                                                                "collection": f"app.bsky.feed.{kind}", "rkey": "3l3qo2vuowo2b",
                                                                "record": record, "cid": "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"}})
        if number % 6 == 0:
            messages.append({**about, "kind": "identity", "identity": {"did": about["did"], "handle": "yohimik.bsky.social",
                                                                       "seq": 1409752997 + number, "time": "2026-01-01T00:00:00.000Z"}})
        if number % 9 == 0:
            messages.append({**about, "kind": "commit", "commit": {"rev": "3l3qo2vutsw2b", "operation": "delete",
                                                                    "collection": "app.bsky.feed.like", "rkey": "3l3qo2vuowo2b"}})
    return dumps(*messages)


def htx(chance):
    """Every message is compressed by itself, and comes as bytes."""
    messages = [{"id": "id1", "status": "ok", "subbed": "market.btcusdt.trade.detail", "ts": START}]
    for number in range(30):
        messages.append({"ch": "market.btcusdt.trade.detail", "ts": START + 100 * number, "tick": {
            "id": 14650745135 + number, "ts": START + 100 * number - 3, "data": [
                {"amount": 0.0099, "ts": START + 100 * number - 3, "id": 146507451359183894799 + number, "tradeId": 102043495674 + number,
                 "price": 401.74, "direction": "buy"}]}})
    return [gzip.compress(message.encode()) for message in dumps(*messages)]


ALL = {feed.__name__: feed for feed in (binance, kraken_v1, kraken_v2, bitfinex, coinbase, aisstream, mastodon, okx, bybit, deribit, polygon,
                                        jetstream, htx)}


def sample(name):
    return ALL[name](random.Random(19))
