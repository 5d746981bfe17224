#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "connectors/net/deadline.h"
#include "connectors/net/http_head.h"
#include "connectors/websocket/frames/deflate_negotiation.h"
#include "connectors/websocket/frames/message_stream_implementation.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

constexpr std::string_view product = "laminar";

std::string_view find_header(const HttpHeaders& headers, std::string_view name) noexcept {
    for (const auto& [key, value] : headers) {
        if (equals_ignoring_case(key, name)) return value;
    }
    return {};
}

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

template <class Fields>
HttpHeaders copy_headers(const Fields& fields) {
    HttpHeaders headers;
    for (const auto& field : fields) headers.emplace_back(text(field.name_string()), text(field.value()));
    return headers;
}

template <class Fields>
void join_lines(Fields& fields, http::field field) {
    if (fields.count(field) < 2) return;
    std::string joined;
    const auto lines = fields.equal_range(field);
    for (auto line = lines.first; line != lines.second; ++line)
        joined += (joined.empty() ? "" : ", ") + text(line->value());
    fields.set(field, joined);
}

/// Of the body of a refusal, what is read of it and how long that may take.
constexpr std::size_t most_refusal_bytes = 4096;
constexpr std::chrono::milliseconds refusal_body_time{1'000};

template <class Response>
void describe_answer(const Response& response, UpgradeReply& reply) {
    reply.status = static_cast<int>(response.result_int());
    reply.reason = text(response.reason());
    reply.headers = copy_headers(response);
}

}  // namespace

std::string_view UpgradeRequest::header(std::string_view name) const noexcept { return find_header(headers, name); }
std::size_t UpgradeRequest::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), [name](const auto& header) {
        return equals_ignoring_case(header.first, name);
    }));
}
std::string_view UpgradeReply::header(std::string_view name) const noexcept { return find_header(headers, name); }

SSL* MessageStream::tls_handle() noexcept {
    BufferedTransport::TlsStream* tls = implementation_->transport->tls();
    return tls ? tls->native_handle() : nullptr;
}

net::awaitable<boost::system::error_code> MessageStream::tls_handshake(bool as_client) {
    error_code error;
    BufferedTransport::TlsStream* tls = implementation_->transport->tls();
    const auto role = as_client ? net::ssl::stream_base::client : net::ssl::stream_base::server;
    co_await tls->async_handshake(role, net::redirect_error(net::use_awaitable, error));
    co_return error;
}

net::awaitable<boost::system::error_code> MessageStream::client_handshake(const std::string& authority,
                                                                          const std::string& target,
                                                                          const HttpHeaders& headers,
                                                                          UpgradeReply& reply) {
    Implementation& self = *implementation_;
    self.transport->expect_http_answer();
    self.stream.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
        request.set(http::field::user_agent, beast::string_view(product.data(), product.size()));
        for (const auto& [name, value] : headers) request.set(name, value);
    }));
    error_code error;
    websocket::response_type response;
    co_await self.stream.async_handshake(response, authority, target, net::redirect_error(net::use_awaitable, error));
    // The decorator refers to headers, which are the caller's.
    self.stream.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
    if (error) {
        co_await read_refusal(reply);
        co_return error;
    }
    (void)self.transport->take_http_head();
    describe_answer(response, reply);
    {
        // Beast takes whatever the server says about extensions.
        const auto problem = check_extensions_reply(reply.header("Sec-WebSocket-Extensions"), self.window_bits);
        if (problem) {
            reply.problem = *problem;
            error = boost::system::errc::make_error_code(boost::system::errc::protocol_error);
        }
    }
    if (!error) self.begin_frames(true);
    co_return error;
}

net::awaitable<void> MessageStream::read_refusal(UpgradeReply& reply) {
    Implementation& self = *implementation_;
    const std::shared_ptr<BufferedTransport> transport = self.transport;
    const std::string head = transport->take_http_head();
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    parser.eager(true);
    error_code error;
    // The rest of what the head says is in the buffer behind it.
    parser.put(net::buffer(head), error);
    if (error == http::error::need_more) error = {};
    // Whatever is wrong with the other lines of the head, the first says what it is about. Before it is read, the
    // parser says 200.
    if (parser.is_header_done() || parser.get().result() != http::status::ok) describe_answer(parser.get(), reply);
    if (!parser.is_header_done()) co_return;
    // A body that is compressed says nothing to people.
    if (reply.status == 101 || !reply.header("Content-Encoding").empty()) co_return;
    const Deadline limit(transport->executor(), refusal_body_time, [transport] { transport->abort(); });
    beast::flat_buffer buffer;
    while (!error && !parser.is_done() && parser.get().body().size() < most_refusal_bytes) {
        co_await http::async_read_some(self.stream.next_layer(), buffer, parser,
                                       net::redirect_error(net::use_awaitable, error));
    }
    reply.body = parser.get().body().substr(0, most_refusal_bytes);
}

net::awaitable<boost::system::error_code> MessageStream::read_request(std::uint32_t max_head, UpgradeRequest& request) {
    Implementation& self = *implementation_;
    self.transport->expect_http_head();
    self.request.emplace();
    self.request->header_limit(max_head);
    // The parser sees the head when it is whole: the buffer must be able to hold one that is too large.
    beast::flat_buffer buffer(static_cast<std::size_t>(max_head) + 4096);
    error_code error;
    co_await http::async_read_header(self.stream.next_layer(), buffer, *self.request,
                                     net::redirect_error(net::use_awaitable, error));
    if (error) co_return error;
    const auto& head = self.request->get();
    request.method = text(head.method_string());
    request.target = origin_form(text(head.target()));
    request.version = static_cast<int>(head.version());
    request.headers = copy_headers(head);
    request.is_strict = has_strict_lines(self.transport->take_http_head());
    // Lists may be spread over several lines; Beast looks at the first.
    for (const http::field field : {http::field::connection, http::field::upgrade, http::field::sec_websocket_protocol,
                                    http::field::sec_websocket_extensions}) {
        join_lines(self.request->get(), field);
    }
    request.is_upgrade = websocket::is_upgrade(self.request->get());
    co_return error;
}

net::awaitable<boost::system::error_code> MessageStream::accept(const std::string& subprotocol) {
    Implementation& self = *implementation_;
    self.stream.set_option(websocket::stream_base::decorator([&subprotocol](websocket::response_type& response) {
        response.set(http::field::server, beast::string_view(product.data(), product.size()));
        if (!subprotocol.empty()) response.set(http::field::sec_websocket_protocol, subprotocol);
    }));
    if (!is_feasible_offer(text(self.request->get()[http::field::sec_websocket_extensions])))
        self.request->get().erase(http::field::sec_websocket_extensions);
    error_code error;
    co_await self.stream.async_accept(self.request->get(), net::redirect_error(net::use_awaitable, error));
    self.stream.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
    self.request.reset();
    if (!error) self.begin_frames(false);
    co_return error;
}

net::awaitable<void> MessageStream::refuse(int status, const std::string& explanation, const HttpHeaders& headers) {
    Implementation& self = *implementation_;
    http::response<http::string_body> response;
    response.version(11);
    response.result(static_cast<unsigned>(status));
    response.set(http::field::server, beast::string_view(product.data(), product.size()));
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    for (const auto& [name, value] : headers) response.set(name, value);
    response.keep_alive(false);
    response.body() = explanation + "\n";
    response.prepare_payload();
    error_code ignored;
    co_await http::async_write(self.stream.next_layer(), response, net::redirect_error(net::use_awaitable, ignored));
    co_await flush();
}

}  // namespace laminar
