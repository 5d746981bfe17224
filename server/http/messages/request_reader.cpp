#include "server/http/messages/request_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>
#include <utility>

#include "catalog/options/url.h"
#include "connectors/net/http_head.h"
#include "parser/text/ascii.h"

namespace laminar::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using Clock = std::chrono::steady_clock;
using BeastParser = beast::http::request_parser<beast::http::string_body>;

namespace {

/// Of what a client sends while its last request is answered.
constexpr std::size_t most_ahead = 64 << 10;
constexpr std::string_view end_of_head = "\r\n\r\n";

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

Error error(unsigned status, std::string message) { return {.status = status, .message = std::move(message)}; }

Error too_late(std::string_view part) {
    return error(408, fmt::format("the {} of the request did not come in time (--request-timeout)", part));
}

Error too_large(std::size_t limit, std::string_view option = "--max-message-size") {
    return error(413, fmt::format("a body has at most {} bytes ({})", limit, option));
}

/// What any server must refuse, so that no two on the way understand a request differently (RFC 9112).
std::optional<Error> check_head(const BeastParser& parser, std::string_view head) {
    const auto& fields = parser.get();
    if (!has_strict_lines(head)) return error(400, "a header is not written as HTTP has it");
    const std::size_t hosts = fields.count(beast::http::field::host);
    if (hosts > 1 || (hosts == 0 && fields.version() >= 11)) return error(400, "there must be one Host header");
    if (hosts == 1 && !is_host_header(text(fields[beast::http::field::host])))
        return error(400, "the Host header names no host");
    for (const auto field : {beast::http::field::authorization, beast::http::field::origin,
                             beast::http::field::content_type, beast::http::field::content_length}) {
        if (fields.count(field) > 1)
            return error(400, fmt::format("there may be only one {} header", text(beast::http::to_string(field))));
    }
    return std::nullopt;
}

Request to_request(const BeastParser& parser, std::string head) {
    const auto& message = parser.get();
    Request request;
    request.method = text(message.method_string());
    const std::string target = origin_form(text(message.target()));
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = percent_decoded(std::string_view(target).substr(0, question));
    if (question < target.size()) request.parameters = read_parameters(std::string_view(target).substr(question + 1));
    for (const auto& field : message) request.headers.emplace_back(text(field.name_string()), text(field.value()));
    request.head = std::move(head);
    request.keeps_alive = message.keep_alive();
    request.takes_chunks = message.version() >= 11;
    request.asks_for_websocket = message.method() == beast::http::verb::get &&
                                 beast::http::token_list(message[beast::http::field::connection]).exists("upgrade") &&
                                 beast::http::token_list(message[beast::http::field::upgrade]).exists("websocket");
    return request;
}

}  // namespace

struct RequestReader::Parser {
    BeastParser parser;
};

RequestReader::RequestReader(std::shared_ptr<Transport> transport, const net::any_io_executor& strand, TaskGroup& tasks,
                             const Limits& limits)
    : transport_(std::move(transport)), strand_(strand), tasks_(tasks), limits_(limits), received_(strand) {}

RequestReader::~RequestReader() = default;

void RequestReader::start_reading() {
    if (is_reading_ || is_gone_) return;
    is_reading_ = true;
    tasks_.spawn(strand_, read_once(shared_from_this()), {});
}

net::awaitable<void> RequestReader::read_once(std::shared_ptr<RequestReader> /*self*/) {
    const bool has_come = co_await transport_->read_some(input_);
    is_gone_ = !has_come;
    is_reading_ = false;
    received_.notify();
    if (!on_gone_) co_return;
    if (is_gone_)
        std::exchange(on_gone_, nullptr)();
    else if (input_.size() < most_ahead)
        start_reading();
}

void RequestReader::watch(std::function<void()> on_gone) {
    if (is_gone_) return on_gone();
    on_gone_ = std::move(on_gone);
    start_reading();
}

net::awaitable<bool> RequestReader::more(Time deadline) {
    const std::size_t before = input_.size();
    while (!is_gone_ && input_.size() == before) {
        start_reading();
        const bool woken = co_await received_.wait_until(deadline);
        if (!woken) co_return false;
    }
    co_return input_.size() > before;
}

net::awaitable<RequestReader::Next> RequestReader::next(std::chrono::milliseconds time_to_first_byte) {
    if (input_.empty()) {
        const bool begins = co_await more(Clock::now() + time_to_first_byte);
        if (!begins) co_return Gone{};
    }
    deadline_ = Clock::now() + limits_.request;
    std::size_t end = input_.find(end_of_head);
    while (end == std::string::npos || end + end_of_head.size() > limits_.most_head) {
        if (input_.size() > limits_.most_head)
            co_return error(431, fmt::format("the head of a request has at most {} bytes", limits_.most_head));
        const std::size_t seen = input_.size();
        const bool goes_on = co_await more(deadline_);
        if (!goes_on) {
            if (is_gone_) co_return Gone{};
            co_return too_late("head");
        }
        end = input_.find(end_of_head, seen - std::min(seen, end_of_head.size() - 1));
    }
    std::string head = input_.substr(0, end + end_of_head.size());
    auto made = std::make_unique<Parser>();
    BeastParser& parser = made->parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.most_head));
    parser.body_limit(limits_.most_body);
    beast::error_code problem;
    (void)parser.put(net::buffer(head), problem);
    if (problem == beast::http::error::need_more) problem = {};
    if (problem == beast::http::error::body_limit) co_return too_large(limits_.most_body);
    if (problem || !parser.is_header_done()) co_return error(400, "this is no HTTP request");
    if (const auto refusal = check_head(parser, head)) co_return *refusal;
    input_.erase(0, head.size());
    Request request = to_request(parser, std::move(head));
    request.has_body = !parser.is_done() && !request.asks_for_websocket;
    if (request.has_body) parser_ = std::move(made);
    co_return request;
}

net::awaitable<RequestReader::Body> RequestReader::body(bool is_waited_for, std::size_t most) {
    const std::unique_ptr<Parser> held = std::move(parser_);
    BeastParser& parser = held->parser;
    const std::string_view option = most < limits_.most_body ? "webhook_max_bytes" : "--max-message-size";
    if (parser.content_length().value_or(0) > most) co_return too_large(most, option);
    parser.body_limit(most);
    if (is_waited_for) {
        const bool told = co_await transport_->write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!told) co_return Gone{};
    }
    parser.eager(true);
    bool needs_more = input_.empty();
    while (!parser.is_done()) {
        bool goes_on = true;
        if (needs_more) goes_on = co_await more(deadline_);
        if (!goes_on) {
            if (is_gone_) co_return Gone{};
            co_return too_late("body");
        }
        beast::error_code problem;
        input_.erase(0, parser.put(net::buffer(input_), problem));
        if (problem == beast::http::error::body_limit) co_return too_large(most, option);
        needs_more = problem == beast::http::error::need_more || input_.empty();
        // Between chunks, what does not end is not kept either.
        if ((problem && !needs_more) || (needs_more && input_.size() > limits_.most_head))
            co_return error(400, "the body is not written as HTTP has it");
    }
    co_return std::move(parser.get().body());
}

net::awaitable<void> RequestReader::drain(std::chrono::milliseconds time) {
    const Time deadline = Clock::now() + time;
    bool goes_on = true;
    while (goes_on) {
        input_.clear();
        goes_on = co_await more(deadline);
    }
}

}  // namespace laminar::http
