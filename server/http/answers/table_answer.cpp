#include "server/http/answers/table_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "catalog/objects/table_columns.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/rows/column_batch.h"
#include "parser/text/ascii.h"
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

/// By the rule of messages (docs/messages.md): the column that is spelled so, or else the only one that is in another
/// case. Null: there is none.
const ColumnObject* column_of(const TableObject& table, std::string_view field) {
    const ColumnObject* found = nullptr;
    std::size_t count = 0;
    for (const ColumnObject& column : table.columns) {
        if (column.name == field) return &column;
        if (!equals_ignoring_case(column.name, field)) continue;
        found = &column;
        ++count;
    }
    return count == 1 ? found : nullptr;
}

/// The columns that the fields go to. The error, if a field has none, or shares one with another.
std::variant<std::shared_ptr<const BatchSchema>, Error> schema_of(const TableObject& table, const SentRows& rows) {
    std::map<const ColumnObject*, std::string_view> fields;
    for (const std::string& name : rows.names) {
        const ColumnObject* column = column_of(table, name);
        if (!column)
            return Error{.message = fmt::format("table \"{}\" has no column named \"{}\"", table.name, name),
                         .sql_state = "42703"};
        if (const auto [other, is_new] = fields.emplace(column, name); !is_new)
            return Error{.message = fmt::format("fields \"{}\" and \"{}\" are both for column \"{}\"", other->second,
                                                name, column->name),
                         .sql_state = "42701"};
    }
    auto schema = std::make_shared<BatchSchema>();
    schema->coerce = true;
    for (const ColumnObject& declared : table.columns) {
        if (!fields.contains(&declared)) continue;
        BatchColumn column;
        column.name = engine_name_of(table.columns, declared.name);
        column.type = declared.type;
        // A field is a column: dots in its name lead nowhere.
        column.json_path = {declared.name};
        column.by_name = true;
        schema->columns.push_back(std::move(column));
    }
    return schema;
}

std::string_view sql_state_of(const MessageError& error) {
    if (error.type == "too_deep" || error.type == "too_large") return "54000";
    if (error.type == "invalid_utf8") return "22021";
    return "22P02";
}

/// The error, if one of the rows does not fit.
std::optional<Error> decode(const SentRows& rows, ColumnBatch& batch) {
    DecoderOptions options;
    options.coerce = true;
    const std::unique_ptr<MessageDecoder> decoder = make_message_decoder(options, batch.schema);
    for (std::size_t i = 0; i < rows.texts.size(); ++i) {
        Message message;
        message.payload = rows.texts[i];
        if (const std::optional<MessageError> problem = decoder->decode(message, batch))
            return Error{.message = fmt::format("row {}: {}", i + 1, problem->message),
                         .sql_state = std::string(sql_state_of(*problem))};
    }
    return std::nullopt;
}

}  // namespace

Answer table_answer(const TaskContext& context, const Request& request, const Caller& /*caller*/, Session& session) {
    const std::string name = request.path.substr(tables_path.size());
    const std::shared_ptr<const Catalog> catalog = context.database.catalog();
    const auto* table = catalog->find_as<TableObject>(name);
    if (!table)
        return error_answer(
            {.status = 404, .message = fmt::format("no table is named \"{}\"", name), .sql_state = "42P01"});
    std::variant<SentRows, Error> read = read_rows(request.body);
    if (const auto* error = std::get_if<Error>(&read)) return error_answer(*error);
    const auto& rows = std::get<SentRows>(read);
    if (rows.texts.empty()) return accepted(0);
    if (rows.names.empty()) return error_answer({.message = "the rows have no fields"});
    const std::variant<std::shared_ptr<const BatchSchema>, Error> schema = schema_of(*table, rows);
    if (const auto* error = std::get_if<Error>(&schema)) return error_answer(*error);
    ColumnBatch batch(std::get<std::shared_ptr<const BatchSchema>>(schema));
    if (const std::optional<Error> error = decode(rows, batch)) return error_answer(*error);
    Diagnostics diagnostics;
    const bool done = session.insert(table->name, batch, diagnostics);
    session.open_connections();
    if (done) return accepted(batch.rows);
    const auto& all = diagnostics.all();
    const auto first =
        std::find_if(all.begin(), all.end(), [](const Diagnostic& each) { return each.severity == Severity::error; });
    if (first == all.end()) return error_answer({.status = 500, .message = "the rows were not taken"});
    return error_answer(to_error(*first));
}

}  // namespace laminar::http
