#include "runtime/flow/direct/direct_groups.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "connectors/codec/values/scalar_text.h"
#include "runtime/flow/direct/direct_columns.h"
#include "runtime/flow/direct/direct_rows.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/operator_rows.h"

namespace laminar {

namespace {

constexpr std::uint32_t not_changed = std::numeric_limits<std::uint32_t>::max();
/// What a group takes beside its values: its place among the groups, as of libstdc++.
constexpr std::size_t bytes_of_entry = 64;

/// However many of them are added up, the sum fits into 128 bits.
bool adds_up_without_overflow(const ColumnType& type) {
    return type.id == TypeId::decimal ? physical_type(type) != PhysicalType::int128 : is_integer(type.id);
}

bool is_sum_of(const ColumnType& sum, const ColumnType& type) {
    if (type.id == TypeId::float32 || type.id == TypeId::float64) return sum.id == TypeId::float64;
    if (!adds_up_without_overflow(type)) return false;
    if (type.id != TypeId::decimal) return sum.id == TypeId::hugeint;
    return sum.id == TypeId::decimal && sum.scale == type.scale && physical_type(sum) == PhysicalType::int128;
}

}  // namespace

std::optional<DirectGroups::Fold> DirectGroups::fold_of(const AggregatePart& part, CellKind argument,
                                                        const ColumnType& type, const ColumnType& part_type) {
    const bool is_count = part.function == "count" || part.function == "count_star";
    if (is_count && part_type.id != TypeId::bigint) return std::nullopt;
    if (is_count) return part.argument ? Fold::count : Fold::count_rows;
    if (argument == CellKind::none || !part.argument) return std::nullopt;
    if (part.function == "sum") return is_sum_of(part_type, type) ? std::optional(Fold::sum) : std::nullopt;
    if (!(type == part_type)) return std::nullopt;
    static const std::unordered_map<std::string, Fold> same_type{{"", Fold::key},      {"min", Fold::min},
                                                                 {"max", Fold::max},   {"first", Fold::first},
                                                                 {"last", Fold::last}, {"any_value", Fold::any_value}};
    const auto found = same_type.find(part.function);
    return found == same_type.end() ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<DirectGroups> DirectGroups::make(Engine& engine, const AggregateParts& parts,
                                                 const std::vector<OutputColumn>& columns) {
    if (parts.columns.size() != columns.size()) return nullptr;
    std::unique_ptr<DirectGroups> groups(new DirectGroups());
    groups->columns_ = columns;
    const std::vector<ShownColumn> shown = shown_as_held(parts.rows);
    DirectColumns known(engine, parts.rows, shown, operator_rows_alias);
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const AggregatePart& described = parts.columns[index];
        if (!described.is_plain) return nullptr;
        Part part;
        ColumnType type;
        if (described.argument) {
            const auto column = known.find(*described.argument);
            if (!column || !known.conversions().empty()) return nullptr;
            type = known.type(*column);
            part.kind = cell_kind(type);
            part.argument = known.positions()[*column];
        }
        const auto fold = fold_of(described, part.kind, type, columns[index].type);
        if (!fold) return nullptr;
        part.fold = *fold;
        if (part.fold == Fold::count || part.fold == Fold::count_rows) part.kind = CellKind::whole;
        if (part.kind == CellKind::text) part.text = groups->texts_++;
        groups->folds_.push_back(part);
    }
    return groups;
}

void DirectGroups::take(const ColumnRows& rows) {
    forget_uncommitted();
    changed_at_.resize(committed_, not_changed);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        key_.clear();
        for (const Part& part : folds_) {
            if (part.fold == Fold::key) append_to_key(key_, rows.values[part.argument], part.kind, row);
        }
        const std::size_t before = parts_.groups;
        const Place place = place_of(key_);
        if (parts_.groups > before)
            begin(place, rows, row);
        else
            fold(place, rows, row);
    }
}

void DirectGroups::put(const ResultTable& groups) {
    forget_uncommitted();
    changed_at_.resize(committed_, not_changed);
    for (std::size_t row = 0; row < groups.rows; ++row) {
        key_.clear();
        for (std::size_t index = 0; index < folds_.size(); ++index) {
            if (folds_[index].fold == Fold::key) append_to_key(key_, groups.values[index], folds_[index].kind, row);
        }
        const Place place = place_of(key_);
        for (std::size_t index = 0; index < folds_.size(); ++index) {
            const Part& part = folds_[index];
            const DirectCell cell = cell_at(groups.values[index], part.kind, row);
            place.values->cells[place.group * folds_.size() + index] = cell;
            if (part.kind == CellKind::text && !cell.is_null)
                place.values->texts[place.group * texts_ + part.text] = groups.values[index].string_at(row);
        }
    }
    commit();
}

void DirectGroups::add_group(Values& values) const {
    ++values.groups;
    values.cells.resize(values.groups * folds_.size());
    values.texts.resize(values.groups * texts_);
}

/// Where a group of these rows is changed: a new one where it is, one that was there in a copy.
DirectGroups::Place DirectGroups::place_of(const std::string& key) {
    const auto [found, is_new] = groups_.try_emplace(key, static_cast<std::uint32_t>(parts_.groups));
    const std::uint32_t group = found->second;
    if (is_new) {
        key_bytes_ += key.size();
        touched_.push_back(group);
        add_group(parts_);
    }
    if (group >= committed_) return {&parts_, group};
    if (changed_at_[group] == not_changed) {
        changed_at_[group] = static_cast<std::uint32_t>(changed_.groups);
        touched_.push_back(group);
        add_group(changed_);
        const auto width = static_cast<std::ptrdiff_t>(folds_.size());
        const auto texts = static_cast<std::ptrdiff_t>(texts_);
        std::copy_n(parts_.cells.begin() + group * width, width, changed_.cells.end() - width);
        std::copy_n(parts_.texts.begin() + group * texts, texts, changed_.texts.end() - texts);
    }
    return {&changed_, changed_at_[group]};
}

void DirectGroups::set(Place place, std::size_t part, const DirectCell& cell, const ColumnRows& rows, std::size_t row) {
    place.values->cells[place.group * folds_.size() + part] = cell;
    if (folds_[part].kind != CellKind::text || cell.is_null) return;
    place.values->texts[place.group * texts_ + folds_[part].text] = rows.values[folds_[part].argument].string_at(row);
}

/// The first row of a group.
void DirectGroups::begin(Place place, const ColumnRows& rows, std::size_t row) {
    for (std::size_t index = 0; index < folds_.size(); ++index) {
        const Part& part = folds_[index];
        DirectCell cell;
        if (part.fold == Fold::count_rows || part.fold == Fold::count) {
            cell.is_null = false;
            cell.whole = part.fold == Fold::count_rows || rows.values[part.argument].is_valid(row) ? 1 : 0;
        } else {
            cell = cell_at(rows.values[part.argument], part.kind, row);
            // As the engine begins with 0, to which -0.0 adds nothing.
            if (part.fold == Fold::sum && part.kind == CellKind::real && !cell.is_null) cell.real += 0.0;
        }
        set(place, index, cell, rows, row);
    }
}

void DirectGroups::fold(Place place, const ColumnRows& rows, std::size_t row) {
    for (std::size_t index = 0; index < folds_.size(); ++index) {
        const Part& part = folds_[index];
        DirectCell& kept = place.values->cells[place.group * folds_.size() + index];
        if (part.fold == Fold::key || part.fold == Fold::first) continue;
        if (part.fold == Fold::count_rows) {
            ++kept.whole;
            continue;
        }
        const ColumnVector& column = rows.values[part.argument];
        if (part.fold == Fold::count) {
            if (column.is_valid(row)) ++kept.whole;
            continue;
        }
        const DirectCell cell = cell_at(column, part.kind, row);
        if (part.fold == Fold::last) {
            set(place, index, cell, rows, row);
            continue;
        }
        if (cell.is_null) continue;
        if (part.fold == Fold::sum) {
            const bool was_null = std::exchange(kept.is_null, false);
            if (part.kind == CellKind::real)
                kept.real = (was_null ? 0.0 : kept.real) + cell.real;
            else
                kept.whole = (was_null ? 0 : kept.whole) + cell.whole;
            continue;
        }
        bool replaces = kept.is_null;
        if (!replaces && part.fold != Fold::any_value) {
            int order = 0;
            if (part.kind == CellKind::whole)
                order = cell.whole < kept.whole ? -1 : static_cast<int>(kept.whole < cell.whole);
            else if (part.kind == CellKind::real)
                order = order_of_reals(cell.real, kept.real);
            else
                order = column.string_at(row).compare(place.values->texts[place.group * texts_ + part.text]);
            replaces = part.fold == Fold::min ? order < 0 : order > 0;
        }
        if (replaces) set(place, index, cell, rows, row);
    }
}

void DirectGroups::append_group(ResultTable& rows, std::uint32_t group, bool as_it_was) const {
    const bool is_changed = !as_it_was && group < changed_at_.size() && changed_at_[group] != not_changed;
    const Values& values = is_changed ? changed_ : parts_;
    const std::size_t place = is_changed ? changed_at_[group] : group;
    for (std::size_t index = 0; index < folds_.size(); ++index) {
        const Part& part = folds_[index];
        const std::string_view text =
            part.kind == CellKind::text ? std::string_view(values.texts[place * texts_ + part.text]) : "";
        append_cell(rows.values[index], part.kind, values.cells[place * folds_.size() + index], text);
    }
    ++rows.rows;
}

ResultTable DirectGroups::before() const {
    ResultTable rows = empty_rows(columns_);
    for (const std::uint32_t group : touched_) {
        if (group < committed_) append_group(rows, group, true);
    }
    return rows;
}

ResultTable DirectGroups::after() const {
    ResultTable rows = empty_rows(columns_);
    for (const std::uint32_t group : touched_) append_group(rows, group, false);
    return rows;
}

ResultTable DirectGroups::all() const {
    ResultTable rows = empty_rows(columns_);
    for (std::uint32_t group = 0; group < parts_.groups; ++group) append_group(rows, group, false);
    return rows;
}

ResultTable DirectGroups::take_out() {
    all_leave_ = true;
    return all();
}

bool DirectGroups::is_leaving(std::uint32_t group) const {
    if (!leaving_by_) return false;
    const DirectCell& key = parts_.cells[group * folds_.size() + *leaving_by_];
    return key.is_null || key.whole < leaving_before_;
}

ResultTable DirectGroups::take_out_before(const std::string& column, std::int64_t bound) {
    leaving_by_ = place_of_column(column);
    leaving_before_ = bound;
    ResultTable rows = empty_rows(columns_);
    for (std::uint32_t group = 0; group < parts_.groups; ++group) {
        if (is_leaving(group)) append_group(rows, group, false);
    }
    return rows;
}

std::size_t DirectGroups::place_of_column(const std::string& name) const {
    const auto found =
        std::find_if(columns_.begin(), columns_.end(), [&](const OutputColumn& each) { return each.name == name; });
    return static_cast<std::size_t>(found - columns_.begin());
}

std::optional<std::int64_t> DirectGroups::least(const std::string& column) const {
    const std::size_t place = place_of_column(column);
    std::optional<std::int64_t> least;
    for (std::size_t group = 0; group < parts_.groups; ++group) {
        const DirectCell& cell = parts_.cells[group * folds_.size() + place];
        if (!cell.is_null && (!least || cell.whole < *least)) least = static_cast<std::int64_t>(cell.whole);
    }
    return least;
}

void DirectGroups::forget_uncommitted() {
    leaving_by_.reset();
    all_leave_ = false;
    if (touched_.empty()) return;
    if (parts_.groups > committed_) {
        std::erase_if(groups_, [this](const auto& group) {
            if (group.second < committed_) return false;
            key_bytes_ -= group.first.size();
            return true;
        });
        parts_.groups = committed_;
        parts_.cells.resize(committed_ * folds_.size());
        parts_.texts.resize(committed_ * texts_);
    }
    for (const std::uint32_t group : touched_) {
        if (group < committed_) changed_at_[group] = not_changed;
    }
    touched_.clear();
    changed_ = {};
}

void DirectGroups::commit() {
    const std::size_t width = folds_.size();
    const auto text_bytes = [this](const Values& values, std::size_t group) {
        std::size_t bytes = 0;
        for (std::size_t text = 0; text < texts_; ++text) bytes += values.texts[group * texts_ + text].size();
        return bytes;
    };
    for (const std::uint32_t group : touched_) {
        if (group < committed_) {
            text_bytes_ -= text_bytes(parts_, group);
            const std::size_t place = std::exchange(changed_at_[group], not_changed);
            std::copy_n(changed_.cells.begin() + static_cast<std::ptrdiff_t>(place * width), width,
                        parts_.cells.begin() + static_cast<std::ptrdiff_t>(group * width));
            for (std::size_t text = 0; text < texts_; ++text)
                parts_.texts[group * texts_ + text] = std::move(changed_.texts[place * texts_ + text]);
        }
        text_bytes_ += text_bytes(parts_, group);
    }
    touched_.clear();
    changed_.groups = 0;
    changed_.cells.clear();
    changed_.texts.clear();
    committed_ = parts_.groups;
    if (all_leave_ || leaving_by_) remove_groups();
}

void DirectGroups::remove_groups() {
    std::vector<std::uint32_t> moved(parts_.groups, not_changed);
    Values left;
    if (!std::exchange(all_leave_, false)) {
        const std::size_t width = folds_.size();
        for (std::uint32_t group = 0; group < parts_.groups; ++group) {
            if (is_leaving(group)) continue;
            moved[group] = static_cast<std::uint32_t>(left.groups++);
            for (std::size_t part = 0; part < width; ++part) left.cells.push_back(parts_.cells[group * width + part]);
            for (std::size_t text = 0; text < texts_; ++text)
                left.texts.push_back(std::move(parts_.texts[group * texts_ + text]));
        }
    }
    leaving_by_.reset();
    key_bytes_ = text_bytes_ = 0;
    for (auto group = groups_.begin(); group != groups_.end();) {
        group->second = moved[group->second];
        if (group->second != not_changed) key_bytes_ += group->first.size();
        group = group->second == not_changed ? groups_.erase(group) : std::next(group);
    }
    for (const std::string& text : left.texts) text_bytes_ += text.size();
    parts_ = std::move(left);
    committed_ = parts_.groups;
    changed_at_.assign(committed_, not_changed);
}

std::size_t DirectGroups::bytes() const noexcept {
    return parts_.cells.size() * sizeof(DirectCell) + parts_.texts.size() * sizeof(std::string) + text_bytes_ +
           key_bytes_ + parts_.groups * bytes_of_entry;
}

}  // namespace laminar
