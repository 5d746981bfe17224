#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "parser/write/sql_writer.h"
#include "runtime/engine/memory/state_memory.h"
#include "runtime/flow/operators/buffered_input.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/row_isolation.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

/// Parts are merged when there are so many, and many more than after the last time.
constexpr std::uint64_t least_parts_to_merge = 20'000;

/// Rows of windows that end are read to be shown in their order, as long as they are not more.
constexpr std::size_t rows_in_memory = 256u << 20;

/// Windows end when the watermark passes their key: the query then runs over their rows, which are forgotten. Rows that
/// are kept as they are, and parts that depend on it, are read in the order in which they came, from one slot: the last
/// digit of a sum is then what it is over all rows at once, on however many threads the engine works.
class WindowOperator final : public StreamOperator {
public:
    WindowOperator(const PlannedOperator& planned, const WindowPlan& plan, const OperatorContext& context)
        : engine_(context.engine),
          observer_(context.observer),
          name_(context.name),
          in_order_(!plan.parts || plan.parts->in_order || plan.parts->folds),
          by_values_(!plan.parts && !plan.input.in_order),
          memory_(context.engine),
          input_(plan.input, plan.parts, context),
          ordered_slot_(engine_.create_row_slot(name_ + ":ordered", input_.columns())),
          bound_(context.engine, context.name, plan.key, context.clocks) {
        added_ = empty_rows(planned.columns);
        state_ = std::make_unique<StateTable>(engine_, context.state(), input_.columns());
        const std::string key = always_quote_identifier(time_key_column);
        const std::string before = fmt::format("{} < $1::TIMESTAMP", key);
        const auto all_where = [](const std::string& rows, const std::string& condition) {
            return fmt::format("(SELECT * FROM {} WHERE {})", rows, condition);
        };
        const std::string all_rows = in_order_ ? ordered_slot_->from_sql() : state_->both();
        const auto finishing = [&](const std::string& rows) {
            if (!plan.parts) return engine_.prepare(ordered(query_over(plan.query, {rows}), planned));
            const std::string merged = query_over(plan.parts->merge, {rows});
            return engine_.prepare(ordered(query_over(plan.parts->finish, {"(" + merged + ")"}), planned));
        };
        finish_ = finishing(all_where(all_rows, before));
        if (in_order_) finish_large_ = finishing(all_where(state_->both(), before));
        finish_buffered_ = finishing(all_where(state_->buffered(), before));
        finish_one_ = finishing(all_where(all_rows, fmt::format("{} = $1::TIMESTAMP", key)));
        keys_ = engine_.prepare(fmt::format("SELECT DISTINCT {} FROM {} ORDER BY 1", key, all_where(all_rows, before)));
        if (plan.parts) {
            merge_ = query_over(plan.parts->merge, {state_->table()});
            merge_all_ = engine_.prepare(query_over(plan.parts->merge, {all_rows}));
        }
        if (in_order_) {
            kept_rows_ = engine_.prepare("SELECT * FROM " + state_->table());
            kept_before_ = engine_.prepare(fmt::format("SELECT * FROM {} WHERE {}", state_->table(), before));
            buffered_before_ = engine_.prepare(fmt::format("SELECT * FROM {} WHERE {}", state_->buffered(), before));
            if (by_values_)
                by_values_before_ = engine_.prepare(fmt::format("SELECT * FROM {} WHERE {} ORDER BY {}", state_->both(),
                                                                before, sort_terms(input_.columns())));
            keep_ordered_ = engine_.prepare(
                fmt::format("INSERT INTO {} SELECT * FROM {}", state_->table(), ordered_slot_->from_sql()));
        }
        const std::string later = fmt::format("{} >= $1::TIMESTAMP", key);
        keep_ = state_->prepare_write(later);
        forget_ = engine_.prepare(fmt::format("DELETE FROM {} WHERE {}", state_->table(), before));
        least_ = engine_.prepare(fmt::format("SELECT min({}) FROM {}", key, state_->table()));
        if (!state_->is_table_empty()) least_key_ = first_timestamp(least_->execute());
    }

    void evaluate() override {
        added_.rows = 0;
        note_key(input_.take());
        time_ = bound_.now();
        completes_ = least_key_ && time_.has_passed(*least_key_);
        state_->buffer(completes_            ? input_.sum_up_before(*time_.value())
                       : input_.has_enough() ? input_.sum_up()
                                             : empty_rows(input_.columns()));
        changes_engine_ = state_->is_buffer_full() || (completes_ && !state_->is_table_empty());
        if (!completes_) return;
        added_ = finish();
    }

    void apply() override {
        state_->begin_changes();
        next_least_key_ = least_key_;
        merges_ = false;
        if (!changes_engine_) {
            if (completes_) state_->replace_buffer(remaining());
            return;
        }
        if (completes_) {
            for (PreparedQuery* statement : {keep_.get(), forget_.get()}) statement->bind_timestamp(1, *time_.value());
            state_->write_with(*keep_);
            state_->remove_with(*forget_);
            next_least_key_ = state_->rows() > 0 ? first_timestamp(least_->execute()) : std::nullopt;
        } else {
            state_->write();
        }
        merges_ = !merge_.empty() && state_->rows() > least_parts_to_merge && state_->rows() > 2 * merged_rows_;
        if (merges_) merge();
    }

    void on_commit() override {
        input_.on_commit();
        state_->on_commit();
        least_key_ = next_least_key_;
        if (completes_ && !changes_engine_) least_key_ = least_timestamp(state_->buffered_rows(), time_key_column);
        if (completes_) note_key(input_.least_key());
        completes_ = false;
        if (merges_) merged_rows_ = state_->rows();
    }

    [[nodiscard]] bool changes_engine() const override { return changes_engine_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return time_; }
    void sum_up() override {
        if (!merge_all_ || (input_.is_summed_up() && state_->rows() == 0)) return;
        state_->begin_changes();
        state_->buffer(input_.sum_up());
        ResultTable rows;
        if (in_order_) {
            rows = kept_rows_->execute();
            append_rows(rows, state_->buffered_rows());
        }
        const ShownRows shown(*ordered_slot_, rows);
        state_->replace_all(merge_all_->execute());
        input_.on_commit();
    }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_->rows() + input_.rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_->bytes() + input_.bytes(); }

private:
    void note_key(std::optional<std::int64_t> key) {
        if (key && (!least_key_ || *key < *least_key_)) least_key_ = key;
    }

    /// The rows of windows that end, in the table and buffered, in the order in which it came, or where that depends on
    /// how inputs took turns, in the order of its values.
    ResultTable rows_in_order() {
        if (by_values_) {
            by_values_before_->bind_timestamp(1, *time_.value());
            return by_values_before_->execute();
        }
        kept_before_->bind_timestamp(1, *time_.value());
        buffered_before_->bind_timestamp(1, *time_.value());
        ResultTable rows = kept_before_->execute();
        append_rows(rows, buffered_before_->execute());
        return rows;
    }

    /// Of what is buffered: the rows of windows that do not end.
    ResultTable remaining() const {
        ResultTable rows = state_->buffered_rows();
        const auto key = std::find_if(rows.columns.begin(), rows.columns.end(),
                                      [](const OutputColumn& column) { return column.name == time_key_column; });
        const ColumnVector& keys = rows.values[static_cast<std::size_t>(key - rows.columns.begin())];
        std::vector<std::size_t> kept;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            if (keys.is_valid(row) && keys.values<std::int64_t>()[row] >= *time_.value()) kept.push_back(row);
        }
        keep_rows(rows, kept);
        return rows;
    }

    /// More rows than are to be in memory. The engine reads them from the table, in their order as long as it has one
    /// thread; with more, the last digit of a sum of DOUBLE may be another.
    [[nodiscard]] bool is_large() const { return finish_large_ && state_->bytes() > memory_.bytes(rows_in_memory); }

    ResultTable finish() {
        if (is_large()) {
            try {
                finish_large_->bind_timestamp(1, *time_.value());
                return finish_large_->execute();
            } catch (const EngineException& problem) {
                if (!is_about_values(problem.error())) throw;
            }
        }
        const bool buffer_alone = state_->is_table_empty() && !by_values_;
        const ResultTable ended = in_order_ && !buffer_alone ? rows_in_order() : ResultTable();
        const ShownRows shown(*ordered_slot_, in_order_ && buffer_alone ? state_->buffered_rows() : ended);
        PreparedQuery& statement = buffer_alone ? *finish_buffered_ : *finish_;
        try {
            statement.bind_timestamp(1, *time_.value());
            return statement.execute();
        } catch (const EngineException& problem) {
            if (!is_about_values(problem.error())) throw;
        }
        // One window after the other, so that those without the bad values are delivered.
        keys_->bind_timestamp(1, *time_.value());
        const ResultTable keys = keys_->execute();
        ResultTable rows = empty_rows(added_.columns);
        for (std::size_t index = 0; index < keys.rows; ++index) {
            finish_one_->bind_timestamp(1, keys.values[0].values<std::int64_t>()[index]);
            const auto refused = process_in_parts(
                1, [&](std::size_t, std::size_t) { append_rows(rows, finish_one_->execute()); }, observer_.retries());
            for (const RefusedRow& window : refused) observer_.refused(window.reason);
        }
        return rows;
    }

    void merge() {
        if (in_order_) return merge_in_order();
        state_->rewrite_with(merge_);
    }

    void merge_in_order() {
        const ResultTable rows = kept_rows_->execute();
        ResultTable merged;
        {
            const ShownRows shown(*ordered_slot_, rows);
            merged = merge_all_->execute();
        }
        engine_.execute("DELETE FROM " + state_->table());
        const ShownRows shown(*ordered_slot_, merged);
        (void)keep_ordered_->execute();
        state_->recount();
    }

    Engine& engine_;
    RowObserver& observer_;
    std::string name_;
    bool in_order_;
    bool by_values_;
    StateMemory::Share memory_;
    BufferedInput input_;
    std::unique_ptr<BatchSlot> ordered_slot_;  ///< Outlives the statements that read it.
    TimeBound bound_;
    std::unique_ptr<StateTable> state_;
    std::unique_ptr<PreparedQuery> finish_;           ///< Windows before $1.
    std::unique_ptr<PreparedQuery> finish_large_;     ///< With in_order_, the same without reading the rows first.
    std::unique_ptr<PreparedQuery> finish_buffered_;  ///< The same where no rows are in the table.
    std::unique_ptr<PreparedQuery> finish_one_;       ///< Windows at $1.
    std::unique_ptr<PreparedQuery> keep_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> keys_;
    std::unique_ptr<PreparedQuery> least_;
    std::string merge_;
    std::unique_ptr<PreparedQuery> merge_all_;
    // With in_order_:
    std::unique_ptr<PreparedQuery> kept_rows_;
    std::unique_ptr<PreparedQuery> kept_before_;
    std::unique_ptr<PreparedQuery> buffered_before_;
    std::unique_ptr<PreparedQuery> by_values_before_;
    std::unique_ptr<PreparedQuery> keep_ordered_;
    std::uint64_t merged_rows_ = 0;
    std::optional<std::int64_t> least_key_;       ///< No row that is kept has a smaller one.
    std::optional<std::int64_t> next_least_key_;  ///< What it will be when the changes hold.
    StreamTime time_;
    bool completes_ = false;
    bool changes_engine_ = false;
    bool merges_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_window_operator(const PlannedOperator& planned, const WindowPlan& plan,
                                                     const OperatorContext& context) {
    return std::make_unique<WindowOperator>(planned, plan, context);
}

}  // namespace laminar
