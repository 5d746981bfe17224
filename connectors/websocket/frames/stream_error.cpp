#include "connectors/websocket/frames/stream_error.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>

namespace laminar {

namespace net = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

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
