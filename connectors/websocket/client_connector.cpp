#include "connectors/websocket/client_connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <ctime>
#include <iterator>
#include <utility>

#include "connectors/net/deadline.h"
#include "connectors/net/name_resolution.h"
#include "connectors/websocket/stream_settings.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

/// What one attempt carries from step to step.
struct ClientConnector::Attempt {
    ConnectFailure& failure;
    std::vector<ConnectionTestStep>* steps;

    WebSocketUrl url;
    HttpHeaders headers;
    TlsClientSettings tls;
    std::shared_ptr<net::ssl::context> tls_context;
    std::optional<tcp::socket> socket;
    std::unique_ptr<ConnectedPeer> peer = std::make_unique<ConnectedPeer>();

    void passed(std::string step, Clock::time_point since, std::string detail) const {
        note(std::move(step), true, since, std::move(detail));
    }
    bool failed(std::string step, std::string event, Clock::time_point since, std::string description) const {
        note(std::move(step), false, since, description);
        failure.event = std::move(event);
        failure.description = std::move(description);
        return false;
    }

private:
    void note(std::string step, bool ok, Clock::time_point since, std::string detail) const {
        if (!steps) return;
        const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since);
        steps->push_back({std::move(step), ok, elapsed, std::move(detail)});
    }
};

ClientConnector::ClientConnector(net::any_io_executor strand, const WebSocketOptions& options,
                                 const SecretResolver& secrets)
    : strand_(std::move(strand)), options_(options), secrets_(secrets) {}

void ClientConnector::abort() {
    aborted_ = true;
    if (interrupt_) interrupt_();
}

net::awaitable<std::unique_ptr<ConnectedPeer>> ClientConnector::connect(const std::string& endpoint,
                                                                        ConnectFailure& failure,
                                                                        std::vector<ConnectionTestStep>* steps) {
    Attempt attempt{failure, steps, {}, {}, {}, {}, {}};
    bool ok = prepare(endpoint, attempt);
    if (ok) ok = co_await open_socket(attempt);
    if (ok && attempt.url.secure) ok = co_await shake_hands_tls(attempt);
    if (ok) ok = co_await shake_hands_websocket(attempt);
    interrupt_ = nullptr;
    if (!ok) co_return nullptr;
    co_return std::move(attempt.peer);
}

bool ClientConnector::resolve_secrets(const std::string& text, std::string_view option, std::string& resolved,
                                      Attempt& attempt) {
    SecretResolver::Result result = secrets_.resolve(text);
    if (!result.missing.empty()) {
        return attempt.failed("secrets", "secret_missing", Clock::now(),
                              fmt::format("{}: {}", option, fmt::join(result.missing, "; ")));
    }
    resolved = std::move(result.text);
    return true;
}

bool ClientConnector::prepare(const std::string& endpoint, Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    std::string location;
    if (!resolve_secrets(endpoint, "endpoint", location, attempt)) return false;
    auto parsed = parse_websocket_url(location);
    if (const auto* error = std::get_if<UrlError>(&parsed)) {
        return attempt.failed("resolve", "invalid_option", start, "endpoint: " + error->message);
    }
    attempt.url = std::move(std::get<WebSocketUrl>(parsed));

    for (const auto& [name, value] : options_.headers) {
        std::string resolved;
        if (!resolve_secrets(value, fmt::format("header {}", name), resolved, attempt)) return false;
        // A value with a line break would be another header.
        if (resolved.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            return attempt.failed("secrets", "invalid_option", start,
                                  fmt::format("header {}: the value has a line break or NUL", name));
        }
        attempt.headers.emplace_back(name, std::move(resolved));
    }
    if (!options_.subprotocols.empty()) {
        attempt.headers.emplace_back("Sec-WebSocket-Protocol",
                                     fmt::format("{}", fmt::join(options_.subprotocols, ", ")));
    }
    if (!attempt.url.secure) return true;

    attempt.tls.verify = options_.tls_verify;
    attempt.tls.verify_host = options_.tls_hostname_verification;
    if (!resolve_secrets(options_.tls_ca_cert.value_or(""), "tls_ca_cert", attempt.tls.trusted_authority, attempt) ||
        !resolve_secrets(options_.tls_client_cert.value_or(""), "tls_client_cert", attempt.tls.certificate, attempt) ||
        !resolve_secrets(options_.tls_client_key.value_or(""), "tls_client_key", attempt.tls.private_key, attempt)) {
        return false;
    }
    try {
        attempt.tls_context = make_client_tls_context(attempt.tls);
    } catch (const std::exception& error) {
        return attempt.failed("tls", "invalid_option", start, error.what());
    }
    return true;
}

net::awaitable<bool> ClientConnector::open_socket(Attempt& attempt) {
    Clock::time_point start = Clock::now();
    NameResolution resolution(strand_, attempt.url.host, attempt.url.port);
    interrupt_ = [&resolution] { resolution.abort(); };
    if (aborted_) resolution.abort();
    boost::system::error_code error;
    const std::vector<tcp::endpoint> addresses = co_await resolution.run(options_.connect_timeout, error);
    interrupt_ = nullptr;
    if (aborted_) co_return attempt.failed("resolve", "connect_failed", start, "aborted");
    if (error || addresses.empty()) {
        const std::string why = error == net::error::timed_out
                                    ? fmt::format("no answer within {} ms", options_.connect_timeout.count())
                                    : error.message();
        co_return attempt.failed("resolve", "resolve_failed", start,
                                 fmt::format("cannot resolve host \"{}\": {}", attempt.url.host, why));
    }
    std::string list;
    for (const tcp::endpoint& address : addresses) list += (list.empty() ? "" : ", ") + address_text(address);
    attempt.passed("resolve", start, list);

    start = Clock::now();
    std::string problems;
    for (const tcp::endpoint& address : addresses) {
        tcp::socket socket(strand_);
        interrupt_ = [&socket] {
            boost::system::error_code ignored;
            socket.close(ignored);
        };
        bool timed_out = false;
        {
            const Deadline limit(strand_, options_.connect_timeout, interrupt_);
            co_await socket.async_connect(address, net::redirect_error(net::use_awaitable, error));
            timed_out = limit.expired();
        }
        interrupt_ = nullptr;
        if (aborted_) co_return attempt.failed("connect", "connect_failed", start, "aborted");
        if (!error) {
            socket.set_option(tcp::no_delay(true), error);
            attempt.peer->remote_address = address_text(address);
            attempt.passed("connect", start, attempt.peer->remote_address);
            attempt.socket.emplace(std::move(socket));
            co_return true;
        }
        const std::string why = timed_out ? fmt::format("no answer within {} ms", options_.connect_timeout.count())
                                          : describe_stream_error(error);
        problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", address_text(address), why);
    }
    co_return attempt.failed("connect", "connect_failed", start, "cannot connect to " + problems);
}

net::awaitable<bool> ClientConnector::shake_hands_tls(Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    ConnectedPeer& peer = *attempt.peer;
    peer.tls_report = std::make_shared<TlsPeerReport>();
    peer.stream =
        std::make_unique<MessageStream>(std::move(*attempt.socket), attempt.tls_context, stream_settings(options_));
    MessageStream& stream = *peer.stream;
    prepare_client_tls(stream.tls_handle(), attempt.url.host, attempt.tls, *peer.tls_report);
    interrupt_ = [&stream] { stream.abort(); };
    boost::system::error_code error;
    bool timed_out = false;
    {
        const Deadline limit(strand_, options_.handshake_timeout, interrupt_);
        error = co_await stream.tls_handshake(true);
        timed_out = limit.expired();
    }
    interrupt_ = nullptr;
    if (!error && !aborted_) {
        peer.description = describe_tls_connection(stream.tls_handle());
        attempt.passed("tls", start, peer.description);
        co_return true;
    }
    const std::string why = timed_out ? fmt::format("no answer within {} ms", options_.handshake_timeout.count())
                                      : describe_tls_failure(error, *peer.tls_report, attempt.url.host);
    co_return attempt.failed("tls", "tls_failed", start, "TLS with " + peer.remote_address + ": " + why);
}

net::awaitable<bool> ClientConnector::shake_hands_websocket(Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    ConnectedPeer& peer = *attempt.peer;
    if (!peer.stream) {
        peer.stream = std::make_unique<MessageStream>(std::move(*attempt.socket), nullptr, stream_settings(options_));
    }
    MessageStream& stream = *peer.stream;
    interrupt_ = [&stream] { stream.abort(); };
    UpgradeReply reply;
    boost::system::error_code error;
    bool timed_out = false;
    const std::string authority = attempt.url.authority();
    {
        const Deadline limit(strand_, options_.handshake_timeout, interrupt_);
        error = co_await stream.client_handshake(authority, attempt.url.target, attempt.headers, reply);
        timed_out = limit.expired();
    }
    interrupt_ = nullptr;
    if (!error && !aborted_) {
        peer.description = peer.remote_address + (peer.description.empty() ? "" : ", " + peer.description);
        attempt.passed("handshake", start, fmt::format("HTTP {} {}", reply.status, reply.reason));
        co_return true;
    }

    std::string why;
    if (timed_out) {
        why = fmt::format("{} does not answer the handshake within {} ms", peer.remote_address,
                          options_.handshake_timeout.count());
    } else if (reply.status >= 300 && reply.status < 400) {
        why = fmt::format("HTTP {} {}: redirected to \"{}\"; redirects are not followed, set endpoint to that",
                          reply.status, reply.reason, redact_url(reply.header("Location")));
    } else if (reply.status != 0 && reply.status != 101) {
        why = fmt::format("HTTP {} {}", reply.status, reply.reason);
    } else if (peer.tls_report && error.category() == net::error::get_ssl_category()) {
        why = describe_tls_failure(error, *peer.tls_report, attempt.url.host);
    } else {
        why = describe_stream_error(error);
    }
    if (reply.status != 101) attempt.failure.http_status = reply.status;
    attempt.failure.retry_after = parse_retry_after(reply.header("Retry-After"), std::chrono::system_clock::now());
    co_return attempt.failed("handshake", "handshake_failed", start, "handshake failed: " + why);
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           std::chrono::system_clock::time_point now) {
    if (text.empty()) return std::nullopt;
    std::uint32_t seconds = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (problem == std::errc() && end == text.data() + text.size()) return std::chrono::seconds(seconds);
    std::tm parts{};
    const char* rest = strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (!rest) return std::nullopt;
    const auto until = std::chrono::system_clock::from_time_t(timegm(&parts));
    return std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(until - now));
}

}  // namespace laminar
