#pragma once

#include <string_view>

namespace laminar {

/// Every diagnostic Laminar can report, once: LAMINAR_DIAGNOSTIC(enumerator, code, title).
/// Codes are stable: never renumber, never reuse. L1xx text and syntax, L2xx catalog objects,
/// L3xx options, L4xx queries and types, L5xx warnings about risky but legal statements,
/// L6xx execution. docs/errors.md is generated from this list.
#define LAMINAR_DIAGNOSTICS(X)                                                                \
    X(syntax_error, "L101", "The text is not a statement Laminar understands")                \
    X(invalid_utf8, "L102", "The text is not valid UTF-8")                                    \
    X(nul_byte, "L103", "The text contains a NUL byte")                                       \
    X(unterminated_string, "L104", "A quoted string is not closed")                           \
    X(unterminated_comment, "L105", "A comment is not closed")                                \
    X(unterminated_identifier, "L106", "A quoted name is not closed")                         \
    X(nesting_too_deep, "L107", "Expressions or queries are nested too deeply")               \
    X(input_too_large, "L108", "The script is larger than Laminar accepts")                   \
    X(reserved_word, "L109", "A reserved word is used as a name")                             \
    X(empty_statement_part, "L110", "A statement lacks a required part")                      \
    X(invalid_literal, "L111", "A literal cannot be read")                                    \
    X(too_many_errors, "L112", "Too many errors; the rest is not shown")                      \
    X(object_exists, "L201", "An object of this name already exists")                         \
    X(unknown_object, "L202", "No object of this name exists")                                \
    X(wrong_object_kind, "L203", "The object is of another kind than the statement needs")    \
    X(object_in_use, "L204", "The object is used by others")                                  \
    X(unknown_connector, "L205", "No connector of this name exists")                          \
    X(unknown_type, "L206", "The column type is not known")                                   \
    X(duplicate_column, "L207", "A column is declared twice")                                 \
    X(unknown_column, "L208", "No column of this name exists")                                \
    X(circular_dependency, "L209", "Objects would depend on each other in a circle")          \
    X(column_count_mismatch, "L210", "The number of values does not match the columns")       \
    X(not_a_sink, "L211", "The target cannot be written to")                                  \
    X(not_a_source, "L212", "The object cannot be read from")                                 \
    X(invalid_definition, "L213", "The definition is not valid")                              \
    X(unknown_option, "L301", "The connector has no option of this name")                     \
    X(duplicate_option, "L302", "An option is given twice")                                   \
    X(missing_option, "L303", "A required option is missing")                                 \
    X(option_type_mismatch, "L304", "An option value is of the wrong type")                   \
    X(option_out_of_range, "L305", "An option value is out of range")                         \
    X(option_not_allowed_value, "L306", "An option value is not one of the allowed values")   \
    X(option_not_applicable, "L307", "The option does not apply here")                        \
    X(option_conflict, "L308", "Options contradict each other")                               \
    X(invalid_url, "L309", "The URL is not valid")                                            \
    X(invalid_secret_reference, "L310", "A secret reference is not valid")                    \
    X(missing_secret, "L311", "A secret cannot be found")                                     \
    X(unknown_setting, "L312", "No setting of this name exists")                              \
    X(query_binding_error, "L401", "The query refers to something that does not exist")       \
    X(query_type_error, "L402", "The types in the query do not fit")                          \
    X(unknown_function, "L403", "No function of this name exists")                            \
    X(unknown_relation, "L404", "No table, view, connection or pipeline of this name exists") \
    X(ambiguous_column, "L405", "A column name could belong to several relations")            \
    X(unsupported_on_stream, "L406", "The clause has no meaning over an unbounded stream")    \
    X(undecided_type, "L407", "The type of a column cannot be decided from its use")          \
    X(query_error, "L408", "The query cannot be executed")                                    \
    X(execution_failed, "L601", "The statement failed while it was executed")                 \
    X(wait_timeout, "L602", "WAIT FOR gave up")                                               \
    X(connection_failed, "L603", "A connection failed")                                       \
    X(cancelled, "L604", "The statement was cancelled")                                       \
    X(input_output_error, "L605", "A file cannot be read or written")                         \
    X(internal_error, "L901", "Laminar made a mistake; please report it")

enum class DiagnosticCode {
#define LAMINAR_DIAGNOSTIC_ENUMERATOR(name, code, title) name,
    LAMINAR_DIAGNOSTICS(LAMINAR_DIAGNOSTIC_ENUMERATOR)
#undef LAMINAR_DIAGNOSTIC_ENUMERATOR
};

/// The stable text of a code, such as "L301".
[[nodiscard]] std::string_view diagnostic_code_text(DiagnosticCode code) noexcept;
/// One line that names the kind of problem, for reference pages and SARIF rules.
[[nodiscard]] std::string_view diagnostic_title(DiagnosticCode code) noexcept;

}  // namespace laminar
