#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/time/clock.h"

namespace laminar {

/// Follows expressions back to the clocks they grow with: a time column of an input, through projections, unions and
/// operators, and functions that never decrease (DATE_TRUNC, TUMBLE, ts + INTERVAL ...). Such an expression at the
/// clock's present value is a lower bound for all rows still to come.
class TimeTracer {
public:
    /// The values of a scan's column by its clocks; nullopt where the column does not grow with time.
    using ScanClock = std::function<std::optional<TimeKey>(std::size_t scan, const std::string& column)>;
    /// The same of what is computed of the columns of one row of a scan.
    using ValueClock = std::function<std::optional<TimeKey>(std::size_t scan, const ast::Expression& value)>;
    /// Whether a scan reads a stream (the rows of stored tables have no time).
    using IsStream = std::function<bool(std::size_t scan)>;

    TimeTracer(const RelationColumns& columns, ScanClock scan_clock, ValueClock value_clock, IsStream is_stream)
        : columns_(columns),
          scan_clock_(std::move(scan_clock)),
          value_clock_(std::move(value_clock)),
          is_stream_(std::move(is_stream)) {}

    /// The key in each input that rows of the FROM clause can come from; nullopt where it has none in one of them.
    /// Values may be structures with start and end.
    [[nodiscard]] std::optional<TimeKey> trace(const ast::Expression& expression,
                                               const ast::TableReference& from) const;
    /// The same for a column of a query's result.
    [[nodiscard]] std::optional<TimeKey> trace_column(const ast::Query& query, const std::string& column) const;

private:
    [[nodiscard]] std::optional<TimeKey> trace(const ast::Expression& expression,
                                               const std::vector<FromRelation>& relations) const;
    /// simple: written out by simplify_time.
    [[nodiscard]] std::optional<TimeKey> trace_reference(const ast::Expression& simple,
                                                         const std::vector<FromRelation>& relations) const;
    [[nodiscard]] std::optional<TimeKey> trace_value(const ast::Expression& simple,
                                                     const std::vector<FromRelation>& relations) const;
    /// Has an expression name the columns of the scan that all its values come from; false where there is no such.
    [[nodiscard]] bool put_over_scan(ast::Expression& expression, const std::vector<FromRelation>& relations,
                                     std::optional<std::size_t>& scan) const;
    [[nodiscard]] bool put_column_over_scan(ast::Expression& reference, const std::vector<FromRelation>& relations,
                                            std::optional<std::size_t>& scan) const;
    [[nodiscard]] std::optional<TimeKey> trace_table_column(const ast::TableReference& table,
                                                            const std::string& column) const;
    [[nodiscard]] std::optional<TimeKey> trace_body_column_at(const ast::QueryBody& body, std::size_t place) const;
    [[nodiscard]] std::optional<TimeKey> trace_body_column(const ast::QueryBody& body, const std::string& column) const;

    const RelationColumns& columns_;
    ScanClock scan_clock_;
    ValueClock value_clock_;
    IsStream is_stream_;
};

/// The name by which a query's reader knows a column; empty where only the engine does.
[[nodiscard]] std::string shown_item_name(const ast::SelectItem& item);
/// The one reference inside an expression that never decreases while the reference grows; null if it is not such.
[[nodiscard]] ast::Expression* growing_reference(ast::Expression& expression);
/// The reference that growing_reference finds, or else what windows and sums of constants are around.
[[nodiscard]] ast::Expression* growing_value(ast::Expression& expression);
/// Makes a TIMESTAMP of a key: the start of a window structure.
[[nodiscard]] TimeKey as_timestamps(TimeKey key);
/// A type of points in time.
[[nodiscard]] bool is_time(const ColumnType& type) noexcept;
/// Whether the key is a window structure.
[[nodiscard]] bool is_window_structure(const TimeKey& key);
/// A window that a clock says is the earliest: nothing more is known of its end.
[[nodiscard]] ast::Expression window_at_clock();
/// Writes out HOP windows as the first window that a time belongs to, and fields of structures.
void simplify_time(ast::Expression& expression);

}  // namespace laminar
