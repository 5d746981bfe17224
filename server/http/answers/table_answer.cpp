#include "server/http/answers/table_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"
#include "server/http/answers/sent_rows.h"

namespace laminar::http {

namespace {

Answer accepted(std::size_t count) { return json_answer(fmt::format("{{\"accepted\":{}}}", count)); }

/// What is wrong has no place in what the client sent.
Error to_error(const Diagnostic& finding) {
    return {.status = finding.code == DiagnosticCode::internal_error ? 500U : 400U,
            .message = finding.message,
            .hint = finding.hint,
            .code = std::string(diagnostic_code_text(finding.code)),
            .sql_state = std::string(sql_state_of(finding))};
}

bool has_field(const SentRows& rows, const ColumnObject& column) {
    return std::any_of(rows.names.begin(), rows.names.end(),
                       [&](const std::string& name) { return name == column.name; });
}

/// The first field that no column has the name of; null: there is none.
const std::string* unknown_field(const TableObject& table, const SentRows& rows) {
    const auto is_column = [&](const std::string& name) {
        return std::any_of(table.columns.begin(), table.columns.end(),
                           [&](const ColumnObject& column) { return name == column.name; });
    };
    const auto found = std::find_if_not(rows.names.begin(), rows.names.end(), is_column);
    return found == rows.names.end() ? nullptr : &*found;
}

/// One statement, so that all rows are inserted or none; each field becomes what its column is.
std::string insert_sql(const TableObject& table, const SentRows& rows) {
    std::string names;
    std::string values;
    std::string types;
    for (const ColumnObject& column : table.columns) {
        if (!has_field(rows, column)) continue;
        const std::string_view comma = names.empty() ? "" : ", ";
        const std::string name = always_quote_identifier(column.name);
        names += fmt::format("{}{}", comma, name);
        values += fmt::format("{}u.r.{}", comma, name);
        types += fmt::format("{}{} {}", comma, name, to_sql(column.type));
    }
    return fmt::format("INSERT INTO {} ({}) SELECT {} FROM UNNEST(CAST(CAST({} AS JSON) AS STRUCT({})[])) AS u(r)",
                       always_quote_identifier(table.name), names, values, quote_string(rows.json), types);
}

}  // namespace

Answer table_answer(const TaskContext& context, const Request& request, Session& session) {
    const std::string name = request.path.substr(tables_path.size());
    const std::shared_ptr<const Catalog> catalog = context.database.catalog();
    const auto* table = catalog->find_as<TableObject>(name);
    if (!table)
        return error_answer(
            {.status = 404, .message = fmt::format("no table is named \"{}\"", name), .sql_state = "42P01"});
    std::variant<SentRows, Error> read = read_rows(request.body);
    if (const auto* error = std::get_if<Error>(&read)) return error_answer(*error);
    const auto& rows = std::get<SentRows>(read);
    if (rows.count == 0) return accepted(0);
    if (const std::string* unknown = unknown_field(*table, rows))
        return error_answer({.message = fmt::format("table \"{}\" has no column named \"{}\"", table->name, *unknown),
                             .sql_state = "42703"});
    if (rows.names.empty()) return error_answer({.message = "the rows have no fields"});
    const std::string sql = insert_sql(*table, rows);
    const auto source = std::make_shared<const SourceText>("rows", sql);
    Diagnostics diagnostics(source);
    const ParsedScript script = parse_script(source, diagnostics);
    const bool done = !diagnostics.has_errors() && session.execute(source, script.statements.front(), diagnostics);
    session.open_connections();
    if (done) return accepted(rows.count);
    const auto& all = diagnostics.all();
    const auto first =
        std::find_if(all.begin(), all.end(), [](const Diagnostic& each) { return each.severity == Severity::error; });
    if (first == all.end()) return error_answer({.status = 500, .message = "the rows were not taken"});
    return error_answer(to_error(*first));
}

}  // namespace laminar::http
