#include "server/session/transport.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace laminar {

namespace net = boost::asio;

net::awaitable<bool> Transport::fill() {
    boost::system::error_code error;
    const auto into = net::buffer(buffer_);
    begin_ = 0;
    if (tls_)
        end_ = co_await tls_->async_read_some(into, net::redirect_error(net::use_awaitable, error));
    else
        end_ = co_await plain_.async_read_some(into, net::redirect_error(net::use_awaitable, error));
    is_gone_ = static_cast<bool>(error);
    co_return !error;
}

net::awaitable<bool> Transport::read(std::string& bytes, std::size_t count) {
    while (true) {
        const std::size_t taken = std::min(count, end_ - begin_);
        bytes.append(buffer_.data() + begin_, taken);
        begin_ += taken;
        count -= taken;
        if (count == 0) co_return true;
        if (!co_await fill()) co_return false;
    }
}

net::awaitable<bool> Transport::read_some(std::string& bytes) {
    if (begin_ == end_) {
        const bool filled = co_await fill();
        if (!filled) co_return false;
    }
    bytes.append(buffer_.data() + begin_, end_ - begin_);
    begin_ = end_;
    co_return true;
}

net::awaitable<std::size_t> Transport::write_some(std::string_view bytes) {
    boost::system::error_code error;
    const auto from = net::buffer(bytes.data(), bytes.size());
    std::size_t sent = 0;
    if (tls_)
        sent = co_await tls_->async_write_some(from, net::redirect_error(net::use_awaitable, error));
    else
        sent = co_await plain_.async_write_some(from, net::redirect_error(net::use_awaitable, error));
    co_return error ? 0 : sent;
}

net::awaitable<bool> Transport::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t sent = co_await write_some(bytes);
        if (sent == 0) co_return false;
        bytes.remove_prefix(sent);
    }
    co_return true;
}

net::awaitable<bool> Transport::start_tls(net::ssl::context& context, std::string& problem) {
    if (begin_ != end_) {
        problem = "bytes came before the TLS handshake";
        co_return false;
    }
    tls_ = std::make_unique<TlsStream>(std::move(plain_), context);
    prepare_server_tls(tls_->native_handle(), tls_report_);
    boost::system::error_code error;
    co_await tls_->async_handshake(net::ssl::stream_base::server, net::redirect_error(net::use_awaitable, error));
    if (error) problem = describe_tls_failure(error, tls_report_, "");
    co_return !error;
}

void Transport::end_sending() {
    boost::system::error_code ignored;
    socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
}

net::awaitable<void> Transport::drain() {
    boost::system::error_code error;
    while (!error && !is_gone_)
        (void)co_await socket().async_read_some(net::buffer(buffer_), net::redirect_error(net::use_awaitable, error));
}

void Transport::abort() {
    boost::system::error_code ignored;
    socket().close(ignored);
}

}  // namespace laminar
