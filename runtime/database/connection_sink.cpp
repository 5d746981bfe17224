#include "runtime/database/connection_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <utility>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/message_framing.h"
#include "parser/text/ascii.h"
#include "runtime/database/live_connections.h"
#include "runtime/flow/rows/changelog.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

class ConnectionSink final : public SinkWriter {
public:
    ConnectionSink(LiveConnections& connections, const TableObject& table, std::optional<SinkKeeping> keeping)
        : connections_(connections),
          connection_(table.options.connector),
          changelog_(table.options.changelog),
          table_(table.name),
          repeats_(table.options.repeat_on_connect),
          repeat_columns_(table.primary_key) {
        if (keeping) outbox_.emplace(std::move(*keeping), connection_);
    }

    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        // Whoever reads changes reads rows that are added as changes, too.
        if (changelog_ != Changelog::none) return write_changes(empty_rows(rows.columns), rows, 0);
        std::vector<RefusedRow> refused;
        for (UnframedRow& row : send(rows, true)) refused.push_back({row.row, std::move(row.reason)});
        return refused;
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
        // A change is not one of the rows that were given.
        std::vector<UnframedRow> unframed = send(changes, false);
        if (!unframed.empty() && added.rows > 0) return {{0, std::move(unframed.front().reason)}};
        return {};
    }

    void look() override {
        if (outbox_) outbox_->look();
    }
    [[nodiscard]] bool has_changes() const override { return outbox_ && outbox_->has_changes(); }
    void keep() override {
        if (outbox_) outbox_->keep();
    }
    void on_commit() override {
        if (outbox_) outbox_->on_commit();
    }
    [[nodiscard]] std::function<void()> take_departure() override {
        if (!outbox_) return {};
        auto batch = outbox_->take_batch();
        auto rows = std::make_shared<std::deque<FramedMessage>>(std::exchange(rows_, {}));
        if (!batch && rows->empty()) return {};
        return [this, batch = std::move(batch), rows = std::move(rows)] {
            if (batch) outbox_->release_batch(*batch);
            std::move(rows->begin(), rows->end(), std::back_inserter(backlog_));
            (void)flush();
        };
    }
    void discard() override {
        if (outbox_) outbox_->discard();
        rows_.clear();
    }
    void stop_keeping() override {
        if (outbox_) outbox_->stop_keeping();
    }

    bool flush() override {
        if (backlog_.empty() && !outbox_) return true;
        const std::shared_ptr<Connection> connection = connections_.find(connection_);
        if (outbox_ && !outbox_->send(connection.get(), [&](const FramedMessage& framed, SendOutcome outcome) {
                add_undeliverable(framed, outcome, connection.get());
            }))
            return false;
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
        failure.peer = framed.message.peer;
        if (outcome == SendOutcome::no_such_peer)
            failure.reason = fmt::format("there is no client \"{}\"", framed.message.peer);
        else if (outcome == SendOutcome::no_such_session)
            failure.reason = framed.message.peer.empty()
                                 ? fmt::format("there is no session {}", *framed.message.session)
                                 : fmt::format("there is no session {} of a client \"{}\"", *framed.message.session,
                                               framed.message.peer);
        else if (outcome == SendOutcome::session_ended && framed.message.session)
            failure.reason = fmt::format("session {} has ended", *framed.message.session);
        else if (outcome == SendOutcome::session_ended)
            failure.reason = fmt::format("client \"{}\" was one of a process before", framed.message.peer);
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

    /// Changes go to whoever listens: columns that name receivers are data in them.
    std::vector<UnframedRow> send(const ResultTable& rows, bool has_receivers) {
        // Looked up each time: ALTER CONNECTION may have changed how rows are sent.
        const std::shared_ptr<Connection> connection = connections_.find(connection_);
        FramingOptions options = connection ? connection->framing() : FramingOptions();
        if (!has_receivers) options.peer_column = options.session_column = options.frame_column = {};
        framing_.set_options(options);
        framing_.set_columns(rows.columns);
        std::deque<FramedMessage>& made = !outbox_ ? backlog_ : options.as_columns ? rows_ : outbox_->made();
        const std::size_t before = made.size();
        std::vector<UnframedRow> unframed = framing_.frame(rows.values, rows.rows, made);
        if (repeats_) give_keys(rows, made, before, unframed);
        if (!outbox_) flush();
        return unframed;
    }

    /// Of messages with one row each that of the row; of others what they say.
    void give_keys(const ResultTable& rows, std::deque<FramedMessage>& made, std::size_t first,
                   const std::vector<UnframedRow>& unframed) {
        const bool by_row = !repeat_columns_.empty() && made.size() - first + unframed.size() == rows.rows;
        auto left_out = unframed.begin();
        std::size_t row = 0;
        for (std::size_t index = first; index < made.size(); ++index, ++row) {
            for (; left_out != unframed.end() && left_out->row == row; ++left_out) ++row;
            OutgoingMessage& message = made[index].message;
            std::string key = repeat_key_begin(table_);
            if (by_row) {
                for (std::size_t column = 0; column < rows.columns.size(); ++column) {
                    const bool is_key = std::any_of(
                        repeat_columns_.begin(), repeat_columns_.end(),
                        [&](const std::string& name) { return equals_ignoring_case(name, rows.columns[column].name); });
                    if (is_key) append_json_value(key, rows.values[column], row);
                }
            } else if (message.payload) {
                key += *message.payload;
            }
            message.repeat_key = std::move(key);
        }
    }

    LiveConnections& connections_;
    std::string connection_;
    Changelog changelog_;
    std::string table_;
    bool repeats_;
    std::vector<std::string> repeat_columns_;
    std::vector<std::string> keys_;
    MessageFraming framing_;
    std::optional<SinkOutbox> outbox_;  ///< Of a data directory.
    std::deque<FramedMessage> rows_;    ///< Without a payload, until the commit.
    std::deque<FramedMessage> backlog_;
    std::uint64_t undeliverable_ = 0;
    std::string undeliverable_reason_;
    std::vector<FailedRow> failures_;
};

}  // namespace

std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, const TableObject& table,
                                                 std::optional<SinkKeeping> keeping) {
    return std::make_unique<ConnectionSink>(connections, table, std::move(keeping));
}

std::string repeat_key_begin(std::string_view table) { return fold_case(table) + '\n'; }

}  // namespace laminar
