#include <fmt/format.h>

#include <memory>
#include <utility>

#include "catalog/objects/catalog.h"
#include "catalog/objects/table_columns.h"
#include "connectors/rows/column_batch.h"
#include "parser/read/parser.h"
#include "parser/text/utf8.h"
#include "server/postgres/session/client_session.h"
#include "server/postgres/session/copy_rows.h"
#include "server/postgres/session/copy_values.h"

namespace laminar::postgres {

namespace {

/// The rows are there at once, so that all of them are inserted or none.
constexpr std::size_t most_copied = 32 << 20;

/// A column that is copied into.
struct Target {
    std::string shown;
    std::string name;  ///< Within the engine (column_name.h).
    ColumnType type;
};

ErrorMessage error_in_line(std::string_view state, const CopyReader& reader, std::string_view problem) {
    return {.state = state, .message = fmt::format("line {}: {}", reader.line(), problem)};
}

/// The error, if it is no value of the column.
std::optional<ErrorMessage> append_value(ColumnVector& column, CopiedValues& values, const CopyReader& reader,
                                         const Target& target, const std::optional<std::string>& value) {
    if (!value) {
        column.append_null();
        return std::nullopt;
    }
    if (find_invalid_utf8(*value) != std::string_view::npos)
        return error_in_line("22021", reader, "a value is not valid UTF-8");
    if (value->find('\0') != std::string::npos) return error_in_line("22021", reader, "a value has a NUL in it");
    const std::optional<CopiedValues::Problem> problem = values.append(column, target.type, *value);
    if (!problem) return std::nullopt;
    return error_in_line(problem->state, reader,
                         problem->what.empty() ? fmt::format("column \"{}\" has no value of its type", target.shown)
                                               : fmt::format("column \"{}\": {}", target.shown, problem->what));
}

std::shared_ptr<const BatchSchema> schema_of(const std::vector<Target>& targets) {
    auto schema = std::make_shared<BatchSchema>();
    for (const Target& target : targets) {
        BatchColumn column;
        column.name = target.name;
        column.type = copied_type(target.type);
        schema->columns.push_back(std::move(column));
    }
    return schema;
}

/// The error, if one of the rows is malformed.
std::optional<ErrorMessage> read_rows(const std::string& data, const CopyFormat& format,
                                      const std::vector<Target>& targets, ColumnBatch& rows) {
    CopyReader reader(data, format);
    CopiedValues values;
    while (const std::optional<CopyReader::Row> row = reader.next()) {
        if (row->size() != targets.size())
            return ErrorMessage{.state = "22P04",
                                .message = fmt::format("line {} has {} values for {} columns", reader.line(),
                                                       row->size(), targets.size())};
        for (std::size_t i = 0; i < row->size(); ++i)
            if (auto problem = append_value(rows.columns[i], values, reader, targets[i], (*row)[i])) return problem;
        ++rows.rows;
    }
    if (!reader.problem().empty()) return error_in_line("22P04", reader, reader.problem());
    return std::nullopt;
}

/// The columns of a table that are named, or all. The error, if one of them cannot be copied into.
std::optional<ErrorMessage> find_targets(const TableObject& table, const std::vector<std::string>& names,
                                         std::vector<Target>& targets) {
    const auto add = [&](const ColumnObject& column) {
        targets.push_back({column.name, engine_name_of(table.columns, column.name), column.type});
    };
    for (const ColumnObject& column : table.columns)
        if (names.empty()) add(column);
    for (const std::string& name : names) {
        const ColumnObject* column = find_column(table.columns, name);
        if (!column)
            return ErrorMessage{.state = "42703",
                                .message = fmt::format("\"{}\" has no column \"{}\"", table.name, name)};
        add(*column);
    }
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
    while (std::optional<FrontendMessage> message = next_of_copy()) {
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
                // Of one that ends the session nothing would be heard any more.
                if (message->type == 'X' || message->type == '\0') left_over_ = std::move(message);
                return ErrorMessage{.state = "08P01",
                                    .message = "COPY FROM STDIN was ended by a message that is none of its own"};
        }
    }
    if (channel_.ending() == ClientChannel::End::none) return cancelled_error();
    return ErrorMessage{.state = "57014", .message = "the connection ends"};
}

std::optional<std::string> ClientSession::copy_in(const CopyStatement& copy) {
    if (!may(Role::write)) return std::nullopt;
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
    ColumnBatch rows(schema_of(targets));
    if (const auto problem = read_rows(data, copy.format, targets, rows)) return fail(*problem);
    data = {};
    if (rows.rows == 0) return "COPY 0";
    output_.begin_statement({});
    Diagnostics diagnostics;
    if (!session().insert(table->name, rows, diagnostics)) {
        const PlaceFinding nowhere = [](const Diagnostic& finding, std::size_t) {
            return to_error_message(finding, {}, 0);
        };
        return fail_with(diagnostics, cancelled_error(), nowhere, 0);
    }
    tell_that_it_stays();
    return fmt::format("COPY {}", rows.rows);
}

}  // namespace laminar::postgres
