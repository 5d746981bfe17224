#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "catalog/catalog_object.h"
#include "connectors/column_batch.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// The rows of a stream that ad-hoc SQL can see, bounded by age and count.
/// New rows wait in memory until they make a large append, or until somebody reads. They lie in engine tables of which
/// each holds a span of the stream (segments), under one view that shows what is within the bounds: rows expire by
/// moving the view's beginning, and their space comes back when a whole segment is dropped. See
/// docs/decisions/0017-retained-rows-lie-in-segments.md.
/// Engine thread only.
class RetainedTable {
public:
    /// Makes the view, under the table's name. rows_sql is what append_shown reads, in the schema's columns.
    RetainedTable(Engine& engine, const TableObject& table, std::shared_ptr<const BatchSchema> schema,
                  std::string rows_sql);
    ~RetainedTable();
    RetainedTable(const RetainedTable&) = delete;
    RetainedTable& operator=(const RetainedTable&) = delete;

    /// Adds the rows of a batch of the schema, whose values the engine need not cast. What cannot be written is lost to
    /// queries, and logged.
    void append(const ColumnBatch& batch);
    /// Adds what rows_sql shows now; bytes is about how large that is. Throws EngineException.
    void append_shown(std::uint64_t bytes);
    /// Lets a query that comes now see all rows within the bounds, and no other. Throws EngineException.
    void make_readable();
    /// What is due between batches: rows that have waited for long are written, expired ones dropped.
    void maintain();

    /// The oldest rows from position on, at most limit, in the schema's columns; position, which counts rows since the
    /// table was made, moves past them. Throws EngineException.
    [[nodiscard]] ResultTable read(std::int64_t& position, std::size_t limit);

    /// Within the bounds (of age: when that was last looked at).
    [[nodiscard]] std::uint64_t rows() const noexcept { return appended_ - expired_; }
    /// Beyond the bounds, or lost.
    [[nodiscard]] std::uint64_t expired_rows() const noexcept { return expired_ + lost_; }

private:
    using Clock = std::chrono::steady_clock;

    /// A span of the stream: the row with number first + n has row id n, because nothing but whole batches is ever
    /// added and nothing deleted.
    struct Segment {
        std::string table;  ///< As the engine spells it.
        std::uint64_t first = 0;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        Clock::time_point begun;  ///< When the first of them came.
        [[nodiscard]] std::uint64_t end() const noexcept { return first + rows; }
    };

    void write_waiting();
    void write(const ColumnBatch& batch);
    Segment& segment_to_append_to();
    void open_segment();
    void count(Segment& segment, std::uint64_t rows, std::uint64_t bytes);
    void expire_by_age();
    void drop_expired_segments();
    void show();
    [[nodiscard]] bool is_full(const Segment& segment) const;
    [[nodiscard]] bool keeps_nothing() const noexcept { return options_.retention_rows == 0U; }

    Engine& engine_;
    std::string name_;
    TableOptions options_;
    std::string rows_sql_;
    std::string column_names_;
    std::string column_definitions_;
    std::deque<Segment> segments_;  ///< The oldest first; rows are added to the last.
    std::uint64_t segments_made_ = 0;
    std::unique_ptr<PreparedQuery> insert_waiting_;  ///< Into the last segment; made when needed, as the next.
    std::unique_ptr<PreparedQuery> insert_shown_;
    ColumnBatch waiting_;  ///< Rows that make_readable, or maintain, will write.
    std::size_t waiting_bytes_ = 0;
    Clock::time_point waiting_since_;
    std::unique_ptr<BatchSlot> slot_;  ///< What insert_waiting_ reads.
    std::uint64_t appended_ = 0;       ///< Since the table was made, as the next two. Those that wait are among them.
    std::uint64_t expired_ = 0;        ///< The first so many.
    std::uint64_t lost_ = 0;           ///< Not among those appended.
    std::optional<std::uint64_t> shown_from_;  ///< The first row that the view shows; nothing: it is out of date.
    Clock::time_point last_look_at_age_;
};

}  // namespace laminar
