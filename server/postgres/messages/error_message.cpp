#include "server/postgres/messages/error_message.h"

#include <fmt/format.h>

#include <algorithm>

namespace laminar::postgres {

namespace {

std::string_view severity_name(Weight weight) {
    switch (weight) {
        case Weight::notice:
            return "NOTICE";
        case Weight::warning:
            return "WARNING";
        case Weight::error:
            return "ERROR";
        case Weight::fatal:
            return "FATAL";
    }
    return "ERROR";
}

Weight weight_of(Severity severity) {
    switch (severity) {
        case Severity::note:
            return Weight::notice;
        case Severity::warning:
            return Weight::warning;
        case Severity::error:
            return Weight::error;
    }
    return Weight::error;
}

}  // namespace

void append_error(MessageWriter& out, const ErrorMessage& error) {
    const bool is_notice = error.weight == Weight::notice || error.weight == Weight::warning;
    out.begin(is_notice ? 'N' : 'E');
    const auto field = [&](char type, std::string_view text) {
        out.byte(type);
        out.text(text);
    };
    field('S', severity_name(error.weight));
    field('V', severity_name(error.weight));
    field('C', error.state);
    field('M', error.message);
    if (!error.hint.empty()) field('H', error.hint);
    if (error.position > 0) field('P', fmt::format("{}", error.position));
    out.byte('\0');
    out.end();
}

ErrorMessage to_error_message(const Diagnostic& finding, std::string_view query, std::size_t begin) {
    ErrorMessage error;
    error.weight = weight_of(finding.severity);
    error.state = sql_state_of(finding);
    error.message = finding.message;
    error.hint = finding.hint;
    if (!finding.source) return error;
    const std::string_view before = query.substr(0, std::min(begin + finding.span.begin, query.size()));
    const auto code_points =
        std::count_if(before.begin(), before.end(), [](char byte) { return (byte & '\xC0') != '\x80'; });
    error.position = static_cast<std::uint32_t>(code_points) + 1;
    return error;
}

ErrorMessage subscription_has_ended(std::string_view reason) {
    return {.state = "55000", .message = fmt::format("the subscription has ended: {}", reason)};
}

ErrorMessage malformed_message() {
    return {.state = "08P01", .message = "a message of the extended protocol is malformed"};
}

}  // namespace laminar::postgres
