#include "connectors/websocket/frames/message_stream.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <utility>

#include "connectors/net/deadline.h"
#include "connectors/websocket/frames/frame_maker.h"
#include "connectors/websocket/frames/message_stream_implementation.h"

namespace laminar {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {
constexpr std::size_t kept_message_capacity = 64 << 10;
/// Beast takes larger ones, too. RFC 6455 section 7.4.2 has no use for them.
constexpr std::uint16_t largest_close_code = 4999;
}  // namespace

MessageStream::Implementation::Implementation(std::shared_ptr<BufferedTransport> buffered_transport,
                                              const MessageStreamSettings& settings)
    : transport(std::move(buffered_transport)), stream(transport) {
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
    stream.control_callback([this](websocket::frame_type kind, beast::string_view payload) {
        if (kind == websocket::frame_type::close) close_received = true;
        if (kind == websocket::frame_type::pong && on_pong) on_pong({payload.data(), payload.size()});
    });
}

void MessageStream::Implementation::begin_frames(bool as_client) {
    is_client = as_client;
    transport->expect_frames();
    transport->keep_close_frame_back(true);
}

bool MessageStream::Implementation::take_buffered_message() noexcept {
    if (!stream.is_open()) return false;
    buffered_message = transport->take_message(stream.read_message_max(), !is_client);
    return buffered_message.has_value();
}

MessageStream::MessageStream(net::ip::tcp::socket socket, const std::shared_ptr<net::ssl::context>& tls,
                             const MessageStreamSettings& settings)
    : implementation_(
          std::make_unique<Implementation>(std::make_shared<BufferedTransport>(std::move(socket), tls), settings)) {}

MessageStream::MessageStream(net::ip::tcp::socket socket, std::unique_ptr<net::ssl::stream<net::ip::tcp::socket>> tls,
                             std::string_view received, const MessageStreamSettings& settings)
    : implementation_(std::make_unique<Implementation>(
          std::make_shared<BufferedTransport>(std::move(socket), std::move(tls), received), settings)) {}

MessageStream::~MessageStream() { abort(); }

net::any_io_executor MessageStream::executor() { return implementation_->transport->executor(); }

bool MessageStream::read_buffered(error_code& error) {
    Implementation& self = *implementation_;
    if (self.close_sent) return false;
    if (self.take_buffered_message()) return true;
    if (!self.transport->has_final_data_frame()) return false;
    self.stream.read(self.message, error);
    return true;
}

net::awaitable<boost::system::error_code> MessageStream::read() {
    error_code error;
    Implementation& self = *implementation_;
    co_await self.stream.async_read(self.message, net::redirect_error(net::use_awaitable, error));
    if (error == websocket::error::closed && self.stream.reason().code > largest_close_code) {
        self.bad_close_code = true;
        error = websocket::error::bad_close_code;
    }
    co_return error;
}

std::string_view MessageStream::message() const noexcept {
    if (const auto& buffered = implementation_->buffered_message) return {buffered->payload, buffered->size};
    const auto data = implementation_->message.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
}

bool MessageStream::message_is_binary() const noexcept {
    if (const auto& buffered = implementation_->buffered_message) return buffered->is_binary;
    return implementation_->stream.got_binary();
}

void MessageStream::release_message() noexcept {
    if (implementation_->buffered_message) {
        implementation_->buffered_message.reset();
        implementation_->transport->release_message();
        return;
    }
    beast::flat_buffer& message = implementation_->message;
    message.clear();
    if (message.capacity() > kept_message_capacity) message.shrink_to_fit();
}

bool MessageStream::is_open() const noexcept {
    const Implementation& self = *implementation_;
    return (self.stream.is_open() || self.deaf) && !self.close_sent && !self.transport->send_error();
}

boost::system::error_code MessageStream::write(std::string_view payload, bool binary) {
    Implementation& self = *implementation_;
    if (self.deaf) {  // Beast writes nothing any more.
        const std::string frame = make_frame(binary ? FrameOpcode::binary : FrameOpcode::text, payload, self.is_client);
        self.transport->append(net::const_buffer(frame.data(), frame.size()));
        self.transport->start_sending();
        return self.transport->send_error();
    }
    error_code error;
    self.stream.binary(binary);
    // A part of a large message may begin like a close frame.
    self.transport->keep_close_frame_back(false);
    self.stream.write(net::const_buffer(payload.data(), payload.size()), error);
    self.transport->keep_close_frame_back(true);
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

bool MessageStream::ping(std::string_view payload) {
    Implementation& self = *implementation_;
    if (*self.ping_in_flight || !is_open() || self.deaf) return false;
    *self.ping_in_flight = true;
    const websocket::ping_data data(payload.data(), payload.size());
    self.stream.async_ping(data, [flag = self.ping_in_flight](const error_code&) { *flag = false; });
    return true;
}

void MessageStream::set_on_pong(std::function<void(std::string_view)> on_pong) {
    implementation_->on_pong = std::move(on_pong);
}

net::awaitable<boost::system::error_code> MessageStream::close(std::uint16_t code, const std::string& reason) {
    Implementation& self = *implementation_;
    error_code error;
    if (self.close_sent || !self.stream.is_open()) co_return error;
    self.close_sent = true;
    self.transport->keep_close_frame_back(false);
    self.transport->expect_own_close();
    websocket::close_reason farewell(static_cast<websocket::close_code>(code));
    farewell.reason.assign(reason.data(), std::min<std::size_t>(reason.size(), farewell.reason.max_size()));
    co_await self.stream.async_close(farewell, net::redirect_error(net::use_awaitable, error));
    co_return error;
}

bool MessageStream::stop_listening() noexcept {
    Implementation& self = *implementation_;
    const error_code& error = self.transport->receive_error();
    const bool is_heard = !error || error == net::error::eof || error == net::ssl::error::stream_truncated;
    if (self.close_sent || self.transport->send_error() || !is_heard) return false;
    self.deaf = true;
    return true;
}

bool MessageStream::peer_has_hung_up() const noexcept {
    return implementation_->transport->receive_error() && !implementation_->transport->has_close_frame();
}

void MessageStream::say_goodbye() {
    Implementation& self = *implementation_;
    if (!self.deaf || self.close_sent || self.transport->send_error()) return;
    self.close_sent = true;
    self.transport->keep_close_frame_back(false);
    std::vector<char> frame = self.transport->take_close_frame();
    if (frame.empty() && self.transport->receive_error()) return;
    std::string own;
    if (self.close_received && self.transport->replaced_close_code() != 0)
        own = make_close_frame(self.transport->replaced_close_code(), self.is_client);
    // Beast ends without a word where it cannot inflate.
    if (self.bad_close_code) own = make_close_frame(websocket::close_code::protocol_error, self.is_client);
    if (frame.empty()) own = make_close_frame(websocket::close_code::bad_payload, self.is_client);
    if (!own.empty()) frame.assign(own.begin(), own.end());
    self.transport->append(net::const_buffer(frame.data(), frame.size()));
    self.transport->start_sending();
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
    if (implementation_->bad_close_code) return 0;
    if (const std::uint16_t replaced = implementation_->transport->replaced_close_code(); replaced != 0)
        return replaced;
    const auto code = static_cast<std::uint16_t>(implementation_->stream.reason().code);
    return code == 0 ? static_cast<std::uint16_t>(websocket::close_code::no_status) : code;
}

bool MessageStream::close_answers_ours() const noexcept { return implementation_->transport->close_answers_ours(); }

std::string MessageStream::close_reason() const {
    const auto& reason = implementation_->stream.reason().reason;
    return {reason.data(), reason.size()};
}

std::uint64_t MessageStream::appended_bytes() const noexcept { return implementation_->transport->appended(); }
std::uint64_t MessageStream::sent_bytes() const noexcept { return implementation_->transport->sent(); }
std::uint64_t MessageStream::received_bytes() const noexcept { return implementation_->transport->received_bytes(); }
std::size_t MessageStream::unsent_bytes() const noexcept { return implementation_->transport->unsent(); }
std::size_t MessageStream::comfortable_unsent() noexcept { return BufferedTransport::comfortable_unsent; }

}  // namespace laminar
