#include <fmt/format.h>

#include <memory>

#include "catalog/objects/catalog.h"
#include "connectors/codec/json/json_encoder.h"
#include "parser/read/parser.h"
#include "parser/text/utf8.h"
#include "parser/write/sql_writer.h"
#include "server/postgres/session/client_session.h"
#include "server/postgres/session/copy_rows.h"

namespace laminar::postgres {

namespace {

/// The rows become one statement, so that all of them are inserted or none.
constexpr std::size_t most_copied = 32 << 20;

std::string column_list(const std::vector<std::string>& columns) {
    std::string list;
    for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + always_quote_identifier(column);
    return list;
}

/// The rows as a JSON array of arrays of texts; the error, if one of them is malformed.
std::optional<ErrorMessage> rows_as_json(const std::string& data, const CopyFormat& format, std::size_t columns,
                                         std::string& json) {
    CopyReader reader(data, format);
    json = "[";
    while (const std::optional<CopyReader::Row> row = reader.next()) {
        if (row->size() != columns)
            return ErrorMessage{
                .state = "22P04",
                .message = fmt::format("line {} has {} values for {} columns", reader.line(), row->size(), columns)};
        json += json.size() > 1 ? ",[" : "[";
        for (std::size_t i = 0; i < row->size(); ++i) {
            if (i > 0) json += ',';
            const std::optional<std::string>& value = (*row)[i];
            if (!value) {
                json += "null";
                continue;
            }
            if (find_invalid_utf8(*value) != std::string_view::npos)
                return ErrorMessage{.state = "22021",
                                    .message = fmt::format("line {} is not valid UTF-8", reader.line())};
            append_json_quoted(json, *value);
        }
        json += ']';
    }
    json += ']';
    if (!reader.problem().empty())
        return ErrorMessage{.state = "22P04", .message = fmt::format("line {}: {}", reader.line(), reader.problem())};
    return std::nullopt;
}

}  // namespace

std::optional<std::string> ClientSession::copy_out(const QueryStatement& statement, const CopyStatement& copy,
                                                   const PlaceFinding& place) {
    const std::size_t begin = statement.begin + copy.query_begin;
    const auto source = std::make_shared<const SourceText>("query", copy.query);
    Diagnostics diagnostics(source);
    ParsedScript script = parse_script(source, diagnostics);
    if (diagnostics.has_errors()) return fail_with(diagnostics, {}, place, begin);
    const bool is_query = script.statements.size() == 1 &&
                          (std::holds_alternative<ast::SelectStatement>(script.statements.front().node) ||
                           std::holds_alternative<ast::Subscribe>(script.statements.front().node));
    if (!is_query) return fail({.state = "0A000", .message = "COPY (...) TO STDOUT takes one SELECT or SUBSCRIBE"});
    const QueryStatement query{begin, LaminarStatement{source, std::move(script.statements.front())}};
    if (!execute_laminar(query, place, {.copy = copy.format})) return std::nullopt;
    output_.messages().begin('c');
    output_.messages().end();
    return fmt::format("COPY {}", output_.row_count());
}

std::optional<ErrorMessage> ClientSession::receive_copy(std::string& data) {
    std::optional<ErrorMessage> problem;
    while (const std::optional<FrontendMessage> message = channel_.next()) {
        switch (message->type) {
            case 'd':
                if (data.size() + message->body.size() > most_copied) {
                    problem = ErrorMessage{.state = "54000",
                                           .message = "COPY FROM STDIN takes at most 32 MiB",
                                           .hint = "split the data, or read it with a file connection"};
                    data.clear();
                }
                if (!problem) data += message->body;
                break;
            case 'c':
                return problem;
            case 'f':
                return ErrorMessage{.state = "57014",
                                    .message = fmt::format("the client has ended COPY: {}",
                                                           MessageReader(message->body).text().value_or(""))};
            case 'H':
            case 'S':
                break;
            default:
                return ErrorMessage{.state = "08P01",
                                    .message = "COPY FROM STDIN was ended by a message that is none of its own"};
        }
    }
    return ErrorMessage{.state = "57014", .message = "the connection ends"};
}

std::optional<std::string> ClientSession::copy_in(const CopyStatement& copy) {
    std::vector<std::string> columns = copy.columns;
    const std::shared_ptr<const Catalog> catalog = database_.catalog();
    const auto* table = catalog->find_as<TableObject>(copy.table);
    if (!table) return fail({.state = "42P01", .message = fmt::format("no table is named \"{}\"", copy.table)});
    if (columns.empty()) {
        for (const ColumnObject& column : table->columns) columns.push_back(column.name);
    }
    MessageWriter& out = output_.messages();
    out.begin('G');
    out.byte(0);
    out.int16(static_cast<std::int16_t>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) out.int16(0);
    out.end();
    if (!output_.flush()) return std::nullopt;
    std::string data;
    if (const auto problem = receive_copy(data)) return fail(*problem);
    std::string json;
    if (const auto problem = rows_as_json(data, copy.format, columns.size(), json)) return fail(*problem);
    data = {};
    if (json == "[]") return "COPY 0";

    std::string values;
    for (std::size_t i = 1; i <= columns.size(); ++i) values += fmt::format("{}r[{}]", i > 1 ? ", " : "", i);
    const auto source = std::make_shared<const SourceText>(
        "copy", fmt::format("INSERT INTO {} ({}) SELECT {} FROM UNNEST(CAST(CAST({} AS JSON) AS VARCHAR[][])) AS u(r)",
                            always_quote_identifier(copy.table), column_list(columns), values, quote_string(json)));
    // What is wrong has no place in what the client sent.
    const PlaceFinding nowhere = [](const Diagnostic& finding, std::size_t) {
        Diagnostic placeless = finding;
        placeless.source = nullptr;
        return to_error_message(placeless, {}, 0);
    };
    Diagnostics diagnostics(source);
    ParsedScript script = parse_script(source, diagnostics);
    if (diagnostics.has_errors()) return fail_with(diagnostics, {}, nowhere, 0);
    const auto tag = execute_laminar({0, LaminarStatement{source, std::move(script.statements.front())}}, nowhere, {});
    if (!tag) return std::nullopt;
    return "COPY " + tag->substr(tag->rfind(' ') + 1);
}

}  // namespace laminar::postgres
