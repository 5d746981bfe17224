#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "connectors/connection.h"
#include "connectors/delivery/input_channel.h"
#include "runtime/engine/engine.h"
#include "runtime/storage/retained_table.h"

namespace laminar {

/// One consumer of a connection inside the engine: the channel its rows come through, the slot from which statements
/// read the batch at hand, and, for a table, the retained rows. Engine thread only (the channel is shared with the
/// connection).
class StreamInput {
public:
    /// For CREATE TABLE ... WITH (connector): applies DEFAULTs, computes columns and retains. key is unique among
    /// inputs, those among them that a new one is about to replace; without one it is made of the table's name.
    static std::unique_ptr<StreamInput> for_table(Engine& engine, const TableObject& table,
                                                  std::shared_ptr<InputChannel> channel, const std::string& key = {});
    /// For a query that reads a connection directly. key is unique among inputs.
    static std::unique_ptr<StreamInput> for_connection(Engine& engine, const std::string& key,
                                                       std::shared_ptr<InputChannel> channel);

    ~StreamInput();
    StreamInput(const StreamInput&) = delete;
    StreamInput& operator=(const StreamInput&) = delete;

    /// Takes what has arrived and makes it the batch at hand. False when nothing of it is wanted.
    bool advance(TakeIn wanted = TakeIn::due);
    /// Puts it out of work for good, for what it cannot go on after: what arrives from now on is taken and given back
    /// as not processed.
    void fail(const std::string& reason);
    /// Why it has failed, or has lost rows that it should retain; empty while neither has happened.
    [[nodiscard]] const std::string& failure() const noexcept;
    /// Lets the table keep the batch at hand: after those who wait for it have had it.
    void retain();
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

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    /// Rows that could not be stored, given their defaults or computed.
    [[nodiscard]] std::uint64_t refused_rows() const noexcept { return refused_rows_; }

private:
    StreamInput(Engine& engine, const std::string& key, std::shared_ptr<InputChannel> channel);
    void keep_batch();
    void leave_out_refused_rows();
    void complete_rows_of(const TableObject& table);

    Engine& engine_;
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
    bool is_retained_at_once_ = false;  ///< Storing its rows is what shows whether they can be.
    std::unique_ptr<ColumnBatch> batch_;
    std::string connection_;
    std::string failure_;
    std::vector<FailedRow> failures_;
    std::uint64_t rows_ = 0;
    std::uint64_t refused_rows_ = 0;
};

}  // namespace laminar
