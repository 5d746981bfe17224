#include "connectors/codec/rows/nested_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

std::optional<std::size_t> find_field(const std::vector<ColumnType::Field>& fields, std::string_view key, bool& exact) {
    std::optional<std::size_t> folded;
    for (std::size_t index = 0; index < fields.size(); ++index) {
        if (fields[index].name == key) {
            exact = true;
            return index;
        }
        if (!folded && equals_ignoring_case(fields[index].name, key)) folded = index;
    }
    exact = false;
    return folded;
}

}  // namespace

bool NestedJsonAppender::append(ColumnVector& column, std::string_view value, bool coerce) {
    if (value == "null") {
        column.append_null();
        return true;
    }
    const bool is_object = value.front() == '{';
    const bool is_array = value.front() == '[';
    switch (column.type().id) {
        case TypeId::structure:
            return is_object ? append_structure(column, value, coerce) : refuse(column, value);
        case TypeId::list:
        case TypeId::array:
            return is_array ? append_elements(column, value, coerce) : refuse(column, value);
        case TypeId::map:
            if (is_array) return append_elements(column, value, coerce);
            return is_object ? append_map(column, value, coerce) : refuse(column, value);
        case TypeId::json:
            column.append_string(value);
            return true;
        default:
            break;
    }
    if (!is_object && !is_array) return append_scalar(column, value, coerce);
    if (!coerce || !takes_raw_json(column.type().id)) return refuse(column, value);
    column.append_string(value);
    return true;
}

bool NestedJsonAppender::append_structure(ColumnVector& column, std::string_view object, bool coerce) {
    const std::vector<ColumnType::Field>& fields = column.type().fields;
    const std::size_t base = field_values_.size();
    field_values_.resize(base + fields.size());
    std::vector<bool> exact_fields(fields.size());
    JsonMembers members(object);
    while (const std::optional<JsonMembers::Member> member = members.next()) {
        bool exact = false;
        const auto index = find_field(fields, json_string_content(member->quoted_key, text_), exact);
        if (!index || (exact_fields[*index] && !exact)) continue;
        exact_fields[*index] = exact;
        field_values_[base + *index] = member->value;
    }
    for (std::size_t index = 0; index < fields.size(); ++index) {
        const std::string_view value = field_values_[base + index];
        if (value.empty()) {
            column.child(index).append_null();
        } else if (!append(column.child(index), value, coerce)) {
            problem_.path.insert(0, "." + fields[index].name);
            field_values_.resize(base);
            return false;
        }
    }
    field_values_.resize(base);
    column.append_structure();
    return true;
}

bool NestedJsonAppender::append_elements(ColumnVector& column, std::string_view array, bool coerce) {
    ColumnVector& elements = column.child(0);
    const std::size_t first = elements.size();
    JsonElements values(array);
    while (const std::optional<std::string_view> value = values.next()) {
        if (append(elements, *value, coerce)) continue;
        problem_.path.insert(0, fmt::format("[{}]", elements.size() - first));
        return false;
    }
    const std::size_t length = elements.size() - first;
    if (column.type().id == TypeId::array && length != column.type().array_size)
        return refuse_for(column, fmt::format("an array of {} elements", length));
    if (column.type().id == TypeId::map && !check_map_keys(column, first)) return false;
    column.append_list(static_cast<std::uint32_t>(length));
    return true;
}

bool NestedJsonAppender::append_map(ColumnVector& column, std::string_view object, bool coerce) {
    struct Entry {
        std::string key;
        std::string_view value;
    };
    std::vector<Entry> entries;
    std::unordered_map<std::string, std::size_t> positions;
    JsonMembers members(object);
    while (const std::optional<JsonMembers::Member> member = members.next()) {
        std::string key(json_string_content(member->quoted_key, text_));
        const auto [found, is_new] = positions.emplace(key, entries.size());
        if (is_new) {
            entries.push_back({std::move(key), member->value});
        } else {
            entries[found->second].value = member->value;
        }
    }
    ColumnVector& structures = column.child(0);
    const std::size_t first = structures.size();
    for (const Entry& entry : entries) {
        ColumnVector& keys = structures.child(0);
        if (keys.type().is_nested() || keys.type().id == TypeId::json) return refuse(column, object);
        if (const ValueFit fit = append_json_string(keys, entry.key, true); fit != ValueFit::fits) {
            problem_ = {{}, &keys.type(), fmt::format("the key \"{}\"", entry.key), true, fit};
            return false;
        }
        if (!append(structures.child(1), entry.value, coerce)) {
            problem_.path.insert(0, fmt::format("[\"{}\"]", entry.key));
            return false;
        }
        structures.append_structure();
    }
    if (!check_map_keys(column, first)) return false;
    column.append_list(static_cast<std::uint32_t>(entries.size()));
    return true;
}

bool NestedJsonAppender::append_scalar(ColumnVector& column, std::string_view value, bool coerce) {
    ValueFit fit = ValueFit::mismatch;
    switch (value.front()) {
        case '"':
            fit = append_json_string(column, json_string_content(value, text_), coerce);
            break;
        case 't':
        case 'f':
            fit = append_json_boolean(column, value.front() == 't', coerce);
            break;
        default:
            fit = append_json_number(column, value, coerce);
    }
    return fit == ValueFit::fits || refuse(column, value, fit);
}

/// The engine insists on keys that are present and differ.
bool NestedJsonAppender::check_map_keys(const ColumnVector& map, std::size_t first) {
    const ColumnVector& structures = map.child(0);
    const ColumnVector& keys = structures.child(0);
    std::unordered_set<std::string> seen;
    for (std::size_t row = first; row < structures.size(); ++row) {
        if (!structures.is_valid(row) || !keys.is_valid(row)) return refuse_for(map, "an entry without a key");
        std::string key;
        append_json_value(key, keys, row);
        if (!seen.insert(key).second) return refuse_for(map, fmt::format("the key {} twice", key));
    }
    return true;
}

bool NestedJsonAppender::refuse(const ColumnVector& column, std::string_view value, ValueFit fit) {
    problem_ = {{}, &column.type(), std::string(value.substr(0, 256)), false, fit};
    return false;
}

bool NestedJsonAppender::refuse_for(const ColumnVector& column, std::string description) {
    problem_ = {{}, &column.type(), std::move(description), true, ValueFit::mismatch};
    return false;
}

}  // namespace laminar
