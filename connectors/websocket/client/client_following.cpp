#include <fmt/format.h>

#include <utility>
#include <variant>

#include "catalog/options/url.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/websocket/client/endpoint.h"
#include "connectors/websocket/client/websocket_client.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace net = boost::asio;

namespace {
/// How often a peer may send us on in a row, with no connection that lasts (reconnect_stable_ms).
constexpr int most_moves = 5;
/// How long what is queued for the old place may take, once the new one is there.
constexpr std::chrono::milliseconds parting_time{5'000};
}  // namespace

void WebSocketClient::note_next_url(std::string_view message) {
    if (is_following_ || next_peer_ || stop_requested_.load() || !is_json(message)) return;
    const auto found = find_json_value(message, next_url_steps_);
    if (!found || *found == "null") return;
    std::string url = json_value_text(*found);
    const auto parsed = parse_websocket_url(url);
    std::string problem;
    if (!found->starts_with('"') || std::holds_alternative<UrlError>(parsed))
        problem = fmt::format("{} is not a WebSocket URL", quote_excerpt(found->substr(0, found->find('?'))));
    else if (is_encrypted_ && !std::get<WebSocketUrl>(parsed).secure)
        problem = fmt::format("{} is not encrypted, and the connection is", shown_place(url));
    else if (moves_ >= most_moves)
        problem = fmt::format("the peer has asked for it {} times in a row, and nothing lasted", moves_);
    if (!problem.empty()) {
        journal_.log("warning", "not_followed", problem + " (reconnect_url_path)");
        return;
    }
    next_url_ = std::move(url);
    is_following_ = true;
    journal_.log("info", "following", "the peer asks to go on at " + shown_place(next_url_.text()));
    tasks_.spawn(strand_, follow(resolved_), [this](TaskGroup::Stop) {
        if (follower_) follower_->abort();
    });
}

/// Connects to the next place while the connection goes on in the old one, so that a peer that hands over what it has
/// for us can do so.
net::awaitable<void> WebSocketClient::follow(std::shared_ptr<const WebSocketOptions> options) {
    ConnectFailure failure;
    std::unique_ptr<ConnectedPeer> peer;
    {
        ClientConnector connector(strand_, *options, position_, context_.secrets);
        follower_ = &connector;
        peer = co_await connector.connect(next_url_, failure, nullptr);
        follower_ = nullptr;
    }
    is_following_ = false;
    if (running_ && !stop_requested_.load()) {
        if (peer) {
            next_peer_ = std::move(peer);
            if (session_) session_->request_close(1000, "goes on elsewhere", parting_time);
        } else {
            journal_.log("warning", "not_followed", failure.description);
        }
    }
    event_.notify();
}

/// Whether there is another place to go on at, once that is certain.
net::awaitable<bool> WebSocketClient::awaits_next_place() {
    while (is_following_ && !stopping() && !engine_verdict_) co_await event_.wait();
    co_return next_peer_ != nullptr;
}

net::awaitable<WebSocketClient::Round> WebSocketClient::go_on_elsewhere() {
    const std::unique_ptr<ConnectedPeer> peer = std::move(next_peer_);
    const ComputedText url = next_url_;
    journal_.set_endpoint(shown_place(url.text()));
    journal_.set_state(ConnectionState::connecting);
    ++moves_;
    Round round;
    co_await attend(*peer, url, round);
    if (round.ending.was_stable) moves_ = 0;
    co_return round;
}

}  // namespace laminar
