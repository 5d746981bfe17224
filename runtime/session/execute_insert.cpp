#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <random>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/connection_sink.h"
#include "runtime/engine/messages/enumeration_error.h"
#include "runtime/flow/sinks/sink_shape.h"
#include "runtime/session/query_error.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

namespace {

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

std::string column_list(const std::vector<OutputColumn>& columns) {
    std::string names;
    for (const OutputColumn& column : columns) names += (names.empty() ? "" : ", ") + quote_identifier(column.name);
    return names;
}

/// Behind FROM: the rows of a schema in the types of the columns.
std::string cast_rows_sql(const std::vector<OutputColumn>& columns, const BatchSchema& schema,
                          const std::string& rows_sql) {
    std::string items;
    bool casts = false;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const std::string name = quote_identifier(columns[index].name);
        const bool fits = schema.columns[index].type == columns[index].type;
        casts = casts || !fits;
        items += items.empty() ? "" : ", ";
        items += fits ? name : fmt::format("CAST({0} AS {1}) AS {0}", name, to_sql(columns[index].type));
    }
    return casts ? fmt::format("(SELECT {} FROM {})", items, rows_sql) : rows_sql;
}

bool has_columns_of_key(const TableObject& table, const std::vector<OutputColumn>& columns) {
    return std::all_of(table.primary_key.begin(), table.primary_key.end(), [&](const std::string& key) {
        const std::string name = engine_name_of(table.columns, key);
        return std::any_of(columns.begin(), columns.end(), [&](const OutputColumn& each) { return each.name == name; });
    });
}

/// The engine has no index of the keys (decision 29): who inserts looks, in the same transaction. rows: what to write
/// after FROM to read those that are to be inserted; without, they are in the table by now.
void refuse_duplicates(Engine& engine, const TableObject& table, const std::string& rows = {}) {
    if (table.primary_key.empty()) return;
    std::string key;
    std::string is_known;
    for (const std::string& column : table.primary_key) {
        const std::string name = quote_identifier(engine_name_of(table.columns, column));
        key += fmt::format("{} || {} || CAST({} AS VARCHAR)", key.empty() ? "''" : " || ', '",
                           quote_string(column + ": "), name);
        is_known += fmt::format("{}{} IS NOT NULL", is_known.empty() ? "" : " AND ", name);
    }
    const std::string keys = key_columns(table);
    const std::string kept = engine_table_name(table.name);
    const auto refuse_first_of = [&](const std::string& sql) {
        const ResultTable found = engine.query(sql);
        if (found.rows > 0)
            throw EngineException({.type = "Constraint",
                                   .message = fmt::format("Duplicate key \"{}\" violates primary key constraint",
                                                          found.values[0].string_at(0)),
                                   .sql_state = "23505"});
    };
    refuse_first_of(fmt::format("SELECT {0} FROM {1} WHERE {2} GROUP BY {3} HAVING count(*) > 1 LIMIT 1", key,
                                rows.empty() ? kept : rows, is_known, keys));
    if (rows.empty()) return;
    refuse_first_of(fmt::format("SELECT {0} FROM {1} WHERE {2} AND ({3}) IN (SELECT {3} FROM {4}) LIMIT 1", key, rows,
                                is_known, keys, kept));
}

/// Values of a UNION leave the engine as text, which does not tell the member.
bool has_union(const ColumnType& type) {
    if (type.id == TypeId::union_) return true;
    return std::any_of(type.fields.begin(), type.fields.end(), [](const auto& field) { return has_union(field.type); });
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
    // No table of a user's has this name: it would be hidden.
    static const std::string table =
        fmt::format("\"laminar insert {:08x}{:08x}\"", std::random_device()(), std::random_device()());
    (void)reader.prepare(fmt::format("CREATE TEMP TABLE {} ({})", table, definitions))->execute();
    prepend(fmt::format("INSERT INTO {} ", table), sql);
    (void)reader.prepare(sql.text)->execute();
    return reader.prepare(fmt::format("SELECT * FROM {}", table))->execute();
}

}  // namespace

std::optional<ResultTable> StatementExecutor::read_rows(const BoundQuery& query, const std::vector<OutputColumn>& shape,
                                                        SourceSpan span, Diagnostics& diagnostics) {
    WrittenSql sql;
    try {
        if (run_connection_tests(query)) {
            const QuerySnapshot snapshot(database_, reader(), query);
            sql = retained_sql(query, &snapshot);
            if (!cancelled_) return rows_for(shape, sql, snapshot.reader());
        }
        report_cancelled(span, diagnostics);
        return std::nullopt;
    } catch (const EngineException& problem) {
        report_error_of_values(problem.error(), shape, &sql, span, diagnostics);
        return std::nullopt;
    }
}

void StatementExecutor::require_room(Engine& engine) {
    if (!database_.disk_space || database_.disk_space->has_room(engine)) return;
    throw EngineException({.type = "OutOfSpace", .message = database_.disk_space->problem(), .sql_state = "53100"});
}

void StatementExecutor::insert_rows(Engine& engine, const TableObject& table, const ResultTable& rows) {
    if (rows.rows == 0) return;
    const auto slot = engine.create_row_slot("insert:" + fold_case(table.name), rows.columns);
    slot->set_rows(&rows);
    insert_rows(engine, table, rows.columns, slot->from_sql());
}

void StatementExecutor::insert_rows(Engine& engine, const TableObject& table, const std::vector<OutputColumn>& columns,
                                    const std::string& rows_sql) {
    const bool has_all_keys = has_columns_of_key(table, columns);
    if (has_all_keys) refuse_duplicates(engine, table, rows_sql);
    (void)engine.query(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2}", engine_table_name(table.name),
                                   column_list(columns), rows_sql));
    if (!has_all_keys) refuse_duplicates(engine, table);
}

bool StatementExecutor::is_read_first(const BoundQuery& query, const TableObject& table) {
    // A list of values reads nothing, and is as short as its text. Values of a UNION leave the engine as text, which
    // does not tell the member. Keys are looked for among rows.
    if (!table.is_stored()) return true;
    const bool is_list = std::holds_alternative<ast::Values>(query.query.body.node) && query.inputs.empty() &&
                         query.connection_tests.empty() && !query.calls_acknowledge;
    if (is_list && table.primary_key.empty()) return false;
    return std::none_of(table.columns.begin(), table.columns.end(),
                        [](const ColumnObject& column) { return has_union(column.type); });
}

std::uint64_t StatementExecutor::insert_directly(Engine& engine, const TableObject& table, const WrittenSql& sql) {
    AcknowledgementScope acknowledgements(engine);
    EngineTransaction transaction(engine);
    const std::uint64_t count = engine.query(sql.text).rows_changed;
    refuse_duplicates(engine, table);
    transaction.commit();
    acknowledgements.keep();
    return count;
}

bool StatementExecutor::insert(const BoundInsert& statement, SourceSpan span, Diagnostics& diagnostics) {
    const TableObject& table = *catalog().find_as<TableObject>(statement.table);
    const std::vector<OutputColumn> columns = sink_columns(table, statement.columns);
    std::optional<ResultTable> rows;
    WrittenSql sql;
    if (is_read_first(statement.query, table)) {
        rows = read_rows(statement.query, columns, span, diagnostics);
        if (!rows) return false;
        if (!table.is_stored()) {
            if (!insert_into_connection(*rows, table, span, diagnostics)) return false;
            acknowledge_read();
            say_done(fmt::format("INSERT {}", rows->rows));
            return true;
        }
    } else {
        if (!run_connection_tests(statement.query)) return report_cancelled(span, diagnostics);
        sql = retained_sql(statement.query, nullptr);
        prepend(fmt::format("INSERT INTO {} ({}) ", engine_table_name(table.name), column_list(columns)), sql);
    }
    // Between reading and writing another session may not put another table in the place of this one.
    const StatementLock::Hold lock(database_.statements, cancelled_);
    if (!lock || cancelled_) return report_cancelled(span, diagnostics);
    std::uint64_t count = rows ? rows->rows : 0;
    const auto bring_inputs_up_to_date = [&](Engine& engine) {
        if (!rows && !statement.query.inputs.empty()) bring_up_to_date(database_, engine, statement.query);
    };
    try {
        database_.engine.call_interruptible(this, bring_inputs_up_to_date, [&](Engine& engine) {
            require_room(engine);
            if (!rows) {
                count = insert_directly(engine, table, sql);
                return;
            }
            EngineTransaction transaction(engine);
            insert_rows(engine, table, *rows);
            transaction.commit();
        });
    } catch (const EngineException& problem) {
        report_error_of_values(problem.error(), columns, rows ? nullptr : &sql, span, diagnostics);
        return false;
    }
    acknowledge_read();
    database_.progress.add_rows(table.name, count);
    say_done(fmt::format("INSERT {}", count));
    return true;
}

bool StatementExecutor::insert(const TableObject& table, const std::vector<std::string>& names, ColumnBatch& rows,
                               Diagnostics& diagnostics) {
    const std::vector<OutputColumn> columns = sink_columns(table, names);
    // Read by the engine, which has the types that are carried as text, and casts what is of another type.
    const auto read_with = [&](Engine& engine, const std::function<void(const std::string& rows_sql)>& use) {
        const auto slot = engine.create_batch_slot("insert:" + fold_case(table.name), rows.schema);
        slot->set_batch(&rows);
        use(cast_rows_sql(columns, *rows.schema, slot->from_sql()));
    };
    std::optional<ResultTable> to_send;
    try {
        if (!table.is_stored()) {
            database_.engine.call_interruptible(this, [&](Engine& engine) {
                read_with(engine, [&](const std::string& rows_sql) {
                    to_send = engine.query(fmt::format("SELECT {} FROM {}", column_list(columns), rows_sql));
                });
            });
        } else {
            const StatementLock::Hold lock(database_.statements, cancelled_);
            if (!lock || cancelled_) return report_cancelled({}, diagnostics);
            database_.engine.call_interruptible(this, [&](Engine& engine) {
                require_room(engine);
                read_with(engine, [&](const std::string& rows_sql) {
                    EngineTransaction transaction(engine);
                    insert_rows(engine, table, columns, rows_sql);
                    transaction.commit();
                });
            });
            database_.progress.add_rows(table.name, rows.rows);
        }
    } catch (const EngineException& problem) {
        report_error_of_values(problem.error(), columns, nullptr, {}, diagnostics);
        return false;
    }
    if (to_send && !insert_into_connection(*to_send, table, {}, diagnostics)) return false;
    say_done(fmt::format("INSERT {}", rows.rows));
    return true;
}

bool StatementExecutor::insert_into_connection(const ResultTable& rows, const TableObject& table, SourceSpan span,
                                               Diagnostics& diagnostics) {
    const std::unique_ptr<SinkWriter> sink = make_connection_sink(database_.connections, table);
    const std::vector<RefusedRow> refused = sink->write(rows, 0);
    // Done means handed to the connection: its bounded queue has taken every message.
    if (!wait([&] { return sink->flush(); }, {})) {
        diagnostics.error(DiagnosticCode::cancelled, span,
                          "the INSERT was cancelled before all messages were handed over");
        return false;
    }
    if (!refused.empty()) {
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          fmt::format("{} of {} rows cannot be sent: row {}: {}", refused.size(), rows.rows,
                                      refused.front().row + 1, refused.front().reason),
                          refused.size() < rows.rows ? "the others have been sent" : "");
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
    const ConnectionStatus status = connection ? connection->status() : ConnectionStatus{};
    const std::uint64_t lost = sink->undeliverable();
    // How many of the rows that it had taken got out before it failed is not known for each statement.
    if (writing == Connection::Writing::failed || (lost > 0 && status.state == ConnectionState::failed)) {
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          fmt::format("not all of {} rows got out: connection \"{}\" has failed: {}", rows.rows,
                                      table.options.connector, status.last_error));
        return false;
    }
    // Done means that a start does not cut the rows off.
    const bool is_kept = !connection || !connection->written_length() || database_.engine.call([&](Engine& engine) {
        database_.graph.commit_rest(engine);
        return database_.graph.commit_failure().empty();
    });
    if (!is_kept) {
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          "what was written cannot be kept in the data directory");
        return false;
    }
    if (lost == 0) return true;
    diagnostics.error(DiagnosticCode::execution_failed, span,
                      fmt::format("{} of {} messages could not be sent on connection \"{}\" ({}{})", lost, rows.rows,
                                  table.options.connector, connection_state_name(status.state),
                                  status.last_error.empty() ? "" : ": " + status.last_error));
    return false;
}

}  // namespace laminar
