#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "catalog/objects/catalog.h"
#include "connectors/codec/json/json_encoder.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"
#include "parser/write/sql_writer.h"
#include "server/postgres/session/client_session.h"
#include "server/postgres/session/copy_rows.h"
#include "server/postgres/session/copy_values.h"

namespace laminar::postgres {

namespace {

/// The rows become one statement, so that all of them are inserted or none.
constexpr std::size_t most_copied = 32 << 20;

/// A column that is copied into.
struct Target {
    std::string name;
    ColumnType type;
};

ErrorMessage error_in_line(std::string_view state, const CopyReader& reader, std::string_view problem) {
    return {.state = state, .message = fmt::format("line {}: {}", reader.line(), problem)};
}

/// Appends what a value is to the engine. The error, if it is none.
std::optional<ErrorMessage> append_value(std::string& json, const CopyReader& reader, const Target& target,
                                         const std::optional<std::string>& value) {
    if (!value) {
        json += "null";
        return std::nullopt;
    }
    if (find_invalid_utf8(*value) != std::string_view::npos)
        return error_in_line("22021", reader, "a value is not valid UTF-8");
    if (value->find('\0') != std::string::npos) return error_in_line("22021", reader, "a value has a NUL in it");
    const std::optional<std::string> text = copied_text(target.type, *value);
    if (!text)
        return error_in_line("22P02", reader, fmt::format("column \"{}\" has no value of its type", target.name));
    append_json_quoted(json, *text);
    return std::nullopt;
}

/// The rows as a JSON array of arrays of texts; the error, if one of them is malformed.
std::optional<ErrorMessage> rows_as_json(const std::string& data, const CopyFormat& format,
                                         const std::vector<Target>& targets, std::string& json) {
    CopyReader reader(data, format);
    json = "[";
    while (const std::optional<CopyReader::Row> row = reader.next()) {
        if (row->size() != targets.size())
            return ErrorMessage{.state = "22P04",
                                .message = fmt::format("line {} has {} values for {} columns", reader.line(),
                                                       row->size(), targets.size())};
        json += json.size() > 1 ? ",[" : "[";
        for (std::size_t i = 0; i < row->size(); ++i) {
            if (i > 0) json += ',';
            if (auto problem = append_value(json, reader, targets[i], (*row)[i])) return problem;
        }
        json += ']';
    }
    json += ']';
    if (!reader.problem().empty()) return error_in_line("22P04", reader, reader.problem());
    return std::nullopt;
}

/// The columns of a table that are named, or all. The error, if one of them cannot be copied into.
std::optional<ErrorMessage> find_targets(const TableObject& table, const std::vector<std::string>& names,
                                         std::vector<Target>& targets) {
    for (const ColumnObject& column : table.columns)
        if (names.empty()) targets.push_back({column.name, column.type});
    for (const std::string& name : names) {
        const auto column = std::find_if(table.columns.begin(), table.columns.end(), [&](const ColumnObject& each) {
            return equals_ignoring_case(each.name, name);
        });
        if (column == table.columns.end())
            return ErrorMessage{.state = "42703",
                                .message = fmt::format("\"{}\" has no column \"{}\"", table.name, name)};
        targets.push_back({column->name, column->type});
    }
    for (const Target& target : targets) {
        if (const std::string problem = problem_of_copied(target.type); !problem.empty())
            return ErrorMessage{
                .state = "0A000",
                .message = fmt::format("COPY FROM does not read column \"{}\": {}", target.name, problem)};
    }
    return std::nullopt;
}

std::string insert_sql(const std::string& table, const std::vector<Target>& targets, const std::string& json) {
    std::string columns;
    std::string values;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        columns += (i > 0 ? ", " : "") + always_quote_identifier(targets[i].name);
        values += (i > 0 ? ", " : "") + copied_sql(targets[i].type, fmt::format("r[{}]", i + 1));
    }
    return fmt::format("INSERT INTO {} ({}) SELECT {} FROM UNNEST(CAST(CAST({} AS JSON) AS VARCHAR[][])) AS u(r)",
                       always_quote_identifier(table), columns, values, quote_string(json));
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

std::optional<FrontendMessage> ClientSession::next_of_copy() {
    std::optional<FrontendMessage> message;
    (void)wait_interruptibly(channel_, [&] {
        message = channel_.next();
        return message.has_value();
    });
    return message;
}

std::optional<ErrorMessage> ClientSession::receive_copy(std::string& data) {
    std::optional<ErrorMessage> problem;
    while (const std::optional<FrontendMessage> message = next_of_copy()) {
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
    if (channel_.ending() == ClientChannel::End::none) return cancelled_error();
    return ErrorMessage{.state = "57014", .message = "the connection ends"};
}

std::optional<std::string> ClientSession::copy_in(const CopyStatement& copy) {
    const std::shared_ptr<const Catalog> catalog = database_.catalog();
    const auto* table = catalog->find_as<TableObject>(copy.table);
    if (!table) return fail({.state = "42P01", .message = fmt::format("no table is named \"{}\"", copy.table)});
    std::vector<Target> targets;
    if (const auto problem = find_targets(*table, copy.columns, targets)) return fail(*problem);
    // What waits for the client, makes rows of what it sends and inserts them is one statement.
    const Running running(*this);
    MessageWriter& out = output_.messages();
    out.begin('G');
    out.byte(0);
    out.int16(static_cast<std::int16_t>(targets.size()));
    for (std::size_t i = 0; i < targets.size(); ++i) out.int16(0);
    out.end();
    if (!output_.flush()) return std::nullopt;
    std::string data;
    if (const auto problem = receive_copy(data)) return fail(*problem);
    std::string json;
    if (const auto problem = rows_as_json(data, copy.format, targets, json)) return fail(*problem);
    data = {};
    if (json == "[]") return "COPY 0";

    const auto source = std::make_shared<const SourceText>("copy", insert_sql(copy.table, targets, json));
    json = {};
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
