#include "server/http/messages/answer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <utility>

#include "parser/text/ascii.h"
#include "parser/text/json_writer.h"

namespace laminar::http {

std::string error_json(const Error& error, std::string_view severity) {
    JsonWriter json;
    json.begin_object();
    if (!severity.empty()) json.key("severity").text(severity);
    if (!error.code.empty()) json.key("code").text(error.code);
    if (!error.sql_state.empty()) json.key("sql_state").text(error.sql_state);
    json.key("message").text(error.message);
    if (!error.hint.empty()) json.key("hint").text(error.hint);
    if (error.line > 0) json.key("line").number(error.line).key("column").number(error.column);
    if (error.end_column > 0) json.key("end_column").number(error.end_column);
    json.end_object();
    return json.take();
}

std::string error_document(const Error& error) { return "{\"error\":" + error_json(error) + "}"; }

Answer json_answer(std::string body, unsigned status) {
    if (!body.ends_with('\n')) body += '\n';
    return {{.status = status}, std::move(body)};
}

Answer error_answer(const Error& error) {
    Answer answer = json_answer(error_document(error), error.status);
    if (error.status == 401) answer.head.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"laminar\"");
    if (error.status == 503) answer.head.headers.emplace_back("Retry-After", "1");
    if (!error.allow.empty()) answer.head.headers.emplace_back("Allow", error.allow);
    return answer;
}

std::string written_head(const Head& head, BodyEnd end, std::size_t length, bool keeps_alive) {
    namespace beast = boost::beast::http;
    const auto reason = beast::obsolete_reason(static_cast<beast::status>(head.status));
    std::string text = fmt::format("HTTP/1.1 {} {}\r\nServer: laminar\r\n", head.status,
                                   std::string_view(reason.data(), reason.size()));
    const auto add = [&](std::string_view name, std::string_view value) {
        text += fmt::format("{}: {}\r\n", name, value);
    };
    add("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
    if (!head.content_type.empty()) add("Content-Type", head.content_type);
    if (end == BodyEnd::length) add("Content-Length", fmt::format("{}", length));
    if (end == BodyEnd::chunks) add("Transfer-Encoding", "chunked");
    if (!keeps_alive || end == BodyEnd::close) add("Connection", "close");
    const auto has = [&](std::string_view name) {
        return std::any_of(head.headers.begin(), head.headers.end(),
                           [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    };
    // Nothing of it is for other pages, or for a cache, unless the answer says otherwise.
    if (!has("Cache-Control")) add("Cache-Control", "no-store");
    add("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : head.headers) add(name, value);
    return text + "\r\n";
}

}  // namespace laminar::http
