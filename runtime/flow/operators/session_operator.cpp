#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/stream/session_rows.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

constexpr const char* bound_column = "__bound";
constexpr const char* number_column = "__number";
constexpr const char* suspect_column = "__suspect";

/// The times of rows of one key, with the ends of their gaps, as late rows meet them.
class KnownTimes {
public:
    void add(std::int64_t time, std::int64_t end) { ends_.emplace(time, end); }
    void add_ended(std::int64_t time, std::int64_t end) { ended_.emplace_back(time, end); }

    /// Whether a row that came behind the watermark is late: its session has ended, or would have before it began.
    [[nodiscard]] bool is_late(std::int64_t time, std::int64_t end, std::int64_t watermark) const {
        // What was delivered cannot be changed.
        for (const auto& [last, last_end] : ended_) {
            if (last <= time && time < last_end) return true;
        }
        auto next = ends_.upper_bound(time);
        if (next != ends_.begin()) {
            const auto before = std::prev(next);
            // Within a session that goes on, or no longer does.
            if (time < before->second) return end_of_session(before) <= watermark;
        }
        if (end <= watermark) return true;
        return next != ends_.end() && next->first < end && end_of_session(next) <= watermark;
    }

private:
    using Ends = std::map<std::int64_t, std::int64_t>;

    [[nodiscard]] std::int64_t end_of_session(Ends::const_iterator row) const {
        std::int64_t end = row->second;
        for (++row; row != ends_.end() && row->first < end; ++row) end = row->second;
        return end;
    }

    Ends ends_;
    std::vector<std::pair<std::int64_t, std::int64_t>> ended_;  ///< The last rows of sessions.
};

/// Sessions end when the watermark has passed the gap after their last row; until then a row may still join two of
/// them, and may lie behind the watermark. Which rows are late is decided one after the other, in the order in which
/// they came, so that it does not depend on batches.
class SessionOperator final : public StreamOperator {
public:
    SessionOperator(const PlannedOperator& planned, const SessionPlan& plan, const OperatorContext& context)
        : engine_(context.engine),
          input_(context.engine, plan.input, context.scans, context.event_clocks, context.observer),
          bound_(context.engine, context.name, plan.key, context.clocks),
          bound_slot_(context.engine.create_row_slot(context.name + ":bound", {{bound_column, TypeId::timestamp}})),
          state_(context.engine, context.state(), input_.columns()) {
        added_ = empty_rows(planned.columns);
        const bool may_be_behind = plan.input.lateness && plan.input.lateness->is_left_open;
        const std::string gap = text_of(plan.gap);
        const std::string bound = fmt::format("(SELECT \"{}\" FROM {})", bound_column, bound_slot_->from_sql());
        const std::string over = fmt::format("\"__window\".\"end\" <= {}", bound);
        const std::string sessions = with_sessions(state_.both(), plan.partition, plan.gap);
        const std::string complete = fmt::format("(SELECT * FROM {} WHERE {})", sessions, over);
        // In the order in which they came: the last digit of a sum is then what it is over all rows at once. In the
        // order of their values where that order depends on how inputs took turns.
        const std::string order = plan.input.in_order ? "\"__part\", \"__place\"" : sort_terms(input_.columns());
        complete_ =
            engine_.prepare(fmt::format("SELECT * EXCLUDE (\"__part\", \"__place\") FROM {} WHERE {} ORDER BY {}",
                                        with_sessions(state_.numbered_both(), plan.partition, plan.gap), over, order));
        complete_slot_ = engine_.create_row_slot(context.name + ":complete", complete_->columns());
        finish_ = engine_.prepare(ordered(query_over(plan.query, {complete_slot_->from_sql()}), planned, true));
        const std::string numbered = fmt::format("(SELECT *, rowid AS \"__row\" FROM {})", state_.table());
        forget_ = engine_.prepare(fmt::format("DELETE FROM {} WHERE rowid IN (SELECT \"__row\" FROM {} WHERE {})",
                                              state_.table(), with_sessions(numbered, plan.partition, plan.gap), over));
        // Sessions to come begin at the watermark, or with a row whose session has not ended. A row behind the
        // watermark begins one while its gap lasts.
        least_ = engine_.prepare(fmt::format("SELECT least(min(\"__key\"), {}{}) FROM {} WHERE NOT ({})", bound,
                                             may_be_behind ? " - " + gap : "", sessions, over));
        if (may_be_behind) prepare_for_rows_behind(plan, context, gap, bound, complete);
    }

    ~SessionOperator() override {
        bound_slot_->set_rows(nullptr);
        if (asked_slot_) asked_slot_->set_rows(nullptr);
    }

    void evaluate() override {
        added_.rows = 0;
        ResultTable rows = input_.run();
        if (!input_.suspects().empty()) leave_out_late_rows(rows);
        const bool came = rows.rows > 0;
        state_.buffer(std::move(rows));
        if (ended_) ended_->buffer(empty_rows(input_.columns()));
        const StreamTime bound = bound_.now();
        const bool moved = bound.is_known() && (came || !(bound == seen_));
        completes_ = moved && state_.rows() + state_.buffered_rows().rows > 0;
        seen_ = bound;
        if (!moved) return;
        bound_row_ = single_timestamp(bound_column, bound.value());
        bound_slot_->set_rows(&bound_row_);
        if (completes_) {
            const ResultTable complete = complete_->execute();
            const ShownRows shown(*complete_slot_, complete);
            added_ = finish_->execute();
            if (ended_) ended_->buffer(last_rows_->execute());
        }
        const auto least = first_timestamp(least_->execute());
        time_ = {};
        time_.advance(least.value_or(*bound.value()));
    }

    void apply() override {
        state_.begin_changes();
        state_.write();
        if (completes_) state_.remove_with(*forget_);
        if (!ended_) return;
        ended_->begin_changes();
        ended_->write();
        if (completes_ && ended_->rows() > 0) ended_->remove_with(*forget_ended_);
    }

    void on_commit() override {
        state_.on_commit();
        if (ended_) ended_->on_commit();
        completes_ = false;
    }

    [[nodiscard]] bool changes_engine() const override { return completes_ || state_.buffered_rows().rows > 0; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return seen_.is_finished() ? seen_ : time_; }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_.rows() + (ended_ ? ended_->rows() : 0); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_.bytes() + (ended_ ? ended_->bytes() : 0); }

private:
    void prepare_for_rows_behind(const SessionPlan& plan, const OperatorContext& context, const std::string& gap,
                                 const std::string& bound, const std::string& complete) {
        ended_ = std::make_unique<StateTable>(engine_, context.state("ended"), input_.columns());
        std::string names;
        for (const OutputColumn& column : input_.columns())
            names += (names.empty() ? "" : ", ") + always_quote_identifier(column.name);
        last_rows_ =
            engine_.prepare(fmt::format("SELECT {} FROM {} AS \"__rows\" WHERE \"__key\" + {} = "
                                        "\"__window\".\"end\"",
                                        names, complete, gap));
        // Later rows that could touch it have no gap left.
        forget_ended_ =
            engine_.prepare(fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT \"__row\" FROM (SELECT *, "
                                        "rowid AS \"__row\" FROM {0}) AS \"__rows\" WHERE \"__key\" + {1} + "
                                        "{1} <= {2})",
                                        ended_->table(), gap, bound));
        std::vector<OutputColumn> asked = input_.columns();
        asked.push_back({number_column, TypeId::bigint});
        asked.push_back({suspect_column, TypeId::boolean});
        asked_slot_ = engine_.create_row_slot(context.name + ":asked", asked);
        std::string keys;
        for (const ast::Expression& key : plan.partition) keys += (keys.empty() ? "" : ", ") + text_of(key);
        const std::string partition = keys.empty() ? "1" : fmt::format("dense_rank() OVER (ORDER BY {})", keys);
        const auto known = [&](const std::string& rows, int kind) {
            return fmt::format("SELECT {}, {} AS \"__kind\", 0 AS \"{}\", false AS \"{}\" FROM {}", names, kind,
                               number_column, suspect_column, rows);
        };
        ask_ = engine_.prepare(fmt::format(
            "SELECT CAST(\"__kind\" AS BIGINT), CAST(\"{3}\" AS BIGINT), CAST(\"__partition\" AS BIGINT), \"__key\", "
            "\"__end\" FROM (SELECT *, bool_or(\"{4}\") OVER (PARTITION BY \"__partition\") AS \"__asked\" FROM "
            "(SELECT "
            "*, {0} AS \"__partition\", CAST(\"__key\" + {1} AS TIMESTAMP) AS \"__end\" FROM ({2}) AS \"__rows\")) "
            "WHERE "
            "\"__asked\" ORDER BY 3, 1, 2",
            partition, gap,
            known(state_.both(), 0) + " UNION ALL " + known(ended_->table(), 1) +
                fmt::format(" UNION ALL SELECT {}, 2, \"{}\", \"{}\" FROM {}", names, number_column, suspect_column,
                            asked_slot_->from_sql()),
            number_column, suspect_column));
    }

    /// Of the rows that came behind the watermark, those whose session has ended.
    void leave_out_late_rows(ResultTable& rows) {
        const std::vector<Fragment::Suspect>& suspects = input_.suspects();
        std::map<std::size_t, const Fragment::Suspect*> suspect_rows;
        for (const Fragment::Suspect& suspect : suspects) suspect_rows.emplace(suspect.row, &suspect);
        ResultTable asked = rows;
        number_rows(asked, number_column, 0);
        asked.columns.push_back({suspect_column, TypeId::boolean});
        asked.values.emplace_back(TypeId::boolean);
        for (std::size_t row = 0; row < rows.rows; ++row)
            asked.values.back().append(static_cast<std::uint8_t>(suspect_rows.contains(row) ? 1 : 0));
        const ShownRows shown(*asked_slot_, asked);
        const ResultTable known = ask_->execute();
        const auto number_at = [&](std::size_t column, std::size_t row) {
            return known.values[column].values<std::int64_t>()[row];
        };
        std::vector<InputRow> late;
        std::set<std::size_t> late_rows;
        KnownTimes times;
        for (std::size_t row = 0; row < known.rows; ++row) {
            if (row > 0 && number_at(2, row) != number_at(2, row - 1)) times = KnownTimes();
            const std::int64_t time = number_at(3, row);
            const std::int64_t end = number_at(4, row);
            if (number_at(0, row) == 1) {
                times.add_ended(time, end);
                continue;
            }
            const auto number = static_cast<std::size_t>(number_at(1, row));
            const auto suspect = number_at(0, row) == 2 ? suspect_rows.find(number) : suspect_rows.end();
            if (suspect != suspect_rows.end() && times.is_late(time, end, suspect->second->watermark)) {
                late.push_back(suspect->second->origin);
                late_rows.insert(number);
            } else {
                times.add(time, end);
            }
        }
        if (late.empty()) return;
        input_.report_late(std::move(late));
        std::vector<std::size_t> kept;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            if (!late_rows.contains(row)) kept.push_back(row);
        }
        keep_rows(rows, kept);
    }

    Engine& engine_;
    Fragment input_;
    TimeBound bound_;
    std::unique_ptr<BatchSlot> bound_slot_;
    std::unique_ptr<BatchSlot> asked_slot_;  ///< Rows that came, of which some are suspects.
    ResultTable bound_row_;
    StateTable state_;
    std::unique_ptr<StateTable> ended_;  ///< The last rows of sessions that have ended, while others may touch them.
    std::unique_ptr<PreparedQuery> complete_;  ///< Rows of sessions that have ended.
    std::unique_ptr<BatchSlot> complete_slot_;
    std::unique_ptr<PreparedQuery> finish_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> least_;
    std::unique_ptr<PreparedQuery> last_rows_;
    std::unique_ptr<PreparedQuery> forget_ended_;
    std::unique_ptr<PreparedQuery> ask_;
    StreamTime seen_;
    StreamTime time_;
    bool completes_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_session_operator(const PlannedOperator& planned, const SessionPlan& plan,
                                                      const OperatorContext& context) {
    return std::make_unique<SessionOperator>(planned, plan, context);
}

}  // namespace laminar
