#include "connectors/websocket/client/client_connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <ctime>
#include <iterator>
#include <limits>
#include <utility>

#include "catalog/options/secret_resolver.h"
#include "connectors/codec/values/base64.h"
#include "connectors/net/deadline.h"
#include "connectors/net/name_resolution.h"
#include "connectors/net/proxy_tunnel.h"
#include "connectors/websocket/client/client_request.h"
#include "connectors/websocket/client/endpoint.h"
#include "connectors/websocket/frames/stream_error.h"
#include "connectors/websocket/options/stream_settings.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

/// What one attempt carries from step to step.
struct ClientConnector::Attempt {
    ConnectFailure& failure;
    std::vector<ConnectionTestStep>* steps;

    ClientRequest request;
    std::string redirect = {};  ///< Where the server wants it to go, where that is followed.
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

namespace {

/// Of the body of a refusal, in bytes.
constexpr std::size_t most_body_shown = 200;

std::string_view trim(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    const std::size_t begin = std::min(text.find_first_not_of(white_space), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(white_space) + 1);
}

void add_detail(std::string& text, const std::string& detail) {
    if (!detail.empty()) text += (text.empty() ? "" : ", ") + detail;
}

}  // namespace

ClientConnector::ClientConnector(net::any_io_executor strand, const WebSocketOptions& options,
                                 const FeedPosition& position, const SecretResolver& secrets)
    : strand_(std::move(strand)), options_(options), position_(position), secrets_(secrets) {}

void ClientConnector::abort() {
    aborted_ = true;
    if (interrupt_) interrupt_();
}

net::awaitable<std::unique_ptr<ConnectedPeer>> ClientConnector::connect(const ComputedText& endpoint,
                                                                        ConnectFailure& failure,
                                                                        std::vector<ConnectionTestStep>* steps) {
    ComputedText place = endpoint;
    std::optional<WebSocketUrl> first;
    bool was_encrypted = false;
    for (std::int64_t followed = 0;; ++followed) {
        Attempt attempt{failure, steps, {}, {}, {}};
        const Clock::time_point start = Clock::now();
        auto made = make_client_request(place, options_, position_, secrets_, first ? &*first : nullptr);
        if (auto* problem = std::get_if<ClientRequestProblem>(&made)) {
            attempt.failed(problem->step, problem->event, start, problem->description);
            co_return nullptr;
        }
        attempt.request = std::move(std::get<ClientRequest>(made));
        if (was_encrypted && !attempt.request.url.secure) {
            attempt.failed("redirect", "handshake_failed", start,
                           fmt::format("handshake failed: redirected to \"{}\", which is not encrypted",
                                       shown_place(place.text())));
            co_return nullptr;
        }
        const bool ok = co_await go(attempt);
        interrupt_ = nullptr;
        if (ok) co_return std::move(attempt.peer);
        if (attempt.redirect.empty()) co_return nullptr;
        if (followed == options_.follow_redirects) {
            attempt.failed("redirect", "handshake_failed", start,
                           fmt::format("handshake failed: redirected more than {} times (follow_redirects), at last to "
                                       "\"{}\"",
                                       followed, shown_place(attempt.redirect)));
            co_return nullptr;
        }
        attempt.passed("redirect", start, "to " + shown_place(attempt.redirect));
        if (!first) first = attempt.request.url;
        was_encrypted = was_encrypted || attempt.request.url.secure;
        place = std::move(attempt.redirect);
    }
}

net::awaitable<bool> ClientConnector::go(Attempt& attempt) {
    bool ok = co_await open_socket(attempt);
    if (ok && attempt.request.proxy) ok = co_await tunnel_through_proxy(attempt);
    if (ok && attempt.request.url.secure) ok = co_await shake_hands_tls(attempt);
    if (ok) ok = co_await shake_hands_websocket(attempt);
    co_return ok;
}

net::awaitable<bool> ClientConnector::open_socket(Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    const ClientRequest& request = attempt.request;
    const std::string& host = request.proxy ? request.proxy->host : request.url.host;
    NameResolution resolution(strand_, host, request.proxy ? request.proxy->port : request.url.port);
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
        co_return attempt.failed(
            "resolve", "resolve_failed", start,
            fmt::format("cannot resolve {} \"{}\": {}", request.proxy ? "the proxy's host" : "host", host, why));
    }
    std::string list;
    for (const tcp::endpoint& address : addresses) list += (list.empty() ? "" : ", ") + address_text(address);
    attempt.passed("resolve", start, list);
    co_return co_await connect_to_first(addresses, attempt);
}

net::awaitable<bool> ClientConnector::connect_to_first(const std::vector<tcp::endpoint>& addresses, Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    boost::system::error_code error;
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
    co_return attempt.failed(
        "connect", "connect_failed", start,
        fmt::format("cannot connect to {}{}", attempt.request.proxy ? "the proxy " : "", problems));
}

net::awaitable<bool> ClientConnector::tunnel_through_proxy(Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    const ProxyUrl& proxy = *attempt.request.proxy;
    const WebSocketUrl& url = attempt.request.url;
    std::string authorization;
    if (proxy.has_credentials) {
        authorization = "Basic ";
        append_base64(authorization, proxy.user + ":" + proxy.password);
    }
    const std::string authority = fmt::format("{}:{}", url.ipv6 ? "[" + url.host + "]" : url.host, url.port);
    tcp::socket& socket = *attempt.socket;
    interrupt_ = [&socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
    };
    ProxyReply reply;
    boost::system::error_code error;
    bool timed_out = false;
    {
        const Deadline limit(strand_, options_.handshake_timeout, interrupt_);
        error = co_await open_proxy_tunnel(socket, authority, authorization, reply);
        timed_out = limit.expired();
    }
    interrupt_ = nullptr;
    const std::string name =
        fmt::format("proxy {} (from {})", attempt.peer->remote_address, attempt.request.proxy_origin);
    if (!error && !aborted_) {
        attempt.peer->description = "through " + name;
        attempt.passed("proxy", start, fmt::format("HTTP {} {}", reply.status, reply.reason));
        co_return true;
    }
    std::string why = describe_stream_error(error);
    if (timed_out) {
        why = fmt::format("no answer to CONNECT within {} ms", options_.handshake_timeout.count());
    } else if (reply.status / 100 == 2) {
        why = "it sent data of its own after its answer to CONNECT";
    } else if (reply.status != 0) {
        why = fmt::format("CONNECT {} was refused with HTTP {} {}", authority, reply.status, reply.reason);
        attempt.failure.http_status = reply.status;
        attempt.failure.retry_after = parse_retry_after(reply.retry_after, std::chrono::system_clock::now());
    }
    co_return attempt.failed("proxy", "proxy_failed", start, name + ": " + why);
}

net::awaitable<bool> ClientConnector::shake_hands_tls(Attempt& attempt) {
    const Clock::time_point start = Clock::now();
    ConnectedPeer& peer = *attempt.peer;
    peer.tls_report = std::make_shared<TlsPeerReport>();
    peer.tls_context = attempt.request.tls_context;
    peer.stream = std::make_unique<MessageStream>(std::move(*attempt.socket), attempt.request.tls_context,
                                                  stream_settings(options_));
    MessageStream& stream = *peer.stream;
    prepare_client_tls(stream.tls_handle(), attempt.request.url.host, attempt.request.tls, *peer.tls_report);
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
        const std::string tls = describe_tls_connection(stream.tls_handle());
        add_detail(peer.description, tls);
        attempt.passed("tls", start, tls);
        co_return true;
    }
    const std::string why = timed_out ? fmt::format("no answer within {} ms", options_.handshake_timeout.count())
                                      : describe_tls_failure(error, *peer.tls_report, attempt.request.url.host);
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
    const std::string authority = attempt.request.url.authority();
    {
        const Deadline limit(strand_, options_.handshake_timeout, interrupt_);
        error = co_await stream.client_handshake(authority, attempt.request.url.target, attempt.request.headers, reply);
        timed_out = limit.expired();
    }
    interrupt_ = nullptr;
    std::string why;
    const bool is_redirect =
        reply.status == 301 || reply.status == 302 || reply.status == 303 || reply.status == 307 || reply.status == 308;
    if (is_redirect && options_.follow_redirects > 0 && !aborted_ && !timed_out) {
        attempt.redirect = redirected_url(reply.header("Location"), attempt.request.url);
        if (!attempt.redirect.empty()) co_return false;
    }
    if (!error && !aborted_) {
        peer.subprotocol = reply.header("Sec-WebSocket-Protocol");
        why = check_subprotocol(peer.subprotocol);
        if (why.empty()) {
            std::string details = peer.description;
            std::string answer = fmt::format("HTTP {} {}", reply.status, reply.reason);
            if (!peer.subprotocol.empty()) {
                add_detail(details, "subprotocol " + peer.subprotocol);
                add_detail(answer, "subprotocol " + peer.subprotocol);
            }
            peer.description = peer.remote_address;
            add_detail(peer.description, details);
            attempt.passed("handshake", start, answer);
            co_return true;
        }
    } else if (timed_out && reply.status == 0) {
        why = fmt::format("{} does not answer the handshake within {} ms", peer.remote_address,
                          options_.handshake_timeout.count());
    } else if (!reply.problem.empty()) {
        why = reply.problem;
    } else if (reply.status >= 300 && reply.status < 400) {
        why = fmt::format("HTTP {} {}: redirected to \"{}\", {}", reply.status, reply.reason,
                          redact_url(reply.header("Location")),
                          options_.follow_redirects > 0 ? "which is no place that can be connected to"
                                                        : "which is not followed: set endpoint to that, or "
                                                          "follow_redirects to how many may be");
    } else if (reply.status != 0 && reply.status != 101) {
        why = fmt::format("HTTP {} {}", reply.status, reply.reason);
        // Often the only place where it says what is wrong.
        const std::string_view body = trim(reply.body);
        if (!body.empty()) why += ": " + quote_excerpt(body, most_body_shown);
    } else if (peer.tls_report && error.category() == net::error::get_ssl_category()) {
        why = describe_tls_failure(error, *peer.tls_report, attempt.request.url.host);
    } else {
        why = describe_stream_error(error);
    }
    if (reply.status != 101) attempt.failure.http_status = reply.status;
    attempt.failure.retry_after = parse_retry_after(reply.header("Retry-After"), std::chrono::system_clock::now());
    co_return attempt.failed("handshake", "handshake_failed", start, "handshake failed: " + why);
}

std::string ClientConnector::check_subprotocol(const std::string& chosen) const {
    const std::vector<std::string>& offered = options_.subprotocols;
    if (chosen.empty())
        return offered.empty()
                   ? std::string()
                   : fmt::format("the server accepted none of the subprotocols offered ({})", fmt::join(offered, ", "));
    if (std::find(offered.begin(), offered.end(), chosen) != offered.end()) return {};
    return fmt::format("the server chose the subprotocol \"{}\", which was not offered", chosen);
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           std::chrono::system_clock::time_point now) {
    if (text.empty()) return std::nullopt;
    constexpr std::int64_t longest = std::numeric_limits<std::uint32_t>::max();
    const bool is_number = std::all_of(text.begin(), text.end(), is_digit);
    if (is_number) {
        std::int64_t seconds = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        return std::chrono::seconds(problem == std::errc() ? std::min(seconds, longest) : longest);
    }
    const std::string date(text);
    for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::tm parts{};
        const char* rest = strptime(date.c_str(), form, &parts);
        if (rest == nullptr || *rest != '\0') continue;
        // In seconds: the clock's own unit ends in the year 2262.
        const std::int64_t wait = timegm(&parts) - std::chrono::system_clock::to_time_t(now);
        return std::chrono::seconds(std::clamp<std::int64_t>(wait, 0, longest));
    }
    return std::nullopt;
}

}  // namespace laminar
