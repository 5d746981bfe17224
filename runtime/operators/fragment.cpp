#include "runtime/operators/fragment.h"

#include <algorithm>
#include <map>

#include "parser/sql_writer.h"
#include "runtime/operators/result_rows.h"
#include "runtime/row_isolation.h"

namespace laminar {

Fragment::Fragment(Engine& engine, const PlannedFragment& planned, const std::vector<StreamScan>& scans,
                   const std::vector<std::unique_ptr<EventClock>>& clocks, RowObserver& observer,
                   const std::function<std::string(const std::string&)>& wrap)
    : engine_(engine), observer_(observer) {
    std::vector<std::size_t> read;
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan& scan) {
        read.push_back(scan.input);
        return scans.at(scan.input).from_sql;
    };
    std::string sql = write_query(planned.query, options).text;
    if (wrap) sql = wrap(sql);
    std::sort(read.begin(), read.end());
    read.erase(std::unique(read.begin(), read.end()), read.end());
    for (const std::size_t scan : read) {
        if (scans[scan].slot) scans_.push_back(scans[scan]);
    }
    statement_ = engine.prepare(sql);
    for (const ClockValue& rule : planned.late_rules) {
        EventClock* clock = clocks.at(rule.clock).get();
        if (clock) late_rules_.push_back({clock, engine.prepare(clock->late_rows_sql(rule.expression))});
    }
}

bool Fragment::has_rows(bool removed) const {
    return std::any_of(scans_.begin(), scans_.end(), [&](const StreamScan& scan) { return scan.rows(removed) > 0; });
}

ResultTable Fragment::run(bool removed) {
    ResultTable rows = empty_rows(statement_->columns());
    if (!has_rows(removed)) return rows;
    for (const StreamScan& scan : scans_) {
        if (scan.show)
            scan.show(removed);
        else if (removed)
            scan.slot->set_window(0, 0);
    }
    try {
        if (!removed) leave_out_late_rows();
        rows = execute(removed);
    } catch (...) {
        restore();
        throw;
    }
    restore();
    return rows;
}

void Fragment::restore() {
    for (auto& [slot, skipped] : skipped_before_) slot->set_skipped(std::move(skipped));
    skipped_before_.clear();
    for (const StreamScan& scan : scans_) {
        if (scan.show)
            scan.show(false);
        else
            scan.slot->show_all();
    }
}

void Fragment::leave_out_late_rows() {
    // All rules are asked before a row is hidden: they count the rows that are shown.
    std::map<BatchSlot*, std::vector<std::size_t>> late_rows;
    for (const LateRule& rule : late_rules_) {
        if (!rule.clock->has_suspects()) continue;
        const ResultTable late = rule.test->execute();
        const auto* numbers = late.values[0].values<std::int64_t>();
        for (std::size_t index = 0; index < late.rows; ++index)
            late_rows[&rule.clock->slot()].push_back(static_cast<std::size_t>(numbers[index]));
    }
    for (auto& [slot, rows] : late_rows) {
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        const std::vector<std::size_t> before = slot->skipped();
        std::vector<std::size_t> skipped = before;
        for (std::size_t row : rows) {
            for (const std::size_t hidden : before) {
                if (hidden <= row) ++row;
            }
            skipped.push_back(row);
        }
        observer_.late(*slot, rows);
        std::sort(skipped.begin(), skipped.end());
        skipped_before_.emplace_back(slot, before);
        slot->set_skipped(std::move(skipped));
    }
}

ResultTable Fragment::execute(bool removed) {
    try {
        return execute_statement();
    } catch (const EngineException& problem) {
        if (!is_about_values(problem.error())) throw;
    }
    return execute_apart(removed);
}

ResultTable Fragment::execute_statement() {
    AcknowledgementScope acknowledgements(engine_);
    ResultTable rows = statement_->execute();
    acknowledgements.keep();
    return rows;
}

ResultTable Fragment::execute_apart(bool removed) {
    // Every row stands for itself: look for the bad ones in each scan, with the other scans empty.
    ResultTable rows = empty_rows(statement_->columns());
    for (const StreamScan& scan : scans_) scan.slot->set_window(0, 0);
    for (const StreamScan& scan : scans_) {
        const auto refused = process_in_parts(
            scan.rows(removed),
            [&](std::size_t first, std::size_t count) {
                scan.slot->set_window(first, count);
                append_rows(rows, execute_statement());
            },
            observer_.retries(scan.slot));
        for (const RefusedRow& row : refused) observer_.refused_row(*scan.slot, row);
        scan.slot->set_window(0, 0);
    }
    return rows;
}

}  // namespace laminar
