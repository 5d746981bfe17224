#include "cli/infer/columns/row_place.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t deepest_list = 3;

struct FoundList {
    MessagePath path;  ///< Of the list.
    const ValueShape* list = nullptr;
};

/// Lists of structures: of objects, or of arrays of several values each.
bool holds_rows(const ValueShape& shape) {
    if (shape.arrays() == 0 || shape.objects() > 0 || shape.scalars().count() > 0 || !shape.elements()) return false;
    const ValueShape& element = *shape.elements();
    if (element.nulls() > 0) return false;
    return element.is_object() || (element.is_array() && element.shortest() > 1);
}

bool names_rows(std::string_view name) {
    constexpr std::array<std::string_view, 16> names{"data",    "events",  "trades",  "updates", "items", "rows",
                                                     "records", "results", "result",  "entries", "list",  "messages",
                                                     "tickers", "candles", "changes", "values"};
    const std::string folded = fold_case(name);
    return std::find(names.begin(), names.end(), folded) != names.end();
}

/// In all values that have the parent.
void find_lists(const ValueShape& shape, const MessagePath& path, std::vector<FoundList>& found) {
    if (!shape.is_object() || shape.is_map() || path.size() >= deepest_list) return;
    for (const auto& [name, member] : shape.members()) {
        const MessagePath place = extended(path, member_step(name));
        if (!path_text(place) || member->seen() < shape.objects()) continue;
        if (holds_rows(*member)) found.push_back({place, member.get()});
        if (member->nulls() == 0) find_lists(*member, place, found);
    }
}

/// A few words, such as "snapshot" and "update": rows are worth more.
bool says_little(const ValueShape& shape) {
    const std::vector<std::string>& values = shape.scalars().distinct;
    return shape.is_scalar() && !shape.scalars().has_more && values.size() <= 3 &&
           std::all_of(values.begin(), values.end(), [](const std::string& value) {
               return value.size() > 3 && std::all_of(value.begin() + 1, value.end() - 1,
                                                      [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
           });
}

/// The rows within rows, if there is little beside them.
void go_deeper(RowPlace& place) {
    std::vector<FoundList> inner;
    find_lists(*place.row, {}, inner);
    if (inner.size() != 1 || inner.front().path.size() != 1) return;
    std::vector<MessagePath> beside;
    for (const auto& [name, member] : place.row->members()) {
        if (member.get() == inner.front().list) continue;
        if (!says_little(*member)) return;
        beside.push_back(extended(*place.rows, member_step(name)));
    }
    if (beside.size() > 1) return;
    place.left_out = std::move(beside);
    place.rows->push_back(inner.front().path.front());
    place.rows->push_back(each_step());
    place.row = inner.front().list->elements();
}

RowPlace rows_in_object(const ValueShape& root) {
    std::vector<FoundList> lists;
    find_lists(root, {}, lists);
    if (lists.size() != 1) return {std::nullopt, &root, {}};
    const FoundList& found = lists.front();
    const std::size_t inside = found.list->leaves();
    const std::size_t outside = root.leaves() - std::min(root.leaves(), inside);
    if (!names_rows(found.path.back().name) && 2 * inside < outside) return {std::nullopt, &root, {}};
    RowPlace place{extended(found.path, each_step()), found.list->elements(), {}};
    if (place.row->is_object()) go_deeper(place);
    return place;
}

/// An array whose positions mean something is one row, or what stands at the one position that is no scalar.
RowPlace rows_in_array(const ValueShape& root) {
    const bool is_list = root.longest() > root.positions().size() || holds_rows(root);
    if (is_list && holds_rows(root)) return {MessagePath{each_step()}, root.elements(), {}};
    std::vector<std::size_t> containers;
    bool is_clear = !is_list;
    for (std::size_t index = 0; index < root.positions().size(); ++index) {
        const ValueShape& position = *root.positions()[index];
        if (position.objects() + position.arrays() > 0) containers.push_back(index);
        is_clear = is_clear && (position.seen() == root.arrays() || position.is_scalar());
    }
    const RowPlace whole{MessagePath{}, &root, {}};
    if (containers.size() != 1 || !is_clear) return whole;
    const ValueShape& only = *root.positions()[containers.front()];
    const MessagePath path{element_step(containers.front())};
    if (only.seen() < root.arrays()) return whole;
    if (holds_rows(only)) return {extended(path, each_step()), only.elements(), {}};
    if (only.nulls() > 0) return whole;
    if (only.is_object() || (only.is_array() && only.shortest() > 1 && only.longest() <= only.positions().size()))
        return {path, &only, {}};
    return whole;
}

}  // namespace

RowPlace find_row_place(const ValueShape& root, bool is_message) {
    if (!is_message) return {std::nullopt, &root, {}};
    return root.arrays() > 0 ? rows_in_array(root) : rows_in_object(root);
}

}  // namespace laminar
