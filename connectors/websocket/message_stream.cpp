#include "connectors/websocket/message_stream.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "catalog/catalog.h"
#include "connectors/net/deadline.h"
#include "connectors/websocket/deflate_negotiation.h"
#include "connectors/websocket/frame_buffered_stream.h"

namespace laminar {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

constexpr std::size_t kept_message_capacity = 64 << 10;
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

}  // namespace

std::string_view UpgradeRequest::header(std::string_view name) const noexcept { return find_header(headers, name); }
std::string_view UpgradeReply::header(std::string_view name) const noexcept { return find_header(headers, name); }

class MessageStream::Implementation {
public:
    Implementation(net::ip::tcp::socket socket, const std::shared_ptr<net::ssl::context>& tls,
                   const MessageStreamSettings& settings)
        : transport(std::make_shared<BufferedTransport>(std::move(socket), tls)), stream(transport) {
        // Liveness and timeouts are the session's business: it knows when it is not reading on purpose.
        stream.set_option(
            websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
        stream.read_message_max(settings.max_message_size);
        // One frame a message, also so that a receiver of our kind can take it in one go.
        stream.auto_fragment(false);
        if (settings.deflate) {
            websocket::permessage_deflate deflate;
            deflate.client_enable = true;
            deflate.server_enable = true;
            deflate.compLevel = settings.deflate->level;
            deflate.client_max_window_bits = settings.deflate->window_bits;
            deflate.server_max_window_bits = settings.deflate->window_bits;
            deflate.client_no_context_takeover = settings.deflate->no_context_takeover;
            deflate.server_no_context_takeover = settings.deflate->no_context_takeover;
            deflate.msg_size_threshold = settings.deflate->threshold;
            stream.set_option(deflate);
            window_bits = settings.deflate->window_bits;
        }
        stream.control_callback([this](websocket::frame_type kind, beast::string_view) {
            if (kind == websocket::frame_type::close) close_received = true;
        });
    }

    std::shared_ptr<BufferedTransport> transport;
    websocket::stream<FrameBufferedStream> stream;
    beast::flat_buffer message;
    std::optional<int> window_bits;  ///< Of permessage-deflate; nothing: it is not used.
    std::optional<http::request_parser<http::empty_body>> request;
    bool close_received = false;
    bool close_sent = false;
    std::shared_ptr<bool> ping_in_flight = std::make_shared<bool>(false);
};

MessageStream::MessageStream(net::ip::tcp::socket socket, const std::shared_ptr<net::ssl::context>& tls,
                             const MessageStreamSettings& settings)
    : implementation_(std::make_unique<Implementation>(std::move(socket), tls, settings)) {}

MessageStream::~MessageStream() { abort(); }

net::any_io_executor MessageStream::executor() { return implementation_->transport->executor(); }

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
    self.transport->expect_http_head();
    self.stream.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
        request.set(http::field::user_agent, beast::string_view(product.data(), product.size()));
        for (const auto& [name, value] : headers) request.set(name, value);
    }));
    error_code error;
    websocket::response_type response;
    co_await self.stream.async_handshake(response, authority, target, net::redirect_error(net::use_awaitable, error));
    // The decorator refers to headers, which are the caller's.
    self.stream.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
    if (!error || error == websocket::error::upgrade_declined) {
        reply.status = static_cast<int>(response.result_int());
        reply.reason = text(response.reason());
        reply.headers = copy_headers(response);
    }
    if (!error) {
        // Beast takes whatever the server says about extensions.
        const auto problem = check_extensions_reply(reply.header("Sec-WebSocket-Extensions"), self.window_bits);
        if (problem) {
            reply.problem = *problem;
            error = boost::system::errc::make_error_code(boost::system::errc::protocol_error);
        }
    }
    if (!error) self.transport->expect_frames();
    co_return error;
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
    request.target = text(head.target());
    request.headers = copy_headers(head);
    request.is_upgrade = websocket::is_upgrade(head);
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
    if (!error) self.transport->expect_frames();
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

bool MessageStream::read_buffered(error_code& error) {
    Implementation& self = *implementation_;
    if (self.close_sent || !self.transport->has_final_data_frame()) return false;
    self.stream.read(self.message, error);
    return true;
}

net::awaitable<boost::system::error_code> MessageStream::read() {
    error_code error;
    co_await implementation_->stream.async_read(implementation_->message,
                                                net::redirect_error(net::use_awaitable, error));
    co_return error;
}

std::string_view MessageStream::message() const noexcept {
    const auto data = implementation_->message.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
}

bool MessageStream::message_is_binary() const noexcept { return implementation_->stream.got_binary(); }

void MessageStream::release_message() noexcept {
    beast::flat_buffer& message = implementation_->message;
    message.clear();
    if (message.capacity() > kept_message_capacity) message.shrink_to_fit();
}

bool MessageStream::is_open() const noexcept {
    return implementation_->stream.is_open() && !implementation_->close_sent &&
           !implementation_->transport->send_error();
}

boost::system::error_code MessageStream::write(std::string_view payload, bool binary) {
    error_code error;
    implementation_->stream.binary(binary);
    implementation_->stream.write(net::const_buffer(payload.data(), payload.size()), error);
    return error;
}

net::awaitable<boost::system::error_code> MessageStream::flush() {
    const std::shared_ptr<BufferedTransport> transport = implementation_->transport;
    const std::uint64_t goal = transport->appended();
    while (transport->sent() < goal && !transport->send_error()) {
        error_code ignored;
        co_await transport->progress_timer().async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    co_return transport->sent() < goal ? transport->send_error() : error_code();
}

void MessageStream::ping() {
    Implementation& self = *implementation_;
    if (*self.ping_in_flight || !is_open()) return;
    *self.ping_in_flight = true;
    self.stream.async_ping({}, [flag = self.ping_in_flight](const error_code&) { *flag = false; });
}

net::awaitable<boost::system::error_code> MessageStream::close(std::uint16_t code, const std::string& reason) {
    Implementation& self = *implementation_;
    error_code error;
    if (self.close_sent || !self.stream.is_open()) co_return error;
    self.close_sent = true;
    websocket::close_reason farewell(static_cast<websocket::close_code>(code));
    farewell.reason.assign(reason.data(), std::min<std::size_t>(reason.size(), farewell.reason.max_size()));
    co_await self.stream.async_close(farewell, net::redirect_error(net::use_awaitable, error));
    co_return error;
}

net::awaitable<void> MessageStream::shut_down(std::chrono::milliseconds deadline) {
    const std::shared_ptr<BufferedTransport> transport = implementation_->transport;
    const Deadline limit(transport->executor(), deadline, [transport] { transport->abort(); });
    error_code error = co_await flush();
    if (!error && transport->tls() && !transport->receive_error()) {
        co_await transport->tls()->async_shutdown(net::redirect_error(net::use_awaitable, error));
    }
    error = {};
    transport->socket().shutdown(net::ip::tcp::socket::shutdown_send, error);
    // Closing while the peer still sends would make the system reset the connection, and the peer lose our last words.
    std::vector<char> discarded(4096);
    while (!error) {
        co_await transport->socket().async_read_some(net::buffer(discarded),
                                                     net::redirect_error(net::use_awaitable, error));
    }
    transport->abort();
}

void MessageStream::abort() noexcept { implementation_->transport->abort(); }

std::uint16_t MessageStream::close_code() const noexcept {
    if (!implementation_->close_received && implementation_->stream.reason().code == websocket::close_code::none)
        return 0;
    const auto code = static_cast<std::uint16_t>(implementation_->stream.reason().code);
    return code == 0 ? static_cast<std::uint16_t>(websocket::close_code::no_status) : code;
}

std::string MessageStream::close_reason() const {
    const auto& reason = implementation_->stream.reason().reason;
    return {reason.data(), reason.size()};
}

std::uint64_t MessageStream::appended_bytes() const noexcept { return implementation_->transport->appended(); }
std::uint64_t MessageStream::sent_bytes() const noexcept { return implementation_->transport->sent(); }
std::uint64_t MessageStream::received_bytes() const noexcept { return implementation_->transport->received_bytes(); }
std::size_t MessageStream::unsent_bytes() const noexcept { return implementation_->transport->unsent(); }
std::size_t MessageStream::comfortable_unsent() noexcept { return BufferedTransport::comfortable_unsent; }

std::string describe_stream_error(const boost::system::error_code& error) {
    if (error == net::error::connection_refused) return "connection refused";
    if (error == net::error::connection_reset || error == net::error::broken_pipe)
        return "connection reset by the peer";
    if (error == net::error::eof || error == net::ssl::error::stream_truncated || error == http::error::end_of_stream ||
        error == http::error::partial_message) {
        return "the peer closed the connection without a close frame";
    }
    if (error == net::error::operation_aborted) return "aborted";
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
        return "message larger than max_message_size";
    }
    if (is_header_too_large(error)) return "HTTP header too large";
    if (error == websocket::condition::handshake_failed) return "not a WebSocket handshake: " + error.message();
    if (error == websocket::condition::protocol_violation)
        return "the peer broke the WebSocket protocol: " + error.message();
    if (is_malformed_http(error)) {
        return "the peer does not speak HTTP: " + error.message();
    }
    return error.message();
}

bool is_protocol_violation(const boost::system::error_code& error) noexcept {
    return error == websocket::condition::protocol_violation || error == websocket::error::message_too_big ||
           error == websocket::error::buffer_overflow;
}

bool is_header_too_large(const boost::system::error_code& error) noexcept {
    return error == http::error::header_limit || error == http::error::buffer_overflow;
}

bool is_malformed_http(const boost::system::error_code& error) noexcept {
    return error.category() == http::make_error_code(http::error::end_of_stream).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message && !is_header_too_large(error);
}

bool is_closed_by_peer(const boost::system::error_code& error) noexcept { return error == websocket::error::closed; }

}  // namespace laminar
