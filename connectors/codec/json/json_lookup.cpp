#include "connectors/codec/json/json_lookup.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>

#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

std::string content(std::string_view quoted) {
    std::string scratch;
    return std::string(json_string_content(quoted, scratch));
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
    std::optional<std::string_view> found;
    std::string scratch;
    JsonMembers members(object);
    while (const auto member = members.next()) {
        if (json_string_content(member->quoted_key, scratch) == name) found = member->value;
    }
    return found;
}

std::optional<std::string_view> find_element(std::string_view array, std::string_view index) {
    if (!std::all_of(index.begin(), index.end(), is_digit)) return std::nullopt;
    JsonElements elements(array);
    std::size_t position = 0;
    for (const char digit : index) position = position * 10 + static_cast<std::size_t>(digit - '0');
    std::optional<std::string_view> element = elements.next();
    while (element && position-- > 0) element = elements.next();
    return element;
}

std::string_view trimmed(std::string_view json) {
    const std::size_t begin = skip_json_space(json, 0);
    return json.substr(begin, end_of_json_value(json, begin) - begin);
}

}  // namespace

bool is_json(std::string_view text) {
    // Not the streams that the decoder uses: those read in blocks, beyond the end.
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    rapidjson::BaseReaderHandler<> handler;
    std::size_t at = 0;
    do {
        constexpr unsigned flags =
            rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag | rapidjson::kParseNumbersAsStringsFlag;
        if (reader.Parse<flags>(stream, handler).IsError()) return false;
        const std::size_t end = stream.Tell();
        at = skip_json_space(text, end);
        if (at < text.size() && text.substr(end, at - end).find('\n') == std::string_view::npos) return false;
    } while (at < text.size());
    return true;
}

std::optional<std::string_view> find_json_value(std::string_view json, const std::vector<std::string>& steps) {
    std::optional<std::string_view> value = trimmed(json);
    for (const std::string& step : steps) {
        if (!value || value->empty()) return std::nullopt;
        if (value->front() == '{') {
            value = find_member(*value, step);
        } else if (value->front() == '[') {
            value = find_element(*value, step);
        } else {
            return std::nullopt;
        }
    }
    return value;
}

std::string json_value_text(std::string_view value) {
    return value.starts_with('"') ? content(value) : std::string(value);
}

bool json_contains(std::string_view value, std::string_view pattern) {
    value = trimmed(value);
    pattern = trimmed(pattern);
    if (value.empty() || pattern.empty() || value.front() != pattern.front()) return value == pattern;
    if (pattern.front() == '"') return content(value) == content(pattern);
    if (pattern.front() == '{') {
        JsonMembers members(pattern);
        while (const auto wanted = members.next()) {
            const auto present = find_member(value, content(wanted->quoted_key));
            if (!present || !json_contains(*present, wanted->value)) return false;
        }
        return true;
    }
    if (pattern.front() != '[') return value == pattern;
    JsonElements wanted(pattern);
    JsonElements present(value);
    for (;;) {
        const auto expected = wanted.next();
        const auto actual = present.next();
        if (!expected || !actual) return !expected && !actual;
        if (!json_contains(*actual, *expected)) return false;
    }
}

}  // namespace laminar
