#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "connectors/connection.h"
#include "connectors/delivery/input_channel.h"
#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/storage/engine_change.h"
#include "runtime/storage/kept/message_window.h"
#include "runtime/storage/kept/state_store.h"
#include "runtime/storage/retained_table.h"

namespace laminar {

/// One consumer of a connection inside the engine: the channel its rows come through, the slot from which statements
/// read the batch at hand, and, for a table, the retained rows. Engine thread only (the channel is shared with the
/// connection). For a table of a data directory, the change that a cycle makes of it: the rows that it retains, and how
/// far it has read.
class StreamInput final : public EngineChange {
public:
    /// For CREATE TABLE ... WITH (connector): applies DEFAULTs, computes columns and retains. key is unique among
    /// inputs, those among them that a new one is about to replace; without one it is made of the table's name.
    /// store: of a data directory that keeps the table's rows, under that key.
    static std::unique_ptr<StreamInput> for_table(Engine& engine, const TableObject& table,
                                                  std::shared_ptr<InputChannel> channel, const std::string& key = {},
                                                  StateStore* store = nullptr);
    /// For a query that reads a connection directly. key is unique among inputs.
    static std::unique_ptr<StreamInput> for_connection(Engine& engine, const std::string& key,
                                                       std::shared_ptr<InputChannel> channel);

    ~StreamInput() override;
    StreamInput(const StreamInput&) = delete;
    StreamInput& operator=(const StreamInput&) = delete;

    /// Takes what has arrived and makes it the batch at hand. False when nothing of it is wanted.
    bool advance(TakeIn wanted = TakeIn::due);
    /// Puts it out of work for good, for what it cannot go on after: what arrives from now on is taken and given back
    /// as not processed.
    void fail(const std::string& reason);
    /// Why it has failed, or has lost rows that it should retain; empty while neither has happened.
    [[nodiscard]] const std::string& failure() const noexcept;
    /// Lets the table keep the batch at hand: after those who wait for it have had it. In a data directory it is a part
    /// of the cycle's change instead.
    void retain();

    [[nodiscard]] bool has_changes() const override { return store_ && batch_ && batch_->rows > 0 && !is_committed_; }
    [[nodiscard]] bool changes_engine() const override { return has_changes(); }
    void apply() override;
    void on_commit() override;
    void leave_out(const std::string& reason) override;
    void forget_if_failed() override {}

    /// Of a data directory: what it has read is kept there, under an owner (of the part of it that has this name). Goes
    /// on from what is there. For a table, for_table does so.
    void keep_in(StateStore& store, std::string owner, std::string part);
    /// Once it is kept: its peer delivers again what it has not heard of, by the id that messages bring. A message that
    /// is in already is left out, also in the next process. Throws EngineException.
    void remember_messages();
    /// Messages of the batch at hand that have failed will come again.
    void forget_messages(const std::set<std::string>& ids) {
        if (window_) window_->forget(ids);
    }
    void add_failed_messages(std::set<std::string>& ids) const {
        for (const FailedRow& row : failures_) ids.insert(row.message_id);
    }
    /// Of the batch at hand, shown by a slot of a consumer's own.
    void leave_out_redelivered(const ColumnBatch& batch, BatchSlot& slot);
    /// Within the transaction of the cycle, as what a pipeline keeps of it.
    void write_what_was_read() {
        if (window_) window_->write();
    }
    void on_ids_commit() {
        if (window_) window_->on_commit();
    }

    void save_place(ScopedNumbers& numbers) const;
    void take_up_place(const ScopedNumbers& numbers);
    /// The messages of its connection are numbered by their place in a source that can be read again: which those are
    /// that it has had is kept with what they did, and they are left out when they come again.
    void number_by_place() noexcept { is_numbered_by_place_ = true; }
    /// How many it has had; nothing where it has another connection, or they have no places.
    [[nodiscard]] std::optional<std::uint64_t> place(std::string_view connection) const;
    /// Its connection reads another source: from the beginning. False: it has another connection. With the next commit
    /// of the store.
    bool begin_anew(std::string_view connection);
    /// Ends the batch at hand, and says whether it has been processed.
    void release(bool processed = true);
    /// The connection it reads, for reports of rows that fail.
    void set_connection(std::string name) { connection_ = std::move(name); }
    /// Rows that could not be stored, given their defaults or computed since the last time.
    [[nodiscard]] std::vector<FailedRow> take_failures() { return std::exchange(failures_, {}); }

    /// Shows the batch at hand; the columns are those of the channel's schema.
    [[nodiscard]] BatchSlot& slot() noexcept { return completed_slot_ ? *completed_slot_ : *slot_; }
    [[nodiscard]] InputChannel& channel() noexcept { return *channel_; }
    [[nodiscard]] const std::shared_ptr<InputChannel>& shared_channel() const noexcept { return channel_; }
    [[nodiscard]] RetainedTable* retained() noexcept { return retained_.get(); }
    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    /// The batch at hand as it came; only while there is one.
    [[nodiscard]] const ColumnBatch& batch() const noexcept { return *batch_; }
    [[nodiscard]] ColumnBatch& batch() noexcept { return *batch_; }
    [[nodiscard]] std::size_t batch_rows() const noexcept { return batch_ ? batch_->rows : 0; }
    /// When the oldest message of the batch at hand arrived; nothing without one, or when it came while it was taken.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> arrived_at() const noexcept {
        return batch_ ? arrived_at_ : std::nullopt;
    }

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    /// Rows that could not be stored, given their defaults or computed.
    [[nodiscard]] std::uint64_t refused_rows() const noexcept { return refused_rows_; }

private:
    StreamInput(Engine& engine, const std::string& key, std::shared_ptr<InputChannel> channel,
                StateStore* store = nullptr);
    void take_up();
    [[nodiscard]] std::uint64_t place() const;
    void leave_out_what_was_had(const ColumnBatch& batch, BatchSlot& slot) const;
    void keep_batch();
    void leave_out_refused_rows();
    void complete_rows_of(const TableObject& table);

    Engine& engine_;
    StateStore* store_;
    std::string key_;
    std::shared_ptr<InputChannel> channel_;
    std::shared_ptr<const BatchSchema> schema_;  ///< Of the channel as it was at first, and of slot_.
    std::unique_ptr<BatchSlot> slot_;
    std::string rows_sql_;
    /// Only with DEFAULTs or computed columns, as the two below: fills them in, once, so that every reader sees the
    /// same values.
    std::unique_ptr<PreparedQuery> completing_;
    std::unique_ptr<BatchSlot> completed_slot_;
    std::optional<ResultTable> completed_rows_;
    std::unique_ptr<RetainedTable> retained_;
    bool is_retained_at_once_ = false;       ///< Storing its rows is what shows whether they can be.
    std::unique_ptr<PreparedQuery> trial_;   ///< In a data directory, in the place of that.
    std::unique_ptr<MessageWindow> window_;  ///< Null where nothing is delivered again.
    bool is_committed_ = false;              ///< The batch at hand.
    bool is_lost_ = false;                   ///< It cannot be retained.
    bool is_numbered_by_place_ = false;
    std::uint64_t place_ = 0;  ///< Of the last message that it has had; 0: none, or they have no places.
    std::string owner_;        ///< In the store.
    std::string part_;
    std::unique_ptr<ColumnBatch> batch_;
    std::optional<std::chrono::steady_clock::time_point> arrived_at_;
    std::string connection_;
    std::string failure_;
    std::vector<FailedRow> failures_;
    std::uint64_t rows_ = 0;
    std::uint64_t refused_rows_ = 0;
};

}  // namespace laminar
