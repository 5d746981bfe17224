#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "catalog/objects/catalog_object.h"
#include "connectors/rows/column_batch.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/memory/state_memory.h"
#include "runtime/storage/kept/state_store.h"
#include "runtime/storage/row_buffer.h"

namespace laminar {

/// The rows of a stream that ad-hoc SQL can see, bounded by age, count and size.
/// New rows are buffered until somebody reads, or there are many, or for a while; what goes beyond the bounds before
/// that is dropped and never written. See docs/decisions/0017-retained-rows-are-written-late.md. In a data directory
/// they are written with the commit of the cycle that brought them (write_shown), and are there again at the next
/// start. Engine thread only.
class RetainedTable {
public:
    /// Makes the engine table, and the view of the table's name that reads it, also beside another of the same name
    /// that is about to go. rows_sql is what append_shown reads, in the schema's columns.
    RetainedTable(Engine& engine, const TableObject& table, const std::shared_ptr<const BatchSchema>& schema,
                  const std::string& rows_sql)
        : RetainedTable(engine, table, schema, rows_sql, nullptr, {}) {}
    /// The same in a data directory: key is the name under which the rows are found again, if they are there. Throws
    /// EngineException, also where they have other columns.
    RetainedTable(Engine& engine, const TableObject& table, const std::shared_ptr<const BatchSchema>& schema,
                  const std::string& rows_sql, StateStore* store, const std::string& key);
    ~RetainedTable();
    RetainedTable(const RetainedTable&) = delete;
    RetainedTable& operator=(const RetainedTable&) = delete;

    /// Another has taken its name, and the view with it.
    void give_up_name() noexcept { has_view_ = false; }

    /// Why rows were lost that it should keep; empty while none were.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    /// Adds the rows of a batch of the schema, whose values the engine need not cast. What cannot be written is lost to
    /// queries, and logged.
    void append(ColumnBatch& batch);
    /// Adds what rows_sql shows now; bytes is about how large that is. Throws EngineException.
    void append_shown(std::uint64_t bytes);
    /// The same within a transaction of the caller, in a data directory. After its commit on_commit has to be called;
    /// after a rollback it may be called again.
    void write_shown(std::uint64_t bytes);
    void on_commit();
    /// Rows that were to be written are lost to queries, for this reason.
    void lose(std::uint64_t rows, const std::string& reason);

    /// Before the first row: goes on with those that are there.
    void take_up(ScopedNumbers numbers);
    /// What is known of the rows beside them, as it will be once what has been written is committed.
    void save(ScopedNumbers numbers) const;
    /// Lets a query that comes next see all rows within the bounds, and no other. Throws EngineException.
    void make_readable();
    /// What is due between batches: rows that have waited for long are written, and expired ones deleted, roughly and
    /// cheaply. What fails is logged, and tried again a second later.
    void maintain();
    /// The engine goes away with everything in it: the table need not be dropped for itself.
    void leave_to_engine() noexcept { left_to_engine_ = true; }

    /// The oldest rows whose place is position or more, at most limit, in the schema's columns; position moves past
    /// them. Places hold until space is reclaimed; in a data directory, for good. Throws EngineException.
    [[nodiscard]] ResultTable read(std::int64_t& position, std::size_t limit);

    /// Within the bounds (of age: when that was last looked at).
    [[nodiscard]] std::uint64_t rows() const noexcept;
    /// Of all rows that are still kept, about: as they came, without what the engine adds or saves.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return written_.bytes + buffer_.bytes(); }
    /// Beyond the bounds, or lost.
    [[nodiscard]] std::uint64_t expired_rows() const noexcept { return expired_ + (rows_ - rows()); }

    /// What has been deleted since the last time. The engine keeps its space until that is reclaimed.
    struct Deleted {
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;  ///< About.
    };
    [[nodiscard]] Deleted take_deleted() noexcept { return std::exchange(deleted_, {}); }

private:
    using Clock = std::chrono::steady_clock;

    struct Amount {
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
    };

    void make(const BatchSchema& schema, const std::string& key);
    void write_buffer();
    void write(ColumnBatch& batch);
    void drop_expired();
    void count_written(std::uint64_t rows, std::uint64_t bytes);
    void trim_roughly();
    void begin_age();
    void delete_by_age();
    void delete_by_count();
    void count_deleted(std::uint64_t rows);
    /// How many of the oldest rows are too many.
    [[nodiscard]] std::uint64_t surplus() const noexcept { return std::max(surplus_by_count(), surplus_by_size()); }
    [[nodiscard]] std::uint64_t surplus_by_count() const noexcept;
    [[nodiscard]] std::uint64_t surplus_by_size() const noexcept;
    [[nodiscard]] bool is_far_beyond() const noexcept;
    void forget_written(std::uint64_t rows);
    /// In the engine, where the oldest rows are.
    [[nodiscard]] std::uint64_t rows_written() const noexcept { return rows_ - buffer_.rows(); }
    [[nodiscard]] bool keeps_none() const noexcept {
        return options_.retention_rows == 0U || options_.retention_bytes == 0U;
    }

    Engine& engine_;
    StateStore* store_;  ///< Null: nothing outlasts the process.
    std::string name_;
    std::string table_;  ///< As the engine spells it, as the next.
    std::string view_;
    bool has_view_ = true;
    std::string failure_;
    TableOptions options_;
    std::string time_column_;
    StateMemory::Share memory_;
    RowBuffer<ColumnBatch> buffer_;
    std::unique_ptr<BatchSlot> slot_;  ///< What insert_batch_ reads.
    std::unique_ptr<PreparedQuery> insert_batch_;
    std::unique_ptr<PreparedQuery> insert_shown_;  ///< Made when needed.
    std::string insert_shown_sql_;
    std::unique_ptr<BatchSlot> place_slot_;  ///< In a data directory: the place of the last row, for insert_shown_.
    std::int64_t last_place_ = 0;
    Amount uncommitted_;         ///< Written, and counted with the commit.
    std::uint64_t rows_ = 0;     ///< In the table and buffered.
    std::uint64_t expired_ = 0;  ///< Not among them any more, or lost.
    Amount written_;             ///< In the engine, as the next: its parts, the oldest first.
    std::deque<Amount> written_parts_;
    Deleted deleted_;
    std::uint64_t untrimmed_bytes_ = 0;  ///< Written since the count was last trimmed.
    std::int64_t oldest_ = 0;            ///< No row was processed before (UTC microseconds).
    bool left_to_engine_ = false;
    Clock::time_point rest_until_;  ///< Of maintain, after it failed.
};

}  // namespace laminar
