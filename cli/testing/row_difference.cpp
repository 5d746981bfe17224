#include "cli/testing/row_difference.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>

#include "connectors/codec/json/json_encoder.h"

namespace laminar {
namespace {

/// Comparing each row with each needs memory for every pair.
constexpr std::size_t most_pairs = 4'000'000;
/// Rows that are nested more deeply are compared as text.
constexpr int deepest = 200;

/// False for a value that is nested too deeply.
bool append_canonical(std::string& out, const rapidjson::Value& value, int depth = 0) {
    if (depth > deepest) return false;
    if (value.IsObject()) {
        std::map<std::string, const rapidjson::Value*> members;
        for (const auto& member : value.GetObject()) members[member.name.GetString()] = &member.value;
        out += '{';
        for (const auto& [name, member] : members) {
            append_json_quoted(out, name);
            out += ':';
            if (!append_canonical(out, *member, depth + 1)) return false;
            out += ',';
        }
        out += '}';
    } else if (value.IsArray()) {
        out += '[';
        for (const auto& element : value.GetArray()) {
            if (!append_canonical(out, element, depth + 1)) return false;
            out += ',';
        }
        out += ']';
    } else if (value.IsString()) {
        append_json_quoted(out, std::string_view(value.GetString(), value.GetStringLength()));
    } else if (value.IsBool()) {
        out += value.GetBool() ? "true" : "false";
    } else if (value.IsInt64()) {
        out += fmt::format("{}", value.GetInt64());
    } else if (value.IsUint64()) {
        out += fmt::format("{}", value.GetUint64());
    } else if (value.IsDouble()) {
        // 1 and 1.0 are one number.
        const double number = value.GetDouble();
        const bool whole = std::abs(number) < 9e15 && number == std::trunc(number);
        out += whole ? fmt::format("{}", static_cast<std::int64_t>(number)) : fmt::format("{}", number);
    } else {
        out += "null";
    }
    return true;
}

std::string canonical(const std::string& row) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(row.data(), row.size());
    if (document.HasParseError()) return row;
    std::string text;
    return append_canonical(text, document) ? text : row;
}

struct Row {
    std::string key;
    const std::string* text;
};

std::vector<Row> rows_of(const std::vector<std::string>& texts, bool sorted) {
    std::vector<Row> rows;
    rows.reserve(texts.size());
    for (const std::string& text : texts) rows.push_back({canonical(text), &text});
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
                           bool any_order) {
    const std::vector<Row> wanted = rows_of(expected, any_order);
    const std::vector<Row> found = rows_of(actual, any_order);
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
