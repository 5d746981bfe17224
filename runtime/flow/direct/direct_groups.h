#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/direct/direct_cell.h"
#include "runtime/plan/aggregates/aggregate_parts.h"

namespace laminar {

/// The parts of grouped aggregates, one row for each group, kept in memory and changed row by row: COUNT, SUM, MIN,
/// MAX, FIRST, LAST and ANY_VALUE of columns, by columns. They are what the statements of AggregateParts would make of
/// all rows in their order, to the bit, and can go on as such. Engine thread only.
class DirectGroups {
public:
    /// Null where a statement is needed. columns: of the parts, with the types that the statement gives them.
    [[nodiscard]] static std::unique_ptr<DirectGroups> make(Engine& engine, const AggregateParts& parts,
                                                            const std::vector<OutputColumn>& columns);

    /// Takes rows with the columns of AggregateParts::rows, in the place of those that came since the last commit.
    void take(const ColumnRows& rows);

    /// Takes groups as before or after gave them, each in the place of the one of its key, as committed. Between
    /// commits.
    void put(const ResultTable& groups);

    /// The groups of these rows, in the order in which they came: as they were, where they were there, and as they are.
    [[nodiscard]] ResultTable before() const;
    [[nodiscard]] ResultTable after() const;
    /// All groups, with what has come since the last commit.
    [[nodiscard]] ResultTable all() const;
    /// The same; they are gone with the next commit.
    [[nodiscard]] ResultTable take_out();
    /// The same of those whose value in a TIMESTAMP column lies before a bound. Those without one are gone as well.
    [[nodiscard]] ResultTable take_out_before(const std::string& column, std::int64_t bound);
    void commit();

    /// The least value in a TIMESTAMP column; nothing when there is none.
    [[nodiscard]] std::optional<std::int64_t> least(const std::string& column) const;
    [[nodiscard]] std::size_t size() const noexcept { return parts_.groups; }
    [[nodiscard]] std::size_t bytes() const noexcept;  ///< About, as of the last commit.

private:
    enum class Fold : std::uint8_t { key, count_rows, count, sum, min, max, first, last, any_value };
    struct Part {
        Fold fold = Fold::key;
        CellKind kind = CellKind::whole;
        std::size_t argument = 0;  ///< Position in the rows; of count_rows none.
        std::size_t text = 0;      ///< Its place among the texts of a group, where it is one.
    };
    /// Values of groups, one group after the other.
    struct Values {
        std::size_t groups = 0;
        std::vector<DirectCell> cells;
        std::vector<std::string> texts;
    };
    struct Place {
        Values* values;
        std::size_t group;
    };

    DirectGroups() = default;
    static std::optional<Fold> fold_of(const AggregatePart& part, CellKind argument, const ColumnType& type,
                                       const ColumnType& part_type);
    void add_group(Values& values) const;
    Place place_of(const std::string& key);
    void begin(Place place, const ColumnRows& rows, std::size_t row);
    void fold(Place place, const ColumnRows& rows, std::size_t row);
    void set(Place place, std::size_t part, const DirectCell& cell, const ColumnRows& rows, std::size_t row);
    void append_group(ResultTable& rows, std::uint32_t group, bool as_it_was) const;
    void forget_uncommitted();
    void remove_groups();
    [[nodiscard]] bool is_leaving(std::uint32_t group) const;
    [[nodiscard]] std::size_t place_of_column(const std::string& name) const;

    std::vector<OutputColumn> columns_;
    std::vector<Part> folds_;  ///< One for each of the columns.
    std::size_t texts_ = 0;    ///< Of a group.

    std::unordered_map<std::string, std::uint32_t> groups_;  ///< By their keys.
    Values parts_;
    std::size_t committed_ = 0;              ///< Of the groups, the first.
    std::vector<std::uint32_t> touched_;     ///< Groups of the rows since the last commit.
    Values changed_;                         ///< What those of them become that were there.
    std::vector<std::uint32_t> changed_at_;  ///< Where, by group; not_changed.
    std::size_t key_bytes_ = 0;
    std::size_t text_bytes_ = 0;
    std::optional<std::size_t> leaving_by_;  ///< With the next commit those groups are gone that lie before a bound;
    std::int64_t leaving_before_ = 0;
    bool all_leave_ = false;  ///< or all.
    std::string key_;         ///< Of a row, while it is taken.
};

}  // namespace laminar
