#include <fmt/format.h>

#include <algorithm>

#include "parser/write/sql_writer.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

constexpr const char* done_column = "__done";
/// Rows that nobody needs any more are deleted when there are so many, and many more than after the last time.
constexpr std::uint64_t least_rows_to_forget = 4096;

std::string list_of(const std::vector<ast::Expression>& expressions) {
    std::string text;
    for (const ast::Expression& expression : expressions) text += (text.empty() ? "" : ", ") + text_of(expression);
    return text;
}

/// Window functions in the order of event time: a row is answered when everything before it (and after it, as far as a
/// frame reaches) has come, and kept as long as a frame of a later row may reach back to it.
class OverOperator final : public StreamOperator {
public:
    OverOperator(const PlannedOperator& planned, const OverPlan& plan, const OperatorContext& context)
        : engine_(context.engine),
          at_once_(plan.key.empty()),
          input_(context.engine, plan.input, context.scans, context.event_clocks, context.observer),
          bound_(context.engine, context.name, plan.key, context.clocks),
          bound_slot_(context.engine.create_row_slot(context.name + ":bound", bound_columns())),
          looks_ahead_(std::any_of(plan.frames.begin(), plan.frames.end(), [](const OverPlan::Frame& frame) {
              return frame.rows_after > 0 || !frame.range_after.empty();
          })) {
        added_ = empty_rows(planned.columns);
        std::vector<OutputColumn> columns = input_.columns();
        columns.push_back({arrival_column, TypeId::bigint});
        columns.push_back({done_column, TypeId::boolean});
        state_ = std::make_unique<StateTable>(engine_, context.state(), columns);
        const std::string both = ready(state_->both(), plan, true);
        const std::string emitted = emit(both, plan);
        finish_ = engine_.prepare(
            fmt::format("SELECT q.* EXCLUDE (\"{0}\") FROM ({1}) AS q JOIN {2} AS e ON q.\"{0}\" = e.\"{0}\" ORDER BY "
                        "e.\"__key\", e.\"{0}\"",
                        arrival_column, query_over(plan.query, {both}), emitted));
        if (looks_ahead_) {
            mark_ = engine_.prepare(
                fmt::format("UPDATE {0} SET \"{1}\" = true WHERE \"{2}\" IN (SELECT \"{2}\" FROM {3})", state_->table(),
                            done_column, arrival_column, emit(ready(state_->table(), plan, false), plan)));
        }
        forget_ = engine_.prepare(forget(plan));
        least_waiting_ = engine_.prepare(
            fmt::format("SELECT min(\"__key\") FROM {0} WHERE NOT {1} AND \"{2}\" NOT IN (SELECT \"{2}\" FROM {3})",
                        state_->both(), is_done(), arrival_column, emitted));
    }

    ~OverOperator() override { bound_slot_->set_rows(nullptr); }

    void evaluate() override {
        added_.rows = 0;
        ResultTable rows = input_.run();
        const bool came = rows.rows > 0;
        number_rows(rows, arrival_column, next_arrival_);
        next_arrival_ += static_cast<std::int64_t>(rows.rows);
        rows.columns.push_back({done_column, TypeId::boolean});
        rows.values.emplace_back(TypeId::boolean);
        for (std::size_t row = 0; row < rows.rows; ++row) rows.values.back().append(std::uint8_t{0});
        state_->buffer(std::move(rows));
        if (at_once_)
            now_.finish();
        else
            now_ = bound_.now();
        completes_ =
            now_.is_known() && (came || !(now_ == before_)) && state_->rows() + state_->buffered_rows().rows > 0;
        time_ = now_;
        if (!completes_) return;
        show_bounds(before_, answered_);
        added_ = finish_->execute();
        if (looks_ahead_ && !now_.is_finished()) {
            // Rows that wait for later ones hold back what can be said about the time of what is to come.
            const auto waiting = first_timestamp(least_waiting_->execute());
            if (waiting && now_.is_known() && *waiting < *now_.value()) {
                time_ = {};
                time_.advance(*waiting);
            }
        }
    }

    void apply() override {
        state_->begin_changes();
        state_->write();
        if (!completes_) return;
        show_bounds(before_, answered_);
        if (mark_) (void)mark_->execute();
        show_bounds(now_, next_arrival_ - 1);
        trims_ = state_->rows() > least_rows_to_forget && state_->rows() > 2 * needed_rows_;
        if (trims_) state_->remove_with(*forget_);
        bound_slot_->set_rows(nullptr);
    }

    void on_commit() override {
        state_->on_commit();
        if (!completes_) return;
        completes_ = false;
        before_ = answered_until();
        answered_ = next_arrival_ - 1;
        if (trims_) needed_rows_ = state_->rows();
    }

    [[nodiscard]] bool changes_engine() const override { return completes_ || state_->buffered_rows().rows > 0; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return at_once_ ? StreamTime() : time_; }
    void save(ScopedNumbers& numbers) const override {
        numbers.set("arrivals", next_arrival_);
        numbers.set("answered", completes_ ? next_arrival_ - 1 : answered_);
        const StreamTime before = completes_ ? answered_until() : before_;
        if (before.is_known() && !before.is_finished()) numbers.set("before", *before.value());
        numbers.set("ended", before.is_finished() ? 1 : 0);
    }
    void take_up(const ScopedNumbers& numbers) override {
        next_arrival_ = numbers.find("arrivals").value_or(0);
        answered_ = numbers.find("answered").value_or(-1);
        if (const auto before = numbers.find("before")) before_.advance(*before);
        if (at_once_ || numbers.find("ended").value_or(0) == 0) return;
        // The end of its inputs has answered all rows that are there.
        const auto last = first_timestamp(engine_.query(fmt::format("SELECT max(\"__key\") FROM {}", state_->table())));
        if (last) before_.advance(*last + 1);
    }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_->rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_->bytes(); }

private:
    /// Before which all rows are answered, with the changes. After a start the clock may be behind it.
    [[nodiscard]] StreamTime answered_until() const {
        StreamTime until = before_;
        if (now_.is_known()) until.advance(*now_.value());
        return until;
    }

    static std::vector<OutputColumn> bound_columns() {
        return {{"__before", TypeId::timestamp}, {"__now", TypeId::timestamp}, {"__answered", TypeId::bigint}};
    }

    [[nodiscard]] std::string bound(std::string_view column) const {
        return fmt::format("(SELECT \"{}\" FROM {})", column, bound_slot_->from_sql());
    }

    void show_bounds(const StreamTime& before, std::int64_t answered) {
        bounds_ = empty_rows(bound_columns());
        for (std::size_t column = 0; column < 2; ++column) {
            const StreamTime& time = column == 0 ? before : now_;
            if (time.is_known())
                bounds_.values[column].append(*time.value());
            else
                bounds_.values[column].append_null();
        }
        bounds_.values[2].append(answered);
        bounds_.rows = 1;
        bound_slot_->set_rows(&bounds_);
    }

    /// Whether a row has been answered before, as a condition.
    [[nodiscard]] std::string is_done() const {
        if (looks_ahead_) return fmt::format("\"{}\"", done_column);
        if (at_once_) return fmt::format("\"{}\" <= {}", arrival_column, bound("__answered"));
        return fmt::format("coalesce(\"__key\" < {}, false)", bound("__before"));
    }

    /// Rows that everything before them has come for.
    [[nodiscard]] std::string ready(const std::string& rows, const OverPlan& plan,
                                    bool changed_partitions_alone) const {
        const std::string condition = at_once_ ? "true" : fmt::format("\"__key\" < {}", bound("__now"));
        std::string all = fmt::format("(SELECT * FROM {} WHERE {})", rows, condition);
        if (!changed_partitions_alone || plan.frames.size() != 1 || plan.frames.front().partition.empty()) return all;
        const auto& partition = plan.frames.front().partition;
        std::string changed;
        std::string same;
        for (std::size_t index = 0; index < partition.size(); ++index) {
            changed += fmt::format("{}{} AS \"p{}\"", index == 0 ? "" : ", ", text_of(partition[index]), index);
            same += fmt::format("{}{} IS NOT DISTINCT FROM \"__changed\".\"p{}\"", index == 0 ? "" : " AND ",
                                text_of(partition[index]), index);
        }
        return fmt::format(
            "(SELECT \"__rows\".* FROM {0} AS \"__rows\" SEMI JOIN (SELECT DISTINCT {1} FROM {0} AS \"__rows\" WHERE "
            "NOT "
            "{2}) AS \"__changed\" ON {3})",
            all, changed, is_done(), same);
    }

    /// The rows to be answered now, with their time.
    [[nodiscard]] std::string emit(const std::string& rows, const OverPlan& plan) const {
        std::string numbers;
        std::string conditions;
        const std::string ended = fmt::format("{} = TIMESTAMP 'infinity'", bound("__now"));
        for (std::size_t index = 0; index < plan.frames.size(); ++index) {
            const OverPlan::Frame& frame = plan.frames[index];
            const std::string partition =
                frame.partition.empty() ? "" : fmt::format("PARTITION BY {} ", list_of(frame.partition));
            if (frame.rows_after > 0) {
                numbers += fmt::format(", row_number() OVER ({}ORDER BY \"__key\" DESC, \"{}\" DESC) AS \"__after{}\"",
                                       partition, arrival_column, index);
                conditions += fmt::format(" AND ({} OR \"__after{}\" > {})", ended, index, frame.rows_after);
            }
            for (const ast::Expression& range : frame.range_after)
                conditions += fmt::format(" AND ({} OR \"__key\" + {} < {})", ended, text_of(range), bound("__now"));
        }
        return fmt::format(
            "(SELECT \"{0}\", \"__key\" FROM (SELECT \"__rows\".*{1} FROM {2} AS \"__rows\") WHERE NOT {3}{4})",
            arrival_column, numbers, rows, is_done(), conditions);
    }

    [[nodiscard]] std::string forget(const OverPlan& plan) const {
        std::string numbers;
        std::string needed = "NOT " + is_done();
        const std::string horizon =
            at_once_ ? fmt::format("(SELECT max(\"__key\") - INTERVAL '1 second' FROM {})", state_->table())
                     : fmt::format("(SELECT least({}, min(\"__key\")) FROM {} WHERE NOT {})", bound("__now"),
                                   state_->table(), is_done());
        const std::string done = fmt::format("CASE WHEN {} THEN 1 ELSE 0 END", is_done());
        for (std::size_t index = 0; index < plan.frames.size(); ++index) {
            const OverPlan::Frame& frame = plan.frames[index];
            const std::string keys = list_of(frame.partition);
            const std::string partition = fmt::format("PARTITION BY {}{}{}", keys, keys.empty() ? "" : ", ", done);
            if (frame.rows_before > 0) {
                numbers += fmt::format(", row_number() OVER ({} ORDER BY \"__key\" DESC, \"{}\" DESC) AS \"__back{}\"",
                                       partition, arrival_column, index);
                needed += fmt::format(" OR \"__back{}\" <= {}", index, frame.rows_before);
            }
            if (frame.first_rows > 0) {
                numbers += fmt::format(", row_number() OVER ({} ORDER BY \"__key\", \"{}\") AS \"__first{}\"",
                                       partition, arrival_column, index);
                needed += fmt::format(" OR \"__first{}\" <= {}", index, frame.first_rows);
            }
            for (const ast::Expression& range : frame.range_before)
                // As the engine computes the begin of a frame: a month before is not what a month later leads back
                // from.
                needed += fmt::format(" OR \"__key\" >= coalesce({} - {}, \"__key\")", horizon, text_of(range));
        }
        return fmt::format(
            "DELETE FROM {0} WHERE \"{1}\" NOT IN (SELECT \"{1}\" FROM (SELECT \"__rows\".*{2} FROM {0} AS \"__rows\") "
            "AS "
            "\"__rows\" WHERE {3})",
            state_->table(), arrival_column, numbers, needed);
    }

    Engine& engine_;
    bool at_once_;
    Fragment input_;
    TimeBound bound_;
    std::unique_ptr<BatchSlot> bound_slot_;
    bool looks_ahead_;
    ResultTable bounds_;
    std::unique_ptr<StateTable> state_;
    std::unique_ptr<PreparedQuery> finish_;
    std::unique_ptr<PreparedQuery> mark_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> least_waiting_;
    StreamTime before_;
    StreamTime now_;
    StreamTime time_;
    std::int64_t next_arrival_ = 0;
    std::int64_t answered_ = -1;
    std::uint64_t needed_rows_ = 0;
    bool completes_ = false;
    bool trims_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_over_operator(const PlannedOperator& planned, const OverPlan& plan,
                                                   const OperatorContext& context) {
    return std::make_unique<OverOperator>(planned, plan, context);
}

}  // namespace laminar
