#include "runtime/sink_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "catalog/catalog.h"
#include "connectors/codec/message_encoder.h"
#include "parser/sql_writer.h"
#include "runtime/live_connections.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

class StoredTableSink final : public SinkWriter {
public:
    StoredTableSink(Engine& engine, const TableObject& table, const std::string& key, std::vector<OutputColumn> columns)
        : slot_(engine.create_row_slot(key, columns)) {
        std::string names;
        for (const OutputColumn& column : columns) {
            if (!names.empty()) names += ", ";
            names += quote_identifier(column.name);
        }
        std::string rows = fmt::format("SELECT {} FROM {}", names, slot_->from_sql());
        if (!table.primary_key.empty()) {
            std::string keys;
            for (const std::string& column : table.primary_key) {
                if (!keys.empty()) keys += ", ";
                keys += quote_identifier(column);
            }
            // One statement may touch a key once: of several rows with one key the last to arrive counts.
            rows = fmt::format(
                "SELECT {0} FROM (SELECT *, row_number() OVER () AS \"__laminar_order\" FROM {1}) "
                "QUALIFY row_number() OVER (PARTITION BY {2} ORDER BY \"__laminar_order\" DESC) = 1",
                names, slot_->from_sql(), keys);
            delete_ = engine.prepare(fmt::format("DELETE FROM {0} WHERE ({1}) IN (SELECT {1} FROM {2})",
                                                 engine_table_name(table.name), keys, slot_->from_sql()));
        }
        insert_ = engine.prepare(fmt::format("INSERT {}INTO {} ({}) {}", table.primary_key.empty() ? "" : "OR REPLACE ",
                                             engine_table_name(table.name), names, rows));
    }

    std::vector<RefusedRow> write(const ResultTable& rows) override { return execute(*insert_, rows); }

    void expect_changes(const std::vector<std::string>&) override {
        if (!delete_)
            throw EngineException({.type = "Binder",
                                   .message =
                                       "the result of the query is updated as rows come, and the table it goes to has "
                                       "no PRIMARY KEY by which rows could be replaced"});
    }

    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added) override {
        std::vector<RefusedRow> refused;
        if (removed.rows > 0) refused = execute(*delete_, removed);
        if (added.rows > 0) {
            auto more = execute(*insert_, added);
            refused.insert(refused.end(), more.begin(), more.end());
        }
        return refused;
    }

private:
    std::vector<RefusedRow> execute(PreparedQuery& statement, const ResultTable& rows) {
        slot_->set_rows(&rows);
        std::vector<RefusedRow> refused;
        try {
            refused = process_in_parts(rows.rows, [&](std::size_t first, std::size_t count) {
                if (count != rows.rows) slot_->set_window(first, count);
                (void)statement.execute();
            });
        } catch (...) {
            slot_->set_rows(nullptr);
            throw;
        }
        slot_->set_rows(nullptr);
        return refused;
    }

    std::unique_ptr<BatchSlot> slot_;
    std::unique_ptr<PreparedQuery> insert_;
    std::unique_ptr<PreparedQuery> delete_;  ///< Only with a primary key.
};

class ConnectionSink final : public SinkWriter {
public:
    ConnectionSink(LiveConnections& connections, std::string connection, MessageFormat format,
                   const std::vector<OutputColumn>& columns, Changelog changelog, std::string table)
        : connections_(connections),
          connection_(std::move(connection)),
          format_(format),
          changelog_(changelog),
          table_(std::move(table)) {
        for (std::size_t index = 0; index < columns.size(); ++index) {
            if (equals_ignoring_case(columns[index].name, "client_id"))
                receiver_column_ = index;
            else
                payload_columns_.push_back(index);
        }
    }

    std::vector<RefusedRow> write(const ResultTable& rows) override {
        send(rows, payload_columns_, receiver_column_);
        return {};
    }

    void expect_changes(const std::vector<std::string>& keys) override {
        keys_ = keys;
        if (changelog_ == Changelog::none)
            throw EngineException({.type = "Binder",
                                   .message = "the result of the query is updated as rows come; say how its changes "
                                              "are to be sent: CREATE TABLE " +
                                              table_ + " ... WITH (connector = '" + connection_ +
                                              "', changelog = 'upsert')"});
    }

    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added) override {
        const ChangelogForm form = changelog_ == Changelog::debezium ? ChangelogForm::debezium
                                   : changelog_ == Changelog::full   ? ChangelogForm::marks
                                                                     : ChangelogForm::upsert;
        const auto now =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        const ResultTable changes = make_changelog(removed, added, keys_, form, now);
        std::vector<std::size_t> columns(changes.columns.size());
        for (std::size_t index = 0; index < columns.size(); ++index) columns[index] = index;
        send(changes, columns, std::nullopt);
        return {};
    }

    bool flush() override {
        if (backlog_.empty()) return true;
        const std::shared_ptr<Connection> connection = connections_.find(connection_);
        while (!backlog_.empty()) {
            const SendOutcome outcome = connection ? connection->send(backlog_.front()) : SendOutcome::failed;
            if (outcome == SendOutcome::full) return false;
            if (outcome != SendOutcome::accepted) ++undeliverable_;
            backlog_.pop_front();
        }
        return true;
    }

    [[nodiscard]] std::uint64_t undeliverable() const override { return undeliverable_; }

private:
    void send(const ResultTable& rows, const std::vector<std::size_t>& payload_columns,
              std::optional<std::size_t> receiver_column) {
        encoder_.set_columns(rows.columns, payload_columns, format_);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            OutgoingMessage message;
            auto payload = std::make_shared<std::string>();
            message.binary = encoder_.encode(rows.values, row, *payload);
            message.payload = std::move(payload);
            if (receiver_column && rows.values[*receiver_column].is_valid(row))
                message.client_id = rows.values[*receiver_column].string_at(row);
            backlog_.push_back(std::move(message));
        }
        flush();
    }

    LiveConnections& connections_;
    std::string connection_;
    MessageFormat format_;
    Changelog changelog_;
    std::string table_;
    std::vector<std::string> keys_;
    std::vector<std::size_t> payload_columns_;
    std::optional<std::size_t> receiver_column_;
    MessageEncoder encoder_;
    std::deque<OutgoingMessage> backlog_;
    std::uint64_t undeliverable_ = 0;
};

class CallbackSink final : public SinkWriter {
public:
    explicit CallbackSink(std::function<void(const ResultTable&)> consume) : consume_(std::move(consume)) {}
    std::vector<RefusedRow> write(const ResultTable& rows) override {
        consume_(rows);
        return {};
    }
    void expect_changes(const std::vector<std::string>& keys) override { keys_ = keys; }
    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added) override {
        consume_(make_changelog(removed, added, keys_, ChangelogForm::marks, 0));
        return {};
    }

private:
    std::function<void(const ResultTable&)> consume_;
    std::vector<std::string> keys_;
};

}  // namespace

std::vector<OutputColumn> sink_columns(const TableObject& table, const std::vector<std::string>& columns) {
    std::vector<OutputColumn> result;
    if (columns.empty()) {
        for (const ColumnObject& column : table.columns) result.push_back({column.name, column.type});
        return result;
    }
    for (const std::string& name : columns) {
        const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const ColumnObject& column) {
            return equals_ignoring_case(column.name, name);
        });
        if (found != table.columns.end()) result.push_back({found->name, found->type});
    }
    return result;
}

std::string shape_for_sink(const std::string& query_sql, const std::vector<OutputColumn>& columns) {
    std::string items;
    std::string names;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const std::string separator = index == 0 ? "" : ", ";
        const std::string name = fmt::format("c{}", index + 1);
        names += separator + name;
        items += fmt::format("{}CAST({} AS {}) AS {}", separator, name, to_sql(columns[index].type),
                             quote_identifier(columns[index].name));
    }
    return fmt::format("SELECT {} FROM ({}) AS shaped({})", items, query_sql, names);
}

std::unique_ptr<SinkWriter> make_stored_table_sink(Engine& engine, const TableObject& table, const std::string& key,
                                                   std::vector<OutputColumn> columns) {
    return std::make_unique<StoredTableSink>(engine, table, key, std::move(columns));
}

std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, std::string connection,
                                                 MessageFormat format, std::vector<OutputColumn> columns,
                                                 Changelog changelog, std::string table) {
    return std::make_unique<ConnectionSink>(connections, std::move(connection), format, columns, changelog,
                                            std::move(table));
}

std::unique_ptr<SinkWriter> make_callback_sink(std::function<void(const ResultTable&)> consume) {
    return std::make_unique<CallbackSink>(std::move(consume));
}

}  // namespace laminar
