#include "cli/testing/row_difference.h"

#include <fmt/format.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/values/number_text.h"

namespace laminar {
namespace {

/// Comparing each row with each needs memory for every pair.
constexpr std::size_t most_pairs = 4'000'000;
/// Rows that are nested more deeply are compared as text.
constexpr std::size_t deepest = 200;

std::string canonical_double(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return canonical_number(text);
    std::string shortest;
    append_float(shortest, number);
    return canonical_number(shortest);
}

/// Makes of a JSON value the text that all spellings of it have in common: members by name (of one given twice the last
/// counts), numbers as their digits and a power of ten, those of floating-point columns as the nearest double.
class CanonicalText : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, CanonicalText> {
public:
    /// columns: those of the row, as far as they are known; borrowed.
    explicit CanonicalText(const std::vector<OutputColumn>& columns) : columns_(columns) {}

    [[nodiscard]] std::string take() { return std::move(text_); }

    // NOLINTBEGIN(readability-identifier-naming): the names that RapidJSON's handlers have.
    bool Null() { return add("null"); }
    bool Bool(bool value) { return add(value ? "true" : "false"); }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view number(text, length);
        const ColumnType* const type = type_here();
        const bool is_floating = type && (type->id == TypeId::float32 || type->id == TypeId::float64);
        return add(is_floating ? canonical_double(number) : canonical_number(number));
    }
    bool String(const char* text, rapidjson::SizeType length, bool) { return add(quoted({text, length})); }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        open_.back().key.assign(text, length);
        return true;
    }
    bool StartObject() { return begin(true); }
    bool StartArray() { return begin(false); }
    bool EndObject(rapidjson::SizeType) {
        std::string object = "{";
        for (const auto& [name, value] : open_.back().members) object += quoted(name) + ':' + value + ',';
        return end(object + '}');
    }
    bool EndArray(rapidjson::SizeType) { return end('[' + open_.back().elements + ']'); }
    // NOLINTEND(readability-identifier-naming)

private:
    /// An object or array that has not ended.
    struct Container {
        bool is_object = false;
        const ColumnType* type = nullptr;  ///< Null where it is not known.
        std::string key = {};
        std::map<std::string, std::string> members = {};
        std::string elements = {};
    };

    static std::string quoted(std::string_view text) {
        std::string quoted;
        append_json_quoted(quoted, text);
        return quoted;
    }

    bool begin(bool is_object) {
        if (open_.size() >= deepest) return false;
        const ColumnType* const type = type_here();
        open_.push_back({.is_object = is_object, .type = type});
        return true;
    }

    bool end(std::string value) {
        open_.pop_back();
        return add(std::move(value));
    }

    bool add(std::string value) {
        if (open_.empty()) {
            text_ = std::move(value);
        } else if (open_.back().is_object) {
            open_.back().members.insert_or_assign(open_.back().key, std::move(value));
        } else {
            open_.back().elements += value + ',';
        }
        return true;
    }

    /// Of the value that begins; null where it is not known.
    [[nodiscard]] const ColumnType* type_here() const {
        if (open_.empty()) return nullptr;
        const Container& around = open_.back();
        if (open_.size() == 1 && around.is_object) {
            const auto column = std::find_if(columns_.begin(), columns_.end(), [&](const OutputColumn& each) {
                return shown_column_name(each.name) == around.key;
            });
            return column == columns_.end() ? nullptr : &column->type;
        }
        if (!around.type) return nullptr;
        const std::vector<ColumnType::Field>& fields = around.type->fields;
        switch (around.type->id) {
            case TypeId::list:
            case TypeId::array:
                return &fields.front().type;
            case TypeId::map:
                return around.is_object ? &fields.back().type : nullptr;
            case TypeId::structure: {
                const auto field = std::find_if(fields.begin(), fields.end(),
                                                [&](const ColumnType::Field& each) { return each.name == around.key; });
                return field == fields.end() ? nullptr : &field->type;
            }
            default:
                return nullptr;
        }
    }

    const std::vector<OutputColumn>& columns_;
    std::vector<Container> open_;
    std::string text_;
};

std::string canonical(const std::string& row, const std::vector<OutputColumn>& columns) {
    rapidjson::MemoryStream stream(row.data(), row.size());
    rapidjson::Reader reader;
    CanonicalText text(columns);
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    if (reader.Parse<flags>(stream, text).IsError()) return row;
    return text.take();
}

struct Row {
    std::string key;
    const std::string* text;
};

std::vector<Row> rows_of(const std::vector<std::string>& texts, bool sorted, const std::vector<OutputColumn>& columns) {
    std::vector<Row> rows;
    rows.reserve(texts.size());
    for (const std::string& text : texts) rows.push_back({canonical(text, columns), &text});
    if (sorted) std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
    return rows;
}

/// lengths[i][j]: how many rows the ends of both lists, from i and j on, have in common.
std::vector<std::vector<std::uint32_t>> common_lengths(const std::vector<Row>& a, const std::vector<Row>& b) {
    std::vector<std::vector<std::uint32_t>> lengths(a.size() + 1, std::vector<std::uint32_t>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;) {
        for (std::size_t j = b.size(); j-- > 0;) {
            lengths[i][j] =
                a[i].key == b[j].key ? lengths[i + 1][j + 1] + 1 : std::max(lengths[i + 1][j], lengths[i][j + 1]);
        }
    }
    return lengths;
}

}  // namespace

std::string row_difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
                           bool any_order, const std::vector<OutputColumn>& columns) {
    const std::vector<Row> wanted = rows_of(expected, any_order, columns);
    const std::vector<Row> found = rows_of(actual, any_order, columns);
    if (std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(),
                   [](const Row& a, const Row& b) { return a.key == b.key; })) {
        return {};
    }
    std::string text;
    std::size_t i = 0;
    std::size_t j = 0;
    if (wanted.size() * found.size() <= most_pairs) {
        const auto lengths = common_lengths(wanted, found);
        while (i < wanted.size() && j < found.size()) {
            if (wanted[i].key == found[j].key) {
                text += fmt::format("  {}\n", *wanted[i].text);
                ++i;
                ++j;
            } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
                text += fmt::format("- {}\n", *wanted[i++].text);
            } else {
                text += fmt::format("+ {}\n", *found[j++].text);
            }
        }
    } else {
        while (i < wanted.size() && i < found.size() && wanted[i].key == found[i].key) ++i;
        j = i;
        text += fmt::format("  ({} rows agree)\n", i);
    }
    for (; i < wanted.size(); ++i) text += fmt::format("- {}\n", *wanted[i].text);
    for (; j < found.size(); ++j) text += fmt::format("+ {}\n", *found[j].text);
    return text;
}

}  // namespace laminar
