#include "bench/baseline_readers.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <exception>
#include <string>

#include "bench/feed.h"
#include "connectors/websocket/frames/message_stream.h"

namespace laminar::bench {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using Socket = net::ip::tcp::socket;
using PlainStream = beast::websocket::stream<beast::tcp_stream>;

net::ip::tcp::endpoint local(std::uint16_t port) { return {net::ip::address_v4::loopback(), port}; }

void rethrow(const std::exception_ptr& problem) {
    if (problem) std::rethrow_exception(problem);
}

void run(net::io_context& context, net::awaitable<void> work) {
    net::co_spawn(context, std::move(work), rethrow);
    context.run();
}

net::awaitable<void> connect_plain(PlainStream& stream, std::uint16_t port) {
    co_await stream.next_layer().async_connect(local(port), net::use_awaitable);
    co_await stream.async_handshake("127.0.0.1:" + std::to_string(port), "/", net::use_awaitable);
}

}  // namespace

double read_with_plain_beast(std::uint16_t port, std::uint64_t messages) {
    net::io_context context(1);
    const auto read = [&]() -> net::awaitable<void> {
        PlainStream stream(context);
        co_await connect_plain(stream, port);
        beast::flat_buffer buffer;
        for (std::uint64_t count = 0; count < messages; ++count) {
            co_await stream.async_read(buffer, net::use_awaitable);
            buffer.clear();
        }
    };
    run(context, read());
    return seconds_now();
}

double read_frame_wise(std::uint16_t port, std::uint64_t messages) {
    net::io_context context(1);
    const auto read = [&]() -> net::awaitable<void> {
        Socket socket(context);
        co_await socket.async_connect(local(port), net::use_awaitable);
        MessageStream stream(std::move(socket), nullptr, {});
        UpgradeReply reply;
        boost::system::error_code error =
            co_await stream.client_handshake("127.0.0.1:" + std::to_string(port), "/", {}, reply);
        for (std::uint64_t count = 0; count < messages && !error; ++count) {
            if (!stream.read_buffered(error)) error = co_await stream.read();
            stream.release_message();
        }
        if (error) throw boost::system::system_error(error);
    };
    run(context, read());
    return seconds_now();
}

void relay_with_plain_beast(std::uint16_t feed_port, const std::function<void(std::uint16_t)>& listening) {
    net::io_context context(1);
    const auto relay = [&]() -> net::awaitable<void> {
        net::ip::tcp::acceptor acceptor(context, local(0));
        listening(acceptor.local_endpoint().port());
        PlainStream out(co_await acceptor.async_accept(net::use_awaitable));
        co_await out.async_accept(net::use_awaitable);
        PlainStream in(context);
        co_await connect_plain(in, feed_port);
        beast::get_lowest_layer(out).socket().set_option(net::ip::tcp::no_delay(true));
        beast::flat_buffer buffer;
        boost::system::error_code error;
        for (;;) {
            co_await in.async_read(buffer, net::redirect_error(net::use_awaitable, error));
            if (error) co_return;
            co_await out.async_write(buffer.cdata(), net::redirect_error(net::use_awaitable, error));
            if (error) co_return;
            buffer.clear();
        }
    };
    run(context, relay());
}

}  // namespace laminar::bench
