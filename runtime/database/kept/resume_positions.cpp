#include "runtime/database/kept/resume_positions.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

const std::vector<OutputColumn>& columns() {
    static const std::vector<OutputColumn> all{
        {"connection", TypeId::varchar}, {"path", TypeId::varchar}, {"position", TypeId::varchar}};
    return all;
}

void add(ResultTable& rows, std::string_view connection, const ResumePositions::Kept& kept) {
    rows.values[0].append_string(connection);
    rows.values[1].append_string(kept.path);
    rows.values[2].append_string(kept.position);
    ++rows.rows;
}

/// What was on its way then is in the batches at hand, or was before. Nobody else takes.
bool is_taken_in(const FeedMoment& moment) {
    return std::all_of(moment.given.begin(), moment.given.end(), [](const auto& each) {
        const auto& [channel, given] = each;
        return channel->accepted_messages() - channel->pending_messages() >= given;
    });
}

}  // namespace

ResumePositions::ResumePositions(Engine& engine, std::function<Moments()> present)
    : engine_(engine), present_(std::move(present)) {
    engine_.execute(
        "CREATE TABLE IF NOT EXISTS laminar_kept.positions (connection VARCHAR, path VARCHAR, position VARCHAR)");
    const ResultTable rows = engine_.query("SELECT connection, path, position FROM laminar_kept.positions");
    for (std::size_t row = 0; row < rows.rows; ++row)
        kept_[std::string(rows.values[0].string_at(row))] = {std::string(rows.values[1].string_at(row)),
                                                             std::string(rows.values[2].string_at(row))};
    slot_ = engine_.create_row_slot("kept positions", columns());
    insert_ = engine_.prepare("INSERT INTO laminar_kept.positions SELECT * FROM " + slot_->from_sql());
    delete_ = engine_.prepare(fmt::format(
        "DELETE FROM laminar_kept.positions WHERE connection IN (SELECT connection FROM {})", slot_->from_sql()));
}

ResumePositions::~ResumePositions() = default;

const ResumePositions::Kept* ResumePositions::find(std::string_view connection) const {
    const auto found = kept_.find(fold_case(connection));
    return found == kept_.end() ? nullptr : &found->second;
}

void ResumePositions::forget(std::string_view connection) {
    const std::string name = fold_case(connection);
    moments_.erase(name);
    changed_.erase(name);
    if (kept_.erase(name) == 0) return;
    ResultTable rows = empty_rows(columns());
    add(rows, name, {});
    const ShownRows shown(*slot_, rows);
    (void)delete_->execute();
}

/// A moment that has passed counts; until then a newer one would never.
void ResumePositions::before_intake() {
    for (auto& [name, moment] : present_()) moments_.try_emplace(name, std::move(moment));
}

void ResumePositions::look() {
    for (auto moment = moments_.begin(); moment != moments_.end();) {
        if (!is_taken_in(moment->second)) {
            ++moment;
            continue;
        }
        Kept now{moment->second.path, moment->second.position};
        const Kept* kept = find(moment->first);
        if (!kept || *kept != now) changed_[moment->first] = std::move(now);
        moment = moments_.erase(moment);
    }
}

void ResumePositions::apply() {
    ResultTable rows = empty_rows(columns());
    for (const auto& [name, kept] : changed_) add(rows, name, kept);
    const ShownRows shown(*slot_, rows);
    (void)delete_->execute();
    (void)insert_->execute();
}

void ResumePositions::on_commit() {
    for (auto& [name, kept] : changed_) kept_[name] = std::move(kept);
    changed_.clear();
}

void ResumePositions::leave_out(const std::string& reason) {
    is_broken_ = true;
    spdlog::error("positions in feeds are not kept any more: {}", reason);
}

}  // namespace laminar
