#include "runtime/flow/sink_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "catalog/objects/table_columns.h"
#include "connectors/codec/message_framing.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/live_connections.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

namespace {

class StoredTableSink final : public SinkWriter {
public:
    StoredTableSink(Engine& engine, const TableObject& table, const std::string& key,
                    const std::vector<OutputColumn>& columns)
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
                keys += quote_identifier(engine_name_of(table.columns, column));
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

    std::vector<RefusedRow> write(const ResultTable& rows, unsigned retries) override {
        return execute(*insert_, rows, retries);
    }

    void expect_changes(const std::vector<std::string>&) override {
        if (!delete_)
            throw EngineException({.type = "Binder",
                                   .message =
                                       "the result of the query is updated as rows come, and the table it goes to has "
                                       "no PRIMARY KEY by which rows could be replaced"});
    }

    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added,
                                          unsigned retries) override {
        std::vector<RefusedRow> refused;
        if (removed.rows > 0) refused = execute(*delete_, removed, retries);
        if (added.rows > 0) {
            auto more = execute(*insert_, added, retries);
            refused.insert(refused.end(), more.begin(), more.end());
        }
        return refused;
    }

    [[nodiscard]] bool is_stored() const noexcept override { return true; }
    void write_all(const ResultTable& removed, const ResultTable& added) override {
        execute_whole(delete_.get(), removed);
        execute_whole(insert_.get(), added);
    }

private:
    void execute_whole(PreparedQuery* statement, const ResultTable& rows) {
        if (!statement || rows.rows == 0) return;
        slot_->set_rows(&rows);
        try {
            (void)statement->execute();
        } catch (...) {
            slot_->set_rows(nullptr);
            throw;
        }
        slot_->set_rows(nullptr);
    }

    std::vector<RefusedRow> execute(PreparedQuery& statement, const ResultTable& rows, unsigned retries) {
        slot_->set_rows(&rows);
        std::vector<RefusedRow> refused;
        try {
            refused = process_in_parts(
                rows.rows,
                [&](std::size_t first, std::size_t count) {
                    if (count != rows.rows) slot_->set_window(first, count);
                    (void)statement.execute();
                },
                retries);
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
    ConnectionSink(LiveConnections& connections, std::string connection, Changelog changelog, std::string table)
        : connections_(connections),
          connection_(std::move(connection)),
          changelog_(changelog),
          table_(std::move(table)) {}

    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        // Whoever reads changes reads rows that are added as changes, too.
        if (changelog_ != Changelog::none) return write_changes(empty_rows(rows.columns), rows, 0);
        send(rows, true);
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

    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added, unsigned) override {
        const ChangelogForm form = changelog_ == Changelog::debezium ? ChangelogForm::debezium
                                   : changelog_ == Changelog::full   ? ChangelogForm::marks
                                                                     : ChangelogForm::upsert;
        const auto now =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        const ResultTable changes = make_changelog(removed, added, keys_, form, now);
        send(changes, false);
        return {};
    }

    bool flush() override {
        if (backlog_.empty()) return true;
        const std::shared_ptr<Connection> connection = connections_.find(connection_);
        while (!backlog_.empty()) {
            const SendOutcome outcome = connection ? connection->send(backlog_.front().message) : SendOutcome::failed;
            if (outcome == SendOutcome::full) return false;
            if (outcome != SendOutcome::accepted) add_undeliverable(backlog_.front(), outcome, connection.get());
            backlog_.pop_front();
        }
        return true;
    }

    [[nodiscard]] std::uint64_t undeliverable() const override { return undeliverable_; }
    [[nodiscard]] std::string undeliverable_reason() const override { return undeliverable_reason_; }
    [[nodiscard]] std::vector<FailedRow> take_failures() override { return std::exchange(failures_, {}); }

private:
    void add_undeliverable(const FramedMessage& framed, SendOutcome outcome, const Connection* connection) {
        undeliverable_ += framed.rows;
        FailedRow failure;
        failure.connection = connection_;
        failure.kind = FailedRow::Kind::undeliverable;
        failure.client_id = framed.message.client_id;
        if (outcome == SendOutcome::no_such_client)
            failure.reason = fmt::format("there is no client \"{}\"", framed.message.client_id);
        else if (outcome == SendOutcome::no_such_session)
            failure.reason = framed.message.client_id.empty()
                                 ? fmt::format("there is no session {}", *framed.message.session_id)
                                 : fmt::format("there is no session {} of a client \"{}\"", *framed.message.session_id,
                                               framed.message.client_id);
        else if (outcome == SendOutcome::session_ended)
            failure.reason = fmt::format("session {} has ended", *framed.message.session_id);
        else if (outcome == SendOutcome::not_connected)
            failure.reason = "the connection is closed";
        else
            failure.reason = failed_because(connection ? connection->status().last_error : std::string());
        undeliverable_reason_ = fmt::format("connection \"{}\": {}", connection_, failure.reason);
        if (framed.message.payload) failure.payload = *framed.message.payload;
        add_failure(failures_, std::move(failure));
    }

    static std::string failed_because(const std::string& error) {
        return error.empty() ? "the connection has failed" : "the connection has failed: " + error;
    }

    /// Changes go to whoever listens: columns client_id and session_id in them are data.
    void send(const ResultTable& rows, bool has_receivers) {
        // Looked up each time: ALTER CONNECTION may have changed how rows are sent.
        const std::shared_ptr<Connection> connection = connections_.find(connection_);
        FramingOptions options = connection ? connection->framing() : FramingOptions();
        options.has_receivers = options.has_receivers && has_receivers;
        options.has_sessions = options.has_sessions && has_receivers;
        framing_.set_options(options);
        framing_.set_columns(rows.columns);
        framing_.frame(rows.values, rows.rows, backlog_);
        flush();
    }

    LiveConnections& connections_;
    std::string connection_;
    Changelog changelog_;
    std::string table_;
    std::vector<std::string> keys_;
    MessageFraming framing_;
    std::deque<FramedMessage> backlog_;
    std::uint64_t undeliverable_ = 0;
    std::string undeliverable_reason_;
    std::vector<FailedRow> failures_;
};

class CallbackSink final : public SinkWriter {
public:
    explicit CallbackSink(std::function<void(const ResultTable&)> consume) : consume_(std::move(consume)) {}
    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        consume_(rows);
        return {};
    }
    void expect_changes(const std::vector<std::string>& keys) override { keys_ = keys; }
    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added, unsigned) override {
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
        for (const ColumnObject& column : table.columns)
            result.push_back({engine_name_of(table.columns, column.name), column.type});
        return result;
    }
    for (const std::string& name : columns) {
        if (const ColumnObject* found = find_column(table.columns, name))
            result.push_back({engine_name_of(table.columns, found->name), found->type});
    }
    return result;
}

std::string shape_for_sink(const std::string& query_sql, const std::vector<OutputColumn>& columns,
                           const std::vector<std::string>& further_columns) {
    std::string items;
    std::string names;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const std::string separator = index == 0 ? "" : ", ";
        // The engine tells of a value that does not fit by the name of the column it goes to.
        const std::string name = quote_identifier(columns[index].name);
        names += separator + name;
        items += fmt::format("{0}CAST({1} AS {2}) AS {1}", separator, name, to_sql(columns[index].type));
    }
    for (const std::string& column : further_columns) items += ", " + quote_identifier(column);
    return fmt::format("SELECT {} FROM ({}) AS shaped({})", items, query_sql, names);
}

std::unique_ptr<SinkWriter> make_stored_table_sink(Engine& engine, const TableObject& table, const std::string& key,
                                                   const std::vector<OutputColumn>& columns) {
    return std::make_unique<StoredTableSink>(engine, table, key, columns);
}

std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, std::string connection,
                                                 Changelog changelog, std::string table) {
    return std::make_unique<ConnectionSink>(connections, std::move(connection), changelog, std::move(table));
}

std::unique_ptr<SinkWriter> make_callback_sink(std::function<void(const ResultTable&)> consume) {
    return std::make_unique<CallbackSink>(std::move(consume));
}

}  // namespace laminar
