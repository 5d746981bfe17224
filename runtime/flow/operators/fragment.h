#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/direct/direct_query.h"
#include "runtime/flow/operators/event_clock.h"
#include "runtime/flow/rows/row_isolation.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// What a statement of a pipeline reads: the rows of an input or of an operator.
struct StreamScan {
    std::string from_sql;
    std::string numbered_sql;   ///< The same with row_position_column; empty where slot is null.
    BatchSlot* slot = nullptr;  ///< Null for relations that are no streams.
    /// What queries see of the slot, in their order.
    std::vector<ShownColumn> columns;
    /// Rows at hand; removed: those that are taken back.
    std::function<std::size_t(bool removed)> rows;
    /// Shows the rows that were added, or those taken back. Empty where rows are never taken back.
    std::function<void(bool removed)> show;
    /// Of a pipeline that is read, what its clocks say: now, and about the rows at hand (null: none is late).
    std::function<StreamTime(std::size_t clock)> upstream_time;
    std::function<const RowMarks*(std::size_t clock)> upstream_marks;
};

/// Who is told of rows that are left out.
class RowObserver {
public:
    virtual ~RowObserver() = default;
    /// A row that the engine refuses: a cast that fails, a division by zero.
    virtual void refused(const std::string& reason) = 0;
    /// The same for a row that slot shows.
    virtual void refused_row(const BatchSlot& slot, const RefusedRow& row) {
        (void)slot;
        refused(row.reason);
    }
    /// How often a row of the slot is tried again before it is refused; without a slot, what was made from several.
    [[nodiscard]] virtual unsigned retries(const BatchSlot* slot = nullptr) const {
        (void)slot;
        return 0;
    }
    /// Rows of the slot, by their position, all of whose windows had passed when they came, or which have no time.
    virtual void late(const BatchSlot& slot, const std::vector<std::size_t>& rows) = 0;
};

/// Where a row of a fragment came from; scan is negative where it came from no stream.
struct InputRow {
    std::int64_t scan = -1;
    std::size_t position = 0;
};

/// How the text of a fragment is changed.
struct FragmentText {
    std::function<std::string(const std::string&)> change = {};
    bool keeps_rows = true;  ///< Each row is still one, with the same values in their places, but for casts.
};

/// A stateless query, prepared: what its scans show now goes in, its rows come out. Rows that came too late are left
/// out, and so are those the engine refuses. Engine thread only.
class Fragment {
public:
    /// scans by their index in the plan; clocks by theirs (null where they are not of an input). text: of a fragment
    /// without lateness.
    Fragment(Engine& engine, const PlannedFragment& planned, const std::vector<StreamScan>& scans,
             const std::vector<std::unique_ptr<EventClock>>& clocks, RowObserver& observer,
             const FragmentText& text = {});

    [[nodiscard]] const std::vector<OutputColumn>& columns() const { return statement_.query->columns(); }
    [[nodiscard]] bool has_rows(bool removed = false) const;
    /// Without rows at hand nothing is executed.
    [[nodiscard]] ResultTable run(bool removed = false);

    /// Prepares run_with_origins. query: as the fragment's, with origin_column and row_position_column at the end.
    void prepare_origins(const ast::Query& query, const std::function<std::string(const std::string&)>& wrap);
    /// run, and where each row came from.
    [[nodiscard]] ResultTable run_with_origins(std::vector<InputRow>& origins);

    /// A row that the rules of its lateness found, where the operator decides about it.
    struct Suspect {
        std::size_t row = 0;  ///< Of what run returned.
        std::int64_t watermark = 0;
        InputRow origin;
    };
    /// Of the last run, by row.
    [[nodiscard]] const std::vector<Suspect>& suspects() const noexcept { return suspects_; }
    /// Tells the observer of rows that are left out.
    void report_late(std::vector<InputRow> origins);

private:
    struct LateRule {
        std::size_t value = 0;
        EventClock* clock = nullptr;
        std::int64_t scan = 0;
        std::unique_ptr<ClockExpression> bound;
    };

    struct Statement {
        std::unique_ptr<PreparedQuery> query;
        /// By scan whose slot other scans read, too: the query with those empty. Prepared when rows are tried in parts.
        std::map<std::size_t, std::string> texts_apart;
        std::map<std::size_t, std::unique_ptr<PreparedQuery>> queries_apart;
    };

    [[nodiscard]] Statement prepare(const ast::Query& query, bool numbered,
                                    const std::function<std::string(const std::string&)>& wrap = {}) const;
    /// apart: the scan that alone shows what its slot holds.
    [[nodiscard]] std::string text_over_scans(const ast::Query& query, bool numbered,
                                              std::optional<std::size_t> apart = std::nullopt) const;
    [[nodiscard]] bool shares_slot(std::size_t scan) const;
    [[nodiscard]] PreparedQuery& query_apart(Statement& statement, std::size_t scan);
    [[nodiscard]] bool may_have_late_rows() const;
    [[nodiscard]] ResultTable run_statement(Statement& statement, bool removed);
    void restore();
    ResultTable execute(Statement& statement, bool removed);
    ResultTable execute_apart(Statement& statement, bool removed);
    ResultTable execute_query(PreparedQuery& query);
    [[nodiscard]] std::vector<InputRow> take_origins(ResultTable& rows) const;
    void leave_out_late_rows(ResultTable& rows);
    void find_late_rows(const LateRule& rule, const ColumnVector& values, const std::vector<InputRow>& origins,
                        std::vector<std::uint8_t>& late);

    Engine& engine_;
    const std::vector<StreamScan>& all_scans_;
    std::vector<std::size_t> read_;  ///< Those it reads, streams alone.
    RowObserver& observer_;
    std::vector<LateRule> late_rules_;
    std::size_t late_values_ = 0;
    bool leaves_suspects_ = false;
    std::vector<Suspect> suspects_;
    Statement statement_;
    std::unique_ptr<DirectQuery> direct_;  ///< In the place of statement_; null where only that will do.
    Statement dating_;                     ///< statement_ with what late_rules_ ask for, and origins.
    Statement tracing_;                    ///< statement_ with origins.
};

}  // namespace laminar
