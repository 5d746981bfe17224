#include <fmt/format.h>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/connection_sink.h"
#include "runtime/engine/messages/enumeration_error.h"
#include "runtime/session/query_error.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

namespace {

bool is_list_of_values(const BoundQuery& query) {
    return std::holds_alternative<ast::Values>(query.query.body.node) && query.inputs.empty() &&
           query.connection_tests.empty() && !query.calls_acknowledge;
}

void prepend(const std::string& head, WrittenSql& sql) {
    for (WrittenSql::Origin& origin : sql.origins) origin.begin += static_cast<std::uint32_t>(head.size());
    sql.text = head + sql.text;
}

/// columns: those that the values were for.
void report_error_of_values(EngineError error, const std::vector<OutputColumn>& columns, const WrittenSql* sql,
                            SourceSpan span, Diagnostics& diagnostics) {
    std::vector<StoredColumn> stored;
    for (const OutputColumn& column : columns)
        stored.push_back({std::string(shown_column_name(column.name)), column.type});
    if (error.type == "Conversion") tell_of_enumerations(error.message, stored);
    report_engine_error(error, sql, span, diagnostics);
}

/// The rows of a query as a table of these columns would take them. They go through one, which ends with the snapshot:
/// values are then converted where the query has them, and an error points there.
ResultTable rows_for(const std::vector<OutputColumn>& columns, WrittenSql& sql, EngineReader& reader) {
    if (columns.empty()) return reader.prepare(sql.text)->execute();
    std::string definitions;
    for (const OutputColumn& column : columns) {
        definitions += definitions.empty() ? "" : ", ";
        definitions += fmt::format("{} {}", quote_identifier(column.name), to_sql(column.type));
    }
    const std::string table = "temp.laminar_insert";
    (void)reader.prepare(fmt::format("CREATE TEMP TABLE laminar_insert ({})", definitions))->execute();
    prepend(fmt::format("INSERT INTO {} ", table), sql);
    (void)reader.prepare(sql.text)->execute();
    return reader.prepare(fmt::format("SELECT * FROM {}", table))->execute();
}

}  // namespace

std::optional<ResultTable> StatementExecutor::read_rows(const BoundQuery& query, const std::vector<OutputColumn>& shape,
                                                        SourceSpan span, Diagnostics& diagnostics) {
    if (!run_connection_tests(query)) {
        diagnostics.error(DiagnosticCode::cancelled, span, "the query was cancelled");
        return std::nullopt;
    }
    WrittenSql sql;
    try {
        const QuerySnapshot snapshot(database_, reader(), query);
        sql = retained_sql(query, snapshot);
        return rows_for(shape, sql, snapshot.reader());
    } catch (const EngineException& problem) {
        report_error_of_values(problem.error(), shape, &sql, span, diagnostics);
        return std::nullopt;
    }
}

void StatementExecutor::insert_rows(Engine& engine, const TableObject& table, const ResultTable& rows) {
    if (rows.rows == 0) return;
    const auto slot = engine.create_row_slot("insert:" + fold_case(table.name), rows.columns);
    std::string names;
    for (const OutputColumn& column : rows.columns)
        names += (names.empty() ? "" : ", ") + quote_identifier(column.name);
    slot->set_rows(&rows);
    (void)engine.query(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2}", engine_table_name(table.name), names,
                                   slot->from_sql()));
}

bool StatementExecutor::insert(const BoundInsert& statement, SourceSpan span, Diagnostics& diagnostics) {
    const TableObject& table = *catalog().find_as<TableObject>(statement.table);
    // A list of values reads nothing, and is as short as its text: the engine takes it as it is.
    if (table.is_stored() && is_list_of_values(statement.query))
        return insert_values(statement, table, span, diagnostics);
    const std::optional<ResultTable> rows =
        read_rows(statement.query, sink_columns(table, statement.columns), span, diagnostics);
    if (!rows) return false;
    if (!table.is_stored()) {
        if (!insert_into_connection(*rows, table, span, diagnostics)) return false;
    } else {
        try {
            database_.engine.call_interruptible(this, [&](Engine& engine) { insert_rows(engine, table, *rows); });
        } catch (const EngineException& problem) {
            report_error_of_values(problem.error(), sink_columns(table, {}), nullptr, span, diagnostics);
            return false;
        }
        database_.progress.add_rows(table.name, rows->rows);
    }
    acknowledge_read();
    say_done(fmt::format("INSERT {}", rows->rows));
    return true;
}

bool StatementExecutor::insert_values(const BoundInsert& statement, const TableObject& table, SourceSpan span,
                                      Diagnostics& diagnostics) {
    std::string names;
    for (const OutputColumn& column : sink_columns(table, statement.columns))
        names += (names.empty() ? "" : ", ") + quote_identifier(column.name);
    WrittenSql sql = write_query(statement.query.query);
    prepend(fmt::format("INSERT INTO {} ({}) ", engine_table_name(table.name), names), sql);
    try {
        const std::uint64_t count = database_.engine.call_interruptible(
            this, [&](Engine& engine) { return engine.query(sql.text).rows_changed; });
        database_.progress.add_rows(table.name, count);
        say_done(fmt::format("INSERT {}", count));
        return true;
    } catch (const EngineException& problem) {
        report_error_of_values(problem.error(), sink_columns(table, {}), &sql, span, diagnostics);
        return false;
    }
}

bool StatementExecutor::insert_into_connection(const ResultTable& rows, const TableObject& table, SourceSpan span,
                                               Diagnostics& diagnostics) {
    const std::unique_ptr<SinkWriter> sink =
        make_connection_sink(database_.connections, table.options.connector, table.options.changelog, table.name);
    (void)sink->write(rows, 0);
    // Done means handed to the connection: its bounded queue has taken every message.
    if (!wait([&] { return sink->flush(); }, {})) {
        diagnostics.error(DiagnosticCode::cancelled, span,
                          "the INSERT was cancelled before all messages were handed over");
        return false;
    }
    const auto connection = database_.connections.find(table.options.connector);
    // Where no peer is waited for, a failure that comes at once is the statement's, too.
    Connection::Writing writing = Connection::Writing::done;
    if (connection && sink->undeliverable() == 0) {
        const auto watched = connection->watch_writing();
        if (!wait([&] { return (writing = watched()) != Connection::Writing::going_on; }, {})) {
            diagnostics.error(DiagnosticCode::cancelled, span,
                              "the INSERT was cancelled before all messages were written");
            return false;
        }
    }
    if (writing == Connection::Writing::failed) {
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          fmt::format("not all of {} rows were taken: connection \"{}\" has failed: {}", rows.rows,
                                      table.options.connector, connection->status().last_error));
        return false;
    }
    const std::uint64_t lost = sink->undeliverable();
    if (lost == 0) return true;
    const ConnectionStatus status = connection ? connection->status() : ConnectionStatus{};
    diagnostics.error(DiagnosticCode::execution_failed, span,
                      fmt::format("{} of {} messages could not be sent on connection \"{}\" ({}{})", lost, rows.rows,
                                  table.options.connector, connection_state_name(status.state),
                                  status.last_error.empty() ? "" : ": " + status.last_error));
    return false;
}

}  // namespace laminar
