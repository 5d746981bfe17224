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

std::string_view sql_state_of(DiagnosticCode code) noexcept {
    using Code = DiagnosticCode;
    switch (code) {
        case Code::syntax_error:
        case Code::unterminated_string:
        case Code::unterminated_comment:
        case Code::unterminated_identifier:
        case Code::reserved_word:
        case Code::empty_statement_part:
        case Code::too_many_errors:
        case Code::column_count_mismatch:
            return "42601";
        case Code::invalid_utf8:
        case Code::nul_byte:
            return "22021";
        case Code::nesting_too_deep:
            return "54001";
        case Code::input_too_large:
        case Code::query_too_large:
            return "54000";
        case Code::invalid_literal:
            return "22P02";
        case Code::object_exists:
            return "42P07";
        case Code::unknown_object:
        case Code::unknown_relation:
            return "42P01";
        case Code::wrong_object_kind:
        case Code::not_a_sink:
        case Code::not_a_source:
            return "42809";
        case Code::object_in_use:
            return "2BP01";
        case Code::unknown_connector:
        case Code::unknown_type:
        case Code::unknown_setting:
            return "42704";
        case Code::duplicate_column:
            return "42701";
        case Code::unknown_column:
        case Code::query_binding_error:
            return "42703";
        case Code::circular_dependency:
        case Code::invalid_definition:
            return "42P17";
        case Code::unknown_option:
        case Code::duplicate_option:
        case Code::missing_option:
        case Code::option_type_mismatch:
        case Code::option_out_of_range:
        case Code::option_not_allowed_value:
        case Code::option_not_applicable:
        case Code::option_conflict:
        case Code::invalid_url:
        case Code::invalid_secret_reference:
        case Code::missing_secret:
            return "22023";
        case Code::query_type_error:
            return "42804";
        case Code::unknown_function:
            return "42883";
        case Code::ambiguous_column:
            return "42702";
        case Code::unsupported_on_stream:
            return "0A000";
        case Code::undecided_type:
            return "42P18";
        case Code::query_error:
            return "42000";
        case Code::option_not_effective:
        case Code::columns_in_other_order:
        case Code::column_never_filled:
        case Code::insert_copies_once:
        case Code::time_chosen:
        case Code::cleartext_credentials:
        case Code::tls_not_verified:
        case Code::secret_in_clear:
        case Code::open_server:
        case Code::unused_connection:
        case Code::pipeline_without_sink:
        case Code::unbounded_state:
            return "01000";
        case Code::execution_failed:
            return "22000";
        case Code::wait_timeout:
        case Code::cancelled:
            return "57014";
        case Code::connection_failed:
            return "58000";
        case Code::input_output_error:
            return "58030";
        case Code::internal_error:
            return "XX000";
    }
    return "XX000";
}

ErrorMessage to_error_message(const Diagnostic& finding, std::string_view query, std::size_t begin) {
    ErrorMessage error;
    error.weight = weight_of(finding.severity);
    error.state = sql_state_of(finding.code);
    error.message = finding.message;
    error.hint = finding.hint;
    if (!finding.source) return error;
    const std::string_view before = query.substr(0, std::min(begin + finding.span.begin, query.size()));
    const auto code_points =
        std::count_if(before.begin(), before.end(), [](char byte) { return (byte & '\xC0') != '\x80'; });
    error.position = static_cast<std::uint32_t>(code_points) + 1;
    return error;
}

}  // namespace laminar::postgres
