#include "cli/top/http_client.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>

namespace laminar {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t most_of_answer = 64 << 20;

asio::awaitable<Response> exchange(const ListenAddress& address, const Request& request,
                                   std::chrono::milliseconds limit) {
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver(executor);
    const auto targets =
        co_await resolver.async_resolve(address.host, std::to_string(address.port), asio::use_awaitable);
    beast::tcp_stream stream(executor);
    stream.expires_after(limit);
    co_await stream.async_connect(targets, asio::use_awaitable);
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(most_of_answer);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    co_return parser.release();
}

/// What the server says about a mistake, else its status.
std::string reason_of(const Response& response) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(response.body().data(), response.body().size());
    if (!document.HasParseError() && document.IsObject()) {
        const auto error = document.FindMember("error");
        if (error != document.MemberEnd() && error->value.IsObject()) {
            const auto message = error->value.FindMember("message");
            if (message != error->value.MemberEnd() && message->value.IsString())
                return {message->value.GetString(), message->value.GetStringLength()};
        }
    }
    return fmt::format("it answered with status {}", response.result_int());
}

}  // namespace

std::string HttpClient::name() const {
    return address_.host.find(':') == std::string::npos ? fmt::format("{}:{}", address_.host, address_.port)
                                                        : fmt::format("[{}]:{}", address_.host, address_.port);
}

std::string HttpClient::post(const std::string& path, std::string body, const std::string& content_type,
                             std::chrono::milliseconds limit) const {
    Request request(http::verb::post, path, 11);
    request.set(http::field::host, name());
    request.set(http::field::content_type, content_type);
    request.set(http::field::accept, "application/json");
    request.set(http::field::connection, "close");
    if (!token_.empty()) request.set(http::field::authorization, "Bearer " + token_);
    request.body() = std::move(body);
    request.prepare_payload();

    asio::io_context io;
    std::optional<Response> response;
    std::exception_ptr problem;
    asio::co_spawn(io, exchange(address_, request, limit), [&](std::exception_ptr failed, Response answered) {
        problem = failed;
        if (!failed) response = std::move(answered);
    });
    io.run();
    try {
        if (problem) std::rethrow_exception(problem);
    } catch (const boost::system::system_error& error) {
        throw Failure(
            fmt::format("no answer from {}: {}", name(),
                        error.code() == beast::error::timeout ? "it takes too long" : error.code().message()));
    }
    if (response->result() == http::status::unauthorized)
        throw Failure(
            fmt::format("{} wants to know who asks: {}; put a token into the environment variable "
                        "LAMINAR_TOKEN",
                        name(), reason_of(*response)));
    if (response->result() != http::status::ok) throw Failure(fmt::format("{}: {}", name(), reason_of(*response)));
    return std::move(response->body());
}

}  // namespace laminar
