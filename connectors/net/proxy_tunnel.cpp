#include "connectors/net/proxy_tunnel.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <string_view>

namespace laminar {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t most_head_bytes = 16 << 10;

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

}  // namespace

net::awaitable<boost::system::error_code> open_proxy_tunnel(net::ip::tcp::socket& socket, const std::string& authority,
                                                            const std::string& authorization, ProxyReply& reply) {
    http::request<http::empty_body> request(http::verb::connect, authority, 11);
    request.set(http::field::host, authority);
    request.set(http::field::user_agent, "laminar");
    if (!authorization.empty()) request.set(http::field::proxy_authorization, authorization);
    boost::system::error_code error;
    co_await http::async_write(socket, request, net::redirect_error(net::use_awaitable, error));
    if (error) co_return error;

    beast::flat_static_buffer<most_head_bytes> buffer;
    http::response_parser<http::empty_body> parser;
    parser.skip(true);  // The answer to CONNECT has no body: what follows the head is the tunnel.
    co_await http::async_read_header(socket, buffer, parser, net::redirect_error(net::use_awaitable, error));
    const auto& head = parser.get();
    // Whatever is wrong with the other lines of the head, the first says whether it is a refusal. Before it is read,
    // the parser says 200.
    if (error && head.result() == http::status::ok) co_return error;
    reply.status = static_cast<int>(head.result_int());
    reply.reason = text(head.reason());
    reply.retry_after = text(head[http::field::retry_after]);
    if (reply.status / 100 != 2) co_return boost::system::errc::make_error_code(boost::system::errc::permission_denied);
    // In a tunnel to a WebSocket server or a TLS server the client speaks first.
    if (buffer.size() > 0) co_return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
    co_return error;
}

}  // namespace laminar
