#include "connectors/websocket/server/handshake_admission.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "connectors/net/deadline.h"
#include "connectors/net/tls_context.h"
#include "connectors/websocket/frames/stream_error.h"
#include "connectors/websocket/options/path_parameters.h"
#include "connectors/websocket/options/query_parameters.h"
#include "connectors/websocket/options/stream_settings.h"

namespace laminar {

namespace net = boost::asio;

namespace {

constexpr std::chrono::milliseconds farewell_time{1'000};

}  // namespace

HandshakeAdmission::HandshakeAdmission(const WebSocketOptions& options, ConnectionJournal& journal,
                                       ClientDirectory& clients)
    : options_(options), journal_(journal), clients_(clients) {}

bool HandshakeAdmission::prepare(const WebSocketOptions& resolved, std::string& problem) {
    UpgradePolicy policy;
    policy.paths = resolved.path;
    for (const auto& [path, subprotocols] : resolved.path_subprotocols) {
        // By the written path: what is resolved may hold a secret, here as there.
        const auto place = std::find(options_.path.begin(), options_.path.end(), path);
        if (place == options_.path.end()) continue;
        policy.path_subprotocols[static_cast<std::size_t>(place - options_.path.begin())] =
            listed_subprotocols(subprotocols);
    }
    policy.auth_token = resolved.auth_token;
    policy.basic_auth = resolved.basic_auth;
    policy.allowed_origins = resolved.allowed_origins;
    policy.subprotocols = resolved.subprotocols;
    policy_ = std::move(policy);
    tls_.reset();
    if (!resolved.tls_cert) return true;
    try {
        tls_ = make_server_tls_context(
            {*resolved.tls_cert, resolved.tls_key.value_or(""), resolved.tls_client_ca.value_or("")});
    } catch (const std::exception& error) {
        problem = error.what();
        return false;
    }
    return true;
}

void HandshakeAdmission::begin(Visit& visit) const {
    visit.stream = std::make_unique<MessageStream>(std::move(visit.socket), tls_, stream_settings(options_));
}

net::awaitable<bool> HandshakeAdmission::admit(Visit& visit) {
    MessageStream& stream = *visit.stream;
    const Deadline limit(visit.strand, options_.handshake_timeout, [&stream] { stream.abort(); });
    const auto report = [&](const std::string& why) {
        if (visit.stopped || visit.gave_way) return;
        log_refusal("handshake_failed",
                    fmt::format("{}: {}", visit.remote_address,
                                limit.expired() ? fmt::format("no handshake within {} ms (handshake_timeout_ms)",
                                                              options_.handshake_timeout.count())
                                                : why));
    };
    boost::system::error_code error;
    if (tls_) {
        prepare_server_tls(stream.tls_handle(), visit.tls_report);
        error = co_await stream.tls_handshake(false);
        if (error) {
            report("TLS: " + describe_tls_failure(error, visit.tls_report, visit.remote_address));
            co_return false;
        }
        visit.tls_subject = tls_peer_subject(stream.tls_handle());
    }
    UpgradeRequest request;
    error = co_await stream.read_request(options_.max_header_size, request);
    if (error) {
        report(describe_stream_error(error));
        if (is_header_too_large(error)) {
            const UpgradeRefusal refusal{431, "The request header is too large.", {}};
            co_await turn_away(visit, refusal);
        } else if (is_malformed_http(error)) {
            const UpgradeRefusal refusal{400, "This is not an HTTP request.", {}};
            co_await turn_away(visit, refusal);
        }
        co_return false;
    }
    std::optional<UpgradeRefusal> refusal = check_upgrade(request, policy_);
    if (!refusal) refusal = take_place(visit);
    if (refusal) {
        log_refusal("client_refused",
                    fmt::format("{}: HTTP {}: {}", visit.remote_address, refusal->status, refusal->explanation));
        co_await turn_away(visit, *refusal);
        co_return false;
    }
    visit.query_parameters = query_parameters_json(request.target);
    if (const auto path = requested_path(request, policy_)) {
        visit.request_path = options_.path[*path];
        visit.path_parameters = path_parameters_json(request.target, policy_.paths[*path]);
    }
    visit.subprotocol = choose_subprotocol(request, policy_);
    error = co_await stream.accept(visit.subprotocol);
    if (error) report(describe_stream_error(error));
    co_return !error;
}

void HandshakeAdmission::log_refusal(const std::string& event, const std::string& text) {
    journal_.log_limited(refusals_, "connections that do not become clients", "warning", event, text);
}

std::optional<UpgradeRefusal> HandshakeAdmission::take_place(Visit& visit) const {
    if (!visit.counts_for_address)
        return UpgradeRefusal{429, "Too many connections from this address.", {{"Retry-After", "5"}}};
    visit.holds_place = clients_.take_place();
    if (!visit.holds_place) return UpgradeRefusal{503, "Too many clients.", {{"Retry-After", "5"}}};
    return std::nullopt;
}

net::awaitable<void> HandshakeAdmission::turn_away(Visit& visit, const UpgradeRefusal& refusal) {
    co_await visit.stream->refuse(refusal.status, refusal.explanation, refusal.headers);
    co_await visit.stream->shut_down(farewell_time);
}

}  // namespace laminar
