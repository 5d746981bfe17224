#pragma once

#include <span>
#include <string>
#include <string_view>

namespace laminar {

/// Every diagnostic Laminar can report, once: X(enumerator, code, state, title, advice). The state is the SQLSTATE that
/// comes nearest, for clients that know those; a finding may know a nearer one (Diagnostic::sql_state). The advice is
/// what to do about it, for docs/errors.md and SARIF rules; a hint of the diagnostic itself, where it has one, knows
/// more. Codes are stable: never renumber, never reuse. L1xx text and syntax, L2xx catalog objects, L3xx options, L4xx
/// queries and types, L5xx warnings about risky but legal statements, L6xx execution. docs/errors.md is generated from
/// this list: run parser_tests with LAMINAR_UPDATE=1 after a change.
#define LAMINAR_DIAGNOSTICS(X)                                                                                         \
    X(syntax_error, "L101", "42601", "The text is not a statement Laminar understands",                                \
      "Look at the marked word: what stands before it cannot be followed by it. The hint names what was expected.")    \
    X(invalid_utf8, "L102", "22021", "The text is not valid UTF-8",                                                    \
      "Save the script as UTF-8. The position is that of the first byte that is not.")                                 \
    X(nul_byte, "L103", "22021", "The text contains a NUL byte",                                                       \
      "Remove it; a script that contains one is usually not a text file, or is encoded as UTF-16.")                    \
    X(unterminated_string, "L104", "42601", "A quoted string is not closed",                                           \
      "Add the closing quote. A quote inside a string is written twice: 'it''s'.")                                     \
    X(unterminated_comment, "L105", "42601", "A comment is not closed",                                                \
      "Add */ where the comment should end. Comments nest, so each /* needs one of its own.")                          \
    X(unterminated_identifier, "L106", "42601", "A quoted name is not closed",                                         \
      "Add the closing double quote. A double quote inside a name is written twice.")                                  \
    X(nesting_too_deep, "L107", "54001", "Expressions or queries are nested too deeply",                               \
      "Split the statement: name inner queries in a WITH clause or a view.")                                           \
    X(input_too_large, "L108", "54000", "The script is larger than Laminar accepts",                                   \
      "Split the script, or load bulk data from a file with the file connector.")                                      \
    X(reserved_word, "L109", "42601", "A reserved word is used as a name",                                             \
      "Put the name in double quotes, or choose another.")                                                             \
    X(empty_statement_part, "L110", "42601", "A statement lacks a required part",                                      \
      "Write the part that the message names.")                                                                        \
    X(invalid_literal, "L111", "22P02", "A literal cannot be read",                                                    \
      "Correct the number, interval, date or escape that is marked.")                                                  \
    X(too_many_errors, "L112", "42601", "Too many errors; the rest is not shown",                                      \
      "Correct the first ones; many of the others are likely to follow from them.")                                    \
    X(object_exists, "L201", "42P07", "An object of this name already exists",                                         \
      "Choose another name, or use CREATE OR REPLACE or IF NOT EXISTS. Connections, tables, views and pipelines "      \
      "share one set of names.")                                                                                       \
    X(unknown_object, "L202", "42P01", "No object of this name exists",                                                \
      "Check the spelling, and that the object is created earlier in the script. SHOW TABLES and its kin list what "   \
      "there is.")                                                                                                     \
    X(wrong_object_kind, "L203", "42809", "The object is of another kind than the statement needs",                    \
      "Name an object of the kind that the statement acts on, or use the statement for the kind you have.")            \
    X(object_in_use, "L204", "2BP01", "The object is used by others",                                                  \
      "Drop the objects that the message names first, or use CASCADE to drop them too.")                               \
    X(unknown_connector, "L205", "42704", "No connector of this name exists",                                          \
      "SHOW CONNECTORS lists those that this Laminar has.")                                                            \
    X(unknown_type, "L206", "42704", "The column type is not known",                                                   \
      "Use a type of the SQL reference, such as TEXT, BIGINT, DOUBLE, TIMESTAMP, JSON or BYTEA.")                      \
    X(duplicate_column, "L207", "42701", "A column is declared twice",                                                 \
      "Rename or remove one of them. Column names are compared without regard to case.")                               \
    X(unknown_column, "L208", "42703", "No column of this name exists",                                                \
      "Check the spelling against DESCRIBE of the relation.")                                                          \
    X(circular_dependency, "L209", "42P17", "Objects would depend on each other in a circle",                          \
      "Break the circle: let one of the objects read a table that the other does not write.")                          \
    X(column_count_mismatch, "L210", "42601", "The number of values does not match the columns",                       \
      "Give one value for each column, or list the columns that you give values for.")                                 \
    X(not_a_sink, "L211", "42809", "The target cannot be written to",                                                  \
      "Insert into a table: a stored one, or one whose connector can send.")                                           \
    X(not_a_source, "L212", "42809", "The object cannot be read from",                                                 \
      "Read from a table, view, pipeline or connection that receives.")                                                \
    X(invalid_definition, "L213", "42P17", "The definition is not valid",                                              \
      "Change the part of the definition that is marked, as the message says.")                                        \
    X(unknown_option, "L301", "22023", "The connector has no option of this name",                                     \
      "Check the spelling. DESCRIBE CONNECTOR lists the options with their types and defaults.")                       \
    X(duplicate_option, "L302", "22023", "An option is given twice", "Remove one of the two.")                         \
    X(missing_option, "L303", "22023", "A required option is missing", "Add the option that the message names.")       \
    X(option_type_mismatch, "L304", "22023", "An option value is of the wrong type",                                   \
      "Write the value as the type that the message names: 'text', 42, true, INTERVAL '5 seconds' or MAP {'key': "     \
      "'value'}.")                                                                                                     \
    X(option_out_of_range, "L305", "22023", "An option value is out of range",                                         \
      "Choose a value within the bounds that the message gives.")                                                      \
    X(option_not_allowed_value, "L306", "22023", "An option value is not one of the allowed values",                   \
      "Use one of the values that the message lists.")                                                                 \
    X(option_not_applicable, "L307", "22023", "The option does not apply here",                                        \
      "Remove the option, or change the mode or format for which it has no meaning.")                                  \
    X(option_conflict, "L308", "22023", "Options contradict each other",                                               \
      "Keep one of the options that the message names.")                                                               \
    X(invalid_url, "L309", "22023", "The URL is not valid",                                                            \
      "Write it as ws://host:port/path or wss://host/path. Characters outside ASCII and spaces are percent-encoded.")  \
    X(invalid_secret_reference, "L310", "22023", "A secret reference is not valid",                                    \
      "Write it as ${secret:name}, where the name consists of letters, digits, underscores, dots and hyphens.")        \
    X(missing_secret, "L311", "22023", "A secret cannot be found",                                                     \
      "Provide it as a file in --secrets-dir, in --env-file, or as the environment variable LAMINAR_SECRET_NAME with " \
      "the name in upper case.")                                                                                       \
    X(unknown_setting, "L312", "42704", "No setting of this name exists", "SHOW SETTINGS lists those there are.")      \
    X(query_binding_error, "L401", "42703", "The query refers to something that does not exist",                       \
      "Check the marked name against the relations of the FROM clause.")                                               \
    X(query_type_error, "L402", "42804", "The types in the query do not fit",                                          \
      "Convert one side with CAST, or with TRY_CAST where some values cannot be converted.")                           \
    X(unknown_function, "L403", "42883", "No function of this name exists",                                            \
      "Check the spelling, or define it with CREATE FUNCTION. SHOW FUNCTIONS lists those there are.")                  \
    X(unknown_relation, "L404", "42P01", "No table, view, connection or pipeline of this name exists",                 \
      "Check the spelling, and that it is created earlier in the script.")                                             \
    X(ambiguous_column, "L405", "42702", "A column name could belong to several relations",                            \
      "Write the relation before it: relation.column.")                                                                \
    X(unsupported_on_stream, "L406", "0A000", "The clause has no meaning over an unbounded stream",                    \
      "Bound it with a window such as TUMBLE, or query the rows that a table retains. The hint says which applies.")   \
    X(undecided_type, "L407", "42P18", "The type of a column cannot be decided from its use",                          \
      "Nothing is wrong yet: the first values will decide. To decide it now, use CAST, or declare the column in "      \
      "CREATE TABLE.")                                                                                                 \
    X(query_error, "L408", "42000", "The query cannot be executed",                                                    \
      "The message is that of the SQL engine; the mark shows the part it refers to.")                                  \
    X(query_too_large, "L409", "54000",                                                                                \
      "The query becomes too large when its views and functions are put in their places",                              \
      "Views and functions are expanded wherever they are used. Let a pipeline or CREATE TABLE ... AS keep what is "   \
      "used several times, and read that.")                                                                            \
    X(option_not_effective, "L501", "01000", "The option is accepted but has no effect yet",                           \
      "Remove it, or keep it for a later version. What it asks for does not happen now.")                              \
    X(columns_in_other_order, "L502", "01000",                                                                         \
      "INSERT matches columns by position, and the names are in another order",                                        \
      "List the columns in the order of the query: INSERT INTO table (a, b) SELECT a, b ...")                          \
    X(column_never_filled, "L503", "01000", "Nothing in a message fills the column",                                   \
      "Remove the column, give it a DEFAULT, or use format = 'json' for messages with named fields.")                  \
    X(insert_copies_once, "L504", "01000", "INSERT copies the rows of a stream that are retained at that moment",      \
      "For every row as it comes, write CREATE PIPELINE name AS INSERT INTO table SELECT ... Where the rows of one "   \
      "moment are wanted, WAIT FOR them first.")                                                                       \
    X(time_chosen, "L505", "01000", "A window or aggregate goes by a time that the query does not name",               \
      "Nothing is wrong: name the time as the first argument, such as TUMBLE(ts, INTERVAL '1 minute'), to say so "     \
      "yourself. By the time of arrival a result depends on when messages came; WATERMARK FOR declares another.")      \
    X(cleartext_credentials, "L511", "01000", "Credentials are sent without encryption",                               \
      "Use wss:// for every host that is not this machine: with ws:// anyone on the way can read them.")               \
    X(tls_not_verified, "L512", "01000", "The certificate of the peer is not verified",                                \
      "Leave tls_verify and tls_hostname_verification on. For a private authority, give its certificate as "           \
      "tls_ca_cert.")                                                                                                  \
    X(secret_in_clear, "L513", "01000", "A secret is written in the script",                                           \
      "Write ${secret:name} and provide the value by --secrets-dir, --env-file or the environment. Consider the "      \
      "value that was written as known to others.")                                                                    \
    X(open_server, "L514", "01000", "A server is open to the network without authentication",                          \
      "Give auth_token, basic_auth or tls_client_ca, or listen on 127.0.0.1 behind a proxy that authenticates.")       \
    X(unused_connection, "L515", "01000", "A connection is declared and never used",                                   \
      "Remove it, or use it in a table, a pipeline or a query: until then it is not opened.")                          \
    X(pipeline_without_sink, "L516", "01000", "The rows of a pipeline go nowhere but to standard output",              \
      "Write CREATE PIPELINE name AS INSERT INTO table SELECT ... To print rows on purpose, insert into a table "      \
      "over a stdout connection.")                                                                                     \
    X(unbounded_state, "L520", "01000", "A continuous query keeps state that grows without bound",                     \
      "Group by a window such as TUMBLE(ts, INTERVAL '5 minutes'), or bound the join in time: what a window or a "     \
      "bound has passed is forgotten. Where the number of keys is small by nature, nothing has to be done.")           \
    X(execution_failed, "L601", "22000", "The statement failed while it was executed",                                 \
      "The message says what went wrong. Statements before it have taken effect.")                                     \
    X(wait_timeout, "L602", "57014", "WAIT FOR gave up",                                                               \
      "Fewer rows arrived in time than were waited for. Check that the connection is up "                              \
      "(system.websocket_connections), or wait longer.")                                                               \
    X(connection_failed, "L603", "58000", "A connection failed",                                                       \
      "The message carries the peer's or the system's own words. system.websocket_connections shows the state, "       \
      "system.websocket_logs the history.")                                                                            \
    X(cancelled, "L604", "57014", "The statement was cancelled", "Run it again if that was not meant.")                \
    X(input_output_error, "L605", "58030", "A file cannot be read or written",                                         \
      "Check that the path exists and that Laminar may read or write there.")                                          \
    X(internal_error, "L901", "XX000", "Laminar made a mistake; please report it",                                     \
      "Report it with the statement and the version that laminar --version prints.")

enum class DiagnosticCode {
#define LAMINAR_DIAGNOSTIC_ENUMERATOR(name, code, state, title, advice) name,
    LAMINAR_DIAGNOSTICS(LAMINAR_DIAGNOSTIC_ENUMERATOR)
#undef LAMINAR_DIAGNOSTIC_ENUMERATOR
};

/// The stable text of a code, such as "L301".
[[nodiscard]] std::string_view diagnostic_code_text(DiagnosticCode code) noexcept;
/// The SQLSTATE of a code: five characters.
[[nodiscard]] std::string_view diagnostic_sql_state(DiagnosticCode code) noexcept;
/// One line that names the kind of problem, for reference pages and SARIF rules.
[[nodiscard]] std::string_view diagnostic_title(DiagnosticCode code) noexcept;
/// One or two sentences about what to do.
[[nodiscard]] std::string_view diagnostic_advice(DiagnosticCode code) noexcept;
/// All codes in ascending order, for the life of the program.
[[nodiscard]] std::span<const DiagnosticCode> all_diagnostic_codes() noexcept;
/// The reference of all codes, as docs/errors.md has it.
[[nodiscard]] std::string diagnostic_reference();

}  // namespace laminar
