#include "runtime/storage/kept/message_window.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "connectors/rows/message.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

/// Deleting costs a scan: so many more than the bound may be in the table.
constexpr std::size_t slack = MessageWindow::latest / 10;

const std::vector<OutputColumn>& columns() {
    static const std::vector<OutputColumn> all{{"place", TypeId::bigint}, {"id", TypeId::varchar}};
    return all;
}

}  // namespace

MessageWindow::MessageWindow(Engine& engine, std::string owner, std::string part)
    : engine_(engine),
      owner_(std::move(owner)),
      part_(std::move(part)),
      slot_(engine.create_row_slot(fmt::format("ids:{}:{}", owner_, part_), columns())) {
    const std::string mine = fmt::format("owner = {} AND part = {}", quote_string(owner_), quote_string(part_));
    insert_ = engine_.prepare(fmt::format("INSERT INTO laminar_kept.message_ids SELECT {}, {}, place, id FROM {}",
                                          quote_string(owner_), quote_string(part_), slot_->from_sql()));
    const ResultTable there =
        engine_.query(fmt::format("SELECT place, id FROM laminar_kept.message_ids WHERE {} ORDER BY place", mine));
    for (std::size_t row = 0; row < there.rows; ++row) {
        last_place_ = there.values[0].values<std::int64_t>()[row];
        known_.insert(ids_.emplace_back(there.values[1].string_at(row)));
    }
}

MessageWindow::~MessageWindow() { slot_->set_rows(nullptr); }

std::vector<std::size_t> MessageWindow::known_rows(const RowFacts& facts) {
    new_ids_.clear();
    std::vector<std::size_t> known;
    std::unordered_map<std::string_view, std::uint64_t> at_hand;  // Several rows may be of one message.
    Message message;
    for (std::size_t row = 0; row < facts.size(); ++row) {
        const std::optional<std::string_view> id = facts.own_id(row);
        if (!id || id->empty()) continue;
        if (known_.contains(*id)) {
            known.push_back(row);
            continue;
        }
        facts.read(row, message);
        const auto [found, is_new] = at_hand.try_emplace(*id, message.sequence);
        if (is_new)
            new_ids_.emplace_back(*id);
        else if (found->second != message.sequence)
            known.push_back(row);
    }
    return known;
}

void MessageWindow::forget(const std::set<std::string>& ids) {
    std::erase_if(new_ids_, [&](const std::string& id) { return ids.contains(id); });
}

void MessageWindow::write() {
    if (new_ids_.empty()) return;
    ResultTable rows = empty_rows(columns());
    for (const std::string& id : new_ids_) {
        rows.values[0].append(last_place_ + 1 + static_cast<std::int64_t>(rows.rows++));
        rows.values[1].append_string(id);
    }
    const ShownRows shown(*slot_, rows);
    (void)insert_->execute();
    if (ids_.size() + new_ids_.size() <= latest + slack) return;
    const std::int64_t last = last_place_ + static_cast<std::int64_t>(new_ids_.size());
    engine_.execute(fmt::format("DELETE FROM laminar_kept.message_ids WHERE owner = {} AND part = {} AND place <= {}",
                                quote_string(owner_), quote_string(part_), last - static_cast<std::int64_t>(latest)));
}

void MessageWindow::on_commit() {
    const bool trims = ids_.size() + new_ids_.size() > latest + slack;
    last_place_ += static_cast<std::int64_t>(new_ids_.size());
    for (std::string& id : new_ids_) known_.insert(ids_.emplace_back(std::move(id)));
    new_ids_.clear();
    while (trims && ids_.size() > latest) {
        known_.erase(ids_.front());
        ids_.pop_front();
    }
}

}  // namespace laminar
