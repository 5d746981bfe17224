#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// The rows an operator keeps, in a table of the engine, and fresh ones that are not in it yet: those that came in this
/// cycle, which computes from both first and changes the table afterwards, and those that wait, since an INSERT costs
/// as much as taking in a small batch. Engine thread only.
class StateTable {
public:
    /// name is unique among state tables; any text.
    StateTable(Engine& engine, const std::string& name, std::vector<OutputColumn> columns);
    ~StateTable();
    StateTable(const StateTable&) = delete;
    StateTable& operator=(const StateTable&) = delete;

    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept { return columns_; }
    [[nodiscard]] const std::string& table() const noexcept { return table_; }   ///< FROM text: kept rows.
    [[nodiscard]] std::string fresh() const { return fresh_slot_->from_sql(); }  ///< FROM text: those not in it.
    [[nodiscard]] const std::string& both() const noexcept { return both_; }     ///< FROM text: (kept UNION ALL fresh).
    /// FROM text: the kept rows, or kept and fresh ones, with "__part" and "__place", by which they are in the order in
    /// which they came. The engine keeps no order across UNION ALL by itself.
    [[nodiscard]] std::string numbered_table() const;
    [[nodiscard]] std::string numbered_both() const;

    // A change of the table: begin_changes, then what changes it, then on_commit once the transaction is committed.
    // After a rollback it begins anew.
    void begin_changes() noexcept;
    void on_commit();

    /// This cycle's rows, after those that wait; the table owns them until the next call, or until the commit.
    void set_fresh(ResultTable rows);
    [[nodiscard]] const ResultTable& fresh_rows() const noexcept { return fresh_; }
    /// Adds the fresh rows to the table, all or those that satisfy a condition prepared before.
    void keep_fresh() { keep_with(*keep_all_); }
    void keep_with(PreparedQuery& insert);
    /// INSERT of the fresh rows that satisfy a condition.
    [[nodiscard]] std::unique_ptr<PreparedQuery> prepare_keep(const std::string& condition);
    // Instead, without changing the table: they stay fresh. For operators to which fresh and kept rows are the same.
    /// So few are fresh that they may wait.
    [[nodiscard]] bool may_wait() const noexcept;
    void let_wait();
    /// Only what a SELECT makes of them.
    void let_wait(PreparedQuery& select);
    /// Between cycles: these rows, which stay fresh, instead of all that there are. Throws EngineException.
    void replace_all(ResultTable rows);
    [[nodiscard]] bool is_empty_but_for_fresh() const noexcept { return rows_in_table() == 0; }
    /// Executes a statement that deletes rows of the table.
    void remove_with(PreparedQuery& statement);
    /// The table now has so many rows more or fewer.
    void recount();

    [[nodiscard]] std::uint64_t rows() const noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept;

private:
    [[nodiscard]] std::uint64_t rows_in_table() const noexcept;

    Engine& engine_;
    std::vector<OutputColumn> columns_;
    std::string table_;
    std::string names_;  ///< Of the columns, quoted, as a list.
    std::string both_;
    std::unique_ptr<BatchSlot> fresh_slot_;  ///< Outlives the statements that read it.
    std::unique_ptr<PreparedQuery> keep_all_;
    ResultTable fresh_;
    std::optional<ResultTable> fresh_afterwards_;  ///< Other rows than now.
    std::size_t waiting_ = 0;                      ///< Of the fresh rows, the first: from cycles before.
    bool stays_fresh_ = false;                     ///< What this cycle does with the fresh rows.
    bool is_waiting_ = true;                       ///< Those that waited are not in the table yet.
    std::uint64_t rows_ = 0;                       ///< In the table at the last commit.
    std::uint64_t added_ = 0;                      ///< Since then.
    std::uint64_t removed_ = 0;                    ///< Since then.
    std::uint64_t bytes_per_row_ = 0;
};

}  // namespace laminar
