#include "cli/http/http_client.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <exception>
#include <utility>

namespace laminar {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t most_of_answer = 64 << 20;

/// What a question is sent by. Borrowed.
struct Way {
    const ListenAddress& address;
    asio::ssl::context* tls = nullptr;  ///< Null: in plain text.
    const TlsClientSettings& tls_settings;
    std::chrono::milliseconds limit;
};

template <class Stream>
asio::awaitable<Response> ask(Stream& stream, const Request& request) {
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(most_of_answer);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    co_return parser.release();
}

asio::awaitable<Response> put_question(Way way, const Request& request) {
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver(executor);
    const auto targets =
        co_await resolver.async_resolve(way.address.host, std::to_string(way.address.port), asio::use_awaitable);
    beast::tcp_stream plain(executor);
    plain.expires_after(way.limit);
    co_await plain.async_connect(targets, asio::use_awaitable);
    if (way.tls == nullptr) {
        Response response = co_await ask(plain, request);
        co_return response;
    }
    TlsPeerReport report;
    asio::ssl::stream<beast::tcp_stream> stream(std::move(plain), *way.tls);
    prepare_client_tls(stream.native_handle(), way.address.host, way.tls_settings, report);
    boost::system::error_code error;
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
    if (error == beast::error::timeout) throw boost::system::system_error(error);
    if (error) throw HttpClient::Failure(describe_tls_failure(error, report, way.address.host));
    Response response = co_await ask(stream, request);
    co_return response;
}

/// What the server says about a mistake, else its status.
std::string reason_of(const HttpClient::Answer& answer) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
    if (!document.HasParseError() && document.IsObject()) {
        const auto error = document.FindMember("error");
        if (error != document.MemberEnd() && error->value.IsObject()) {
            const auto message = error->value.FindMember("message");
            if (message != error->value.MemberEnd() && message->value.IsString())
                return {message->value.GetString(), message->value.GetStringLength()};
        }
    }
    return fmt::format("it answered with status {}", answer.status);
}

}  // namespace

HttpClient::HttpClient(ListenAddress address, std::string token, const std::optional<HttpTls>& tls)
    : address_(std::move(address)), token_(std::move(token)) {
    if (!tls) return;
    tls_settings_.trusted_authority = tls->authority;
    try {
        tls_ = make_client_tls_context(tls_settings_);
    } catch (const TlsSettingsError& problem) {
        throw Failure(problem.what());
    }
}

std::string HttpClient::name() const {
    return address_.host.find(':') == std::string::npos ? fmt::format("{}:{}", address_.host, address_.port)
                                                        : fmt::format("[{}]:{}", address_.host, address_.port);
}

HttpClient::Answer HttpClient::ask(Question question, std::chrono::milliseconds limit) const {
    const http::verb verb = question.method == Method::get    ? http::verb::get
                            : question.method == Method::post ? http::verb::post
                                                              : http::verb::delete_;
    Request request(verb, question.path, 11);
    request.set(http::field::host, name());
    if (!question.content_type.empty()) request.set(http::field::content_type, question.content_type);
    request.set(http::field::accept, "application/json");
    request.set(http::field::connection, "close");
    if (!token_.empty()) request.set(http::field::authorization, "Bearer " + token_);
    request.body() = std::move(question.body);
    request.prepare_payload();

    asio::io_context io;
    std::optional<Response> response;
    std::exception_ptr problem;
    const Way way{address_, tls_.get(), tls_settings_, limit};
    asio::co_spawn(io, put_question(way, request), [&](std::exception_ptr failed, Response answered) {
        problem = failed;
        if (!failed) response = std::move(answered);
    });
    io.run();
    try {
        if (problem) std::rethrow_exception(problem);
    } catch (const Failure& failure) {
        throw Failure(fmt::format("no answer from {}: {}", name(), failure.what()));
    } catch (const boost::system::system_error& error) {
        throw Failure(
            fmt::format("no answer from {}: {}", name(),
                        error.code() == beast::error::timeout ? "it takes too long" : error.code().message()));
    }
    return {response->result_int(), std::move(response->body())};
}

std::string HttpClient::post(const std::string& path, std::string body, const std::string& content_type,
                             std::chrono::milliseconds limit) const {
    Answer answer = ask({Method::post, path, std::move(body), content_type}, limit);
    if (answer.status == static_cast<unsigned>(http::status::unauthorized))
        throw Failure(
            fmt::format("{} wants to know who asks: {}; put a token into the environment variable "
                        "LAMINAR_TOKEN",
                        name(), reason_of(answer)));
    if (answer.status != static_cast<unsigned>(http::status::ok))
        throw Failure(fmt::format("{}: {}", name(), reason_of(answer)));
    return std::move(answer.body);
}

}  // namespace laminar
