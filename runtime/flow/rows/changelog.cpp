#include "runtime/flow/rows/changelog.h"

#include <algorithm>
#include <map>
#include <optional>

#include "connectors/codec/json/json_encoder.h"
#include "parser/text/ascii.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

template <class T>
void append_fixed(ColumnVector& to, const ColumnVector& from, std::size_t row) {
    to.append(from.values<T>()[row]);
}

std::vector<std::string> names_of(const ResultTable& rows) {
    std::vector<std::string> names;
    for (const OutputColumn& column : rows.columns) names.push_back(column.name);
    return names;
}

/// The values of the key columns as text; whole rows where there are none.
std::string key_of(const ResultTable& rows, std::size_t row, const std::vector<std::string>& keys) {
    std::string text;
    for (std::size_t column = 0; column < rows.columns.size(); ++column) {
        const bool is_key = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
            return equals_ignoring_case(key, rows.columns[column].name);
        });
        if (!is_key) continue;
        append_json_value(text, rows.values[column], row);
        text += '\n';
    }
    return text;
}

struct Change {
    std::optional<std::size_t> before;
    std::optional<std::size_t> after;
};

/// Removals first, in their order, each with the row that takes its place.
std::vector<Change> pair_up(const ResultTable& removed, const ResultTable& added,
                            const std::vector<std::string>& keys) {
    std::vector<Change> changes;
    std::multimap<std::string, std::size_t> replaced;
    for (std::size_t row = 0; row < removed.rows; ++row) {
        if (!keys.empty()) replaced.emplace(key_of(removed, row, keys), changes.size());
        changes.push_back({row, std::nullopt});
    }
    for (std::size_t row = 0; row < added.rows; ++row) {
        if (!keys.empty()) {
            const auto found = replaced.find(key_of(added, row, keys));
            if (found != replaced.end()) {
                changes[found->second].after = row;
                replaced.erase(found);
                continue;
            }
        }
        changes.push_back({std::nullopt, row});
    }
    return changes;
}

class ChangelogWriter {
public:
    ChangelogWriter(const ResultTable& removed, const ResultTable& added, ChangelogForm form)
        : removed_(removed),
          added_(added),
          form_(form),
          rows_(empty_rows(changelog_columns(added.columns.empty() ? removed.columns : added.columns, form))) {}

    void write(const Change& change, std::int64_t now) {
        if (form_ == ChangelogForm::debezium) return write_debezium(change, now);
        if (change.before && !(change.after && form_ == ChangelogForm::upsert))
            write_marked(change.after ? "-U" : "-D", removed_, *change.before);
        if (change.after) write_marked(change.before ? "+U" : "+I", added_, *change.after);
    }

    ResultTable take() { return std::move(rows_); }

private:
    void write_marked(std::string_view mark, const ResultTable& from, std::size_t row) {
        rows_.values[0].append_string(mark);
        for (std::size_t column = 0; column < from.values.size(); ++column)
            append_value(rows_.values[column + 1], from.values[column], row);
        ++rows_.rows;
    }

    void write_debezium(const Change& change, std::int64_t now) {
        const auto write_row = [&](ColumnVector& to, const ResultTable& from, std::optional<std::size_t> row) {
            if (!row) return to.append_null();
            std::string text;
            encode_row(names_of(from), from.values, *row, text);
            to.append_string(text);
        };
        write_row(rows_.values[0], removed_, change.before);
        write_row(rows_.values[1], added_, change.after);
        rows_.values[2].append_string(change.before && change.after ? "u" : change.after ? "c" : "d");
        rows_.values[3].append(now);
        ++rows_.rows;
    }

    const ResultTable& removed_;
    const ResultTable& added_;
    ChangelogForm form_;
    ResultTable rows_;
};

}  // namespace

void append_value(ColumnVector& to, const ColumnVector& from, std::size_t row) {
    if (!from.is_valid(row)) return to.append_null();
    switch (from.physical()) {
        case PhysicalType::bool8:
        case PhysicalType::int8:
        case PhysicalType::uint8:
            return append_fixed<std::uint8_t>(to, from, row);
        case PhysicalType::int16:
        case PhysicalType::uint16:
            return append_fixed<std::uint16_t>(to, from, row);
        case PhysicalType::int32:
        case PhysicalType::uint32:
        case PhysicalType::float32:
            return append_fixed<std::uint32_t>(to, from, row);
        case PhysicalType::int64:
        case PhysicalType::uint64:
        case PhysicalType::float64:
            return append_fixed<std::uint64_t>(to, from, row);
        case PhysicalType::int128:
        case PhysicalType::uint128:
            return append_fixed<Int128>(to, from, row);
        case PhysicalType::interval:
            return append_fixed<IntervalValue>(to, from, row);
        case PhysicalType::string:
            return to.append_string(from.string_at(row));
        case PhysicalType::list: {
            const ListEntry entry = from.values<ListEntry>()[row];
            for (std::uint32_t index = 0; index < entry.length; ++index)
                append_value(to.child(0), from.child(0), entry.offset + index);
            return to.append_list(entry.length);
        }
        case PhysicalType::structure:
            for (std::size_t child = 0; child < from.child_count(); ++child)
                append_value(to.child(child), from.child(child), row);
            return to.append_structure();
    }
}

std::vector<OutputColumn> changelog_columns(const std::vector<OutputColumn>& columns, ChangelogForm form) {
    if (form == ChangelogForm::debezium)
        return {{"before", TypeId::json}, {"after", TypeId::json}, {"op", TypeId::varchar}, {"ts_ms", TypeId::bigint}};
    std::vector<OutputColumn> result{{"_op", TypeId::varchar}};
    result.insert(result.end(), columns.begin(), columns.end());
    return result;
}

ResultTable make_changelog(const ResultTable& removed, const ResultTable& added, const std::vector<std::string>& keys,
                           ChangelogForm form, std::int64_t now) {
    ChangelogWriter writer(removed, added, form);
    for (const Change& change : pair_up(removed, added, keys)) writer.write(change, now);
    return writer.take();
}

}  // namespace laminar
