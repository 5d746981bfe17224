#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/storage/kept/state_store.h"
#include "runtime/storage/row_buffer.h"

namespace laminar {

/// By what the state of an operator is found again (decision 30).
struct StateIdentity {
    std::string name;               ///< Pipeline, id of the operator, part of its state: "totals:top.from:left".
    std::uint64_t fingerprint = 0;  ///< PlannedOperator::fingerprint.
    /// Of a data directory: the state outlasts the process. Null: it does not.
    StateStore* store = nullptr;
    bool is_there = false;  ///< Something has been committed under that name: it is to be found.
};

/// The rows an operator keeps, in a table of the engine, and those that are not in it yet, in a buffer: the rows of
/// this cycle, which computes from both first and changes the table afterwards, and for operators to which both are the
/// same, rows of cycles before that are not worth an INSERT. Engine thread only.
class StateTable {
public:
    /// Opens the table of that name, or makes it. Throws EngineException, also when the table is there and was made
    /// under another fingerprint: its rows are another query's; and when it is to be there and is not.
    StateTable(Engine& engine, const StateIdentity& identity, std::vector<OutputColumn> columns);
    /// Drops the table: state ends with its pipeline. With the process it ends only where no data directory keeps it.
    ~StateTable();
    StateTable(const StateTable&) = delete;
    StateTable& operator=(const StateTable&) = delete;

    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept { return columns_; }
    [[nodiscard]] const std::string& table() const noexcept { return table_; }  ///< FROM text: the rows in it.
    [[nodiscard]] std::string buffered() const { return slot_->from_sql(); }    ///< FROM text: those that are not.
    [[nodiscard]] const std::string& both() const noexcept { return both_; }    ///< FROM text: (one UNION ALL other).
    /// FROM text: the rows in the table, or all, with "__part" and "__place", by which they are in the order in which
    /// they came. The engine keeps no order across UNION ALL by itself.
    [[nodiscard]] std::string numbered_table() const;
    [[nodiscard]] std::string numbered_both() const;

    /// Adds rows to the buffer, in the place of those that came since the last commit.
    void buffer(ResultTable rows);
    [[nodiscard]] const ResultTable& buffered_rows() const noexcept { return buffer_.whole(); }
    /// They are worth an INSERT. In a data directory any are: what has not been written is gone after a crash.
    [[nodiscard]] bool is_buffer_full() const noexcept { return buffer_.is_full(); }

    // A change of the table: begin_changes, then what changes it, then on_commit once the transaction is committed.
    // After a rollback it begins anew. Rows that have not been written stay in the buffer.
    void begin_changes();
    void on_commit();

    /// Moves the buffered rows to the table.
    void write() { write_with(*write_all_); }
    /// The same with an INSERT of the caller's: rows that it leaves out are gone as well.
    void write_with(PreparedQuery& insert);
    /// Executes a statement that adds rows that are not buffered.
    void add_with(PreparedQuery& insert);
    /// An INSERT of the buffered rows that satisfy a condition.
    [[nodiscard]] std::unique_ptr<PreparedQuery> prepare_write(const std::string& condition);
    /// Leaves these rows in the buffer. The table is not changed.
    void replace_buffer(ResultTable rows) { replacement_ = std::move(rows); }
    /// Executes a statement that deletes rows of the table.
    void remove_with(PreparedQuery& statement);
    /// Deletes all rows of the table.
    void remove_all();
    /// The table has what a query over it makes of it.
    void rewrite_with(const std::string& select);
    /// The table has been changed by statements of the caller's: counts its rows.
    void recount();
    /// Between cycles: these rows, buffered, instead of all that there are. Throws EngineException.
    void replace_all(ResultTable rows);

    [[nodiscard]] bool is_table_empty() const noexcept { return rows_in_table() == 0; }
    /// In the table, and in the buffer since the last commit.
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_in_table() + buffer_.committed_rows(); }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return rows() * bytes_per_row_; }  ///< About.

private:
    void open(const StateIdentity& identity, const std::string& definitions);
    void replace_all_in_table(ResultTable rows);
    [[nodiscard]] std::uint64_t count_rows();
    [[nodiscard]] std::uint64_t rows_in_table() const noexcept;
    void show();

    Engine& engine_;
    StateStore* store_;
    std::vector<OutputColumn> columns_;
    std::string table_;
    std::string merged_;  ///< Another table, while rows are rewritten.
    std::string names_;   ///< Of the columns, quoted, as a list.
    std::string both_;
    std::unique_ptr<BatchSlot> slot_;  ///< Shows the buffer. Outlives the statements that read it.
    std::unique_ptr<PreparedQuery> write_all_;
    RowBuffer<ResultTable> buffer_;
    std::optional<ResultTable> replacement_;  ///< In the buffer's place, with the commit.
    std::uint64_t rows_ = 0;                  ///< In the table at the last commit.
    std::uint64_t added_ = 0;                 ///< Since then.
    std::uint64_t removed_ = 0;               ///< Since then.
    std::uint64_t bytes_per_row_ = 0;         ///< As of the last that came.
};

}  // namespace laminar
