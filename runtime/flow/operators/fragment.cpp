#include "runtime/flow/operators/fragment.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/row_isolation.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

Fragment::Fragment(Engine& engine, const PlannedFragment& planned, const std::vector<StreamScan>& scans,
                   const std::vector<std::unique_ptr<EventClock>>& clocks, RowObserver& observer,
                   const FragmentText& text)
    : engine_(engine), all_scans_(scans), observer_(observer) {
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan& scan) {
        if (scans.at(scan.input).slot) read_.push_back(scan.input);
        return std::string();
    };
    (void)write_query(planned.query, options);
    std::sort(read_.begin(), read_.end());
    read_.erase(std::unique(read_.begin(), read_.end()), read_.end());
    statement_ = prepare(planned.query, false, text.change);
    if (read_.size() == 1 && text.keeps_rows) {
        const StreamScan& scan = scans[read_.front()];
        direct_ = DirectQuery::make(engine, planned.query, {scan.slot, scan.columns}, columns());
    }
    if (!planned.lateness) return;
    static std::atomic<std::uint64_t> count = 0;
    late_values_ = planned.lateness->values;
    leaves_suspects_ = planned.lateness->is_left_open;
    for (const PlannedLateness::Rule& planned_rule : planned.lateness->rules) {
        LateRule rule;
        rule.value = planned_rule.value;
        rule.clock = clocks.at(planned_rule.bound.clock).get();
        rule.scan = static_cast<std::int64_t>(planned_rule.scan);
        rule.bound = std::make_unique<ClockExpression>(engine, fmt::format("bounds of late rows {}", ++count),
                                                       planned_rule.bound.expression);
        late_rules_.push_back(std::move(rule));
    }
    dating_ = prepare(planned.lateness->query, true);
}

Fragment::Statement Fragment::prepare(const ast::Query& query, bool numbered,
                                      const std::function<std::string(const std::string&)>& wrap) const {
    const auto wrapped = [&](const std::string& sql) { return wrap ? wrap(sql) : sql; };
    Statement statement;
    statement.query = engine_.prepare(wrapped(text_over_scans(query, numbered)));
    for (const std::size_t scan : read_) {
        if (shares_slot(scan)) statement.texts_apart[scan] = wrapped(text_over_scans(query, numbered, scan));
    }
    return statement;
}

std::string Fragment::text_over_scans(const ast::Query& query, bool numbered, std::optional<std::size_t> apart) const {
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan& scan) {
        const StreamScan& read = all_scans_.at(scan.input);
        std::string sql = read.from_sql;
        if (numbered && read.slot)
            sql = fmt::format("(SELECT *, CAST({} AS BIGINT) AS \"{}\" FROM {})", scan.input, origin_column,
                              read.numbered_sql);
        const bool is_empty = apart && *apart != scan.input && read.slot == all_scans_[*apart].slot;
        return is_empty ? fmt::format("(SELECT * FROM {} WHERE false)", sql) : sql;
    };
    return write_query(query, options).text;
}

bool Fragment::shares_slot(std::size_t scan) const {
    return std::any_of(read_.begin(), read_.end(), [&](std::size_t other) {
        return other != scan && all_scans_[other].slot == all_scans_[scan].slot;
    });
}

PreparedQuery& Fragment::query_apart(Statement& statement, std::size_t scan) {
    const auto text = statement.texts_apart.find(scan);
    if (text == statement.texts_apart.end()) return *statement.query;
    std::unique_ptr<PreparedQuery>& query = statement.queries_apart[scan];
    if (!query) query = engine_.prepare(text->second);
    return *query;
}

void Fragment::prepare_origins(const ast::Query& query, const std::function<std::string(const std::string&)>& wrap) {
    if (!tracing_.query) tracing_ = prepare(query, true, wrap);
}

bool Fragment::has_rows(bool removed) const {
    return std::any_of(read_.begin(), read_.end(),
                       [&](std::size_t scan) { return all_scans_[scan].rows(removed) > 0; });
}

bool Fragment::may_have_late_rows() const {
    return std::any_of(late_rules_.begin(), late_rules_.end(),
                       [](const LateRule& rule) { return rule.clock->has_suspects(); });
}

ResultTable Fragment::run(bool removed) {
    suspects_.clear();
    // Positions and bounds are asked for only where some row may be late.
    if (removed || !may_have_late_rows()) return run_statement(statement_, removed);
    ResultTable rows = run_statement(dating_, removed);
    leave_out_late_rows(rows);
    return rows;
}

ResultTable Fragment::run_with_origins(std::vector<InputRow>& origins) {
    ResultTable rows = run_statement(tracing_, false);
    origins = take_origins(rows);
    return rows;
}

ResultTable Fragment::run_statement(Statement& statement, bool removed) {
    ResultTable rows = empty_rows(statement.query->columns());
    if (!has_rows(removed)) return rows;
    for (const std::size_t index : read_) {
        const StreamScan& scan = all_scans_[index];
        if (scan.show)
            scan.show(removed);
        else if (removed)
            scan.slot->set_window(0, 0);
    }
    try {
        rows = execute(statement, removed);
    } catch (...) {
        restore();
        throw;
    }
    restore();
    return rows;
}

void Fragment::restore() {
    for (const std::size_t index : read_) {
        const StreamScan& scan = all_scans_[index];
        if (scan.show)
            scan.show(false);
        else
            scan.slot->show_all();
    }
}

std::vector<InputRow> Fragment::take_origins(ResultTable& rows) const {
    const std::size_t first = rows.values.size() - 2;
    const ColumnVector& scans = rows.values[first];
    const ColumnVector& positions = rows.values[first + 1];
    std::vector<InputRow> origins(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (!scans.is_valid(row)) continue;
        origins[row].scan = scans.values<std::int64_t>()[row];
        origins[row].position = static_cast<std::size_t>(positions.values<std::int64_t>()[row]);
    }
    rows.values.erase(rows.values.begin() + static_cast<std::ptrdiff_t>(first), rows.values.end());
    rows.columns.resize(first);
    return origins;
}

void Fragment::leave_out_late_rows(ResultTable& rows) {
    const std::vector<InputRow> origins = take_origins(rows);
    const std::size_t first_value = rows.values.size() - late_values_;
    std::vector<std::uint8_t> late(rows.rows);
    for (const LateRule& rule : late_rules_) {
        if (rule.clock->has_suspects()) find_late_rows(rule, rows.values[first_value + rule.value], origins, late);
    }
    rows.values.erase(rows.values.begin() + static_cast<std::ptrdiff_t>(first_value), rows.values.end());
    rows.columns.resize(first_value);

    std::vector<std::size_t> kept;
    std::map<std::pair<std::int64_t, std::size_t>, bool> is_late;  // By origin: no row that was made of it is kept.
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (late[row] == 0) kept.push_back(row);
        if (origins[row].scan >= 0) {
            const auto [found, is_new] = is_late.try_emplace({origins[row].scan, origins[row].position}, true);
            found->second = found->second && late[row] != 0;
        }
    }
    if (kept.size() == rows.rows) return;
    std::vector<InputRow> left_out;
    for (const auto& [origin, without_rest] : is_late) {
        if (without_rest) left_out.push_back({origin.first, origin.second});
    }
    report_late(std::move(left_out));
    keep_rows(rows, kept);
    std::size_t next = 0;
    for (Suspect& suspect : suspects_) {
        while (kept[next] != suspect.row) ++next;
        suspect.row = next;
    }
}

/// Marks rows that the rule finds late, or keeps them as suspects.
void Fragment::find_late_rows(const LateRule& rule, const ColumnVector& values, const std::vector<InputRow>& origins,
                              std::vector<std::uint8_t>& late) {
    std::vector<std::size_t> asked;
    std::vector<std::int64_t> watermarks;
    for (std::size_t row = 0; row < origins.size(); ++row) {
        if (origins[row].scan != rule.scan) continue;
        const RowMark mark = rule.clock->mark(origins[row].position);
        if (mark.kind == RowMark::Kind::none) continue;
        if (!values.is_valid(row) || !is_stream_time(values.values<std::int64_t>()[row])) {
            late[row] = 1;
        } else if (mark.kind == RowMark::Kind::known) {
            asked.push_back(row);
            watermarks.push_back(mark.watermark);
        }
    }
    if (asked.empty()) return;
    const std::vector<std::optional<std::int64_t>> bounds = rule.bound->at(watermarks);
    for (std::size_t index = 0; index < asked.size(); ++index) {
        const std::size_t row = asked[index];
        if (!bounds[index] || values.values<std::int64_t>()[row] >= *bounds[index]) continue;
        if (leaves_suspects_)
            suspects_.push_back({row, *bounds[index], origins[row]});
        else
            late[row] = 1;
    }
}

void Fragment::report_late(std::vector<InputRow> origins) {
    for (std::size_t scan = 0; scan < all_scans_.size(); ++scan) {
        std::vector<std::size_t> positions;
        for (const InputRow& origin : origins) {
            if (origin.scan == static_cast<std::int64_t>(scan)) positions.push_back(origin.position);
        }
        if (positions.empty()) continue;
        std::sort(positions.begin(), positions.end());
        observer_.late(*all_scans_[scan].slot, positions);
    }
}

ResultTable Fragment::execute(Statement& statement, bool removed) {
    if (direct_ && &statement == &statement_) {
        ResultTable rows = empty_rows(columns());
        if (direct_->run(rows)) return rows;
    }
    try {
        return execute_query(*statement.query);
    } catch (const EngineException& problem) {
        if (!is_about_values(problem.error())) throw;
    }
    return execute_apart(statement, removed);
}

ResultTable Fragment::execute_query(PreparedQuery& query) {
    AcknowledgementScope acknowledgements(engine_);
    ResultTable rows = query.execute();
    acknowledgements.keep();
    return rows;
}

ResultTable Fragment::execute_apart(Statement& statement, bool removed) {
    // Every row stands for itself: look for the bad ones in each scan, with the other scans empty. Those of one stream
    // that is read several times have one slot, so that their emptiness is written into the statement.
    ResultTable rows = empty_rows(statement.query->columns());
    for (const std::size_t index : read_) all_scans_[index].slot->set_window(0, 0);
    for (const std::size_t index : read_) {
        const StreamScan& scan = all_scans_[index];
        const auto refused = process_in_parts(
            scan.rows(removed),
            [&](std::size_t first, std::size_t count) {
                scan.slot->set_window(first, count);
                append_rows(rows, execute_query(query_apart(statement, index)));
            },
            observer_.retries(scan.slot));
        // A row that is taken back was told of when it came.
        for (const RefusedRow& row : refused) {
            if (!removed) observer_.refused_row(*scan.slot, row);
        }
        scan.slot->set_window(0, 0);
    }
    return rows;
}

}  // namespace laminar
