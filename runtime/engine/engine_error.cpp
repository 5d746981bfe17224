#include "runtime/engine/engine_error.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "catalog/objects/column_name.h"
#include "runtime/engine/messages/enumeration_error.h"
#include "runtime/engine/messages/sql_state.h"
#include "runtime/engine/messages/type_names.h"

namespace laminar {

namespace {

std::string member_text(const rapidjson::Document& document, const char* name) {
    const auto member = document.FindMember(name);
    if (member == document.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

/// The list is joined with commas, and so are the arguments inside a signature: split outside of brackets.
std::vector<std::string> split_candidates(std::string_view joined) {
    std::vector<std::string> candidates;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= joined.size(); ++at) {
        const char c = at < joined.size() ? joined[at] : ',';
        if (c == '(' || c == '[') ++depth;
        if (c == ')' || c == ']') --depth;
        if (c != ',' || (depth > 0 && at < joined.size())) continue;
        if (at > begin) candidates.emplace_back(joined.substr(begin, at - begin));
        begin = at + 1;
    }
    return candidates;
}

/// "INTERRUPT" is the one type spelled in capitals.
std::string type_name(std::string_view type) { return std::string(type == "INTERRUPT" ? "Interrupt" : type); }

EngineError parse_plain(std::string_view text) {
    constexpr std::string_view marker = " Error: ";
    EngineError error;
    const std::size_t at = text.find(marker);
    if (at != std::string_view::npos && at < 40) {
        error.type = type_name(text.substr(0, at));
        text.remove_prefix(at + marker.size());
    }
    error.message = text;
    return error;
}

EngineError parse(std::string_view text) {
    const std::size_t brace = text.find("{\"exception_type\"");
    if (brace == std::string_view::npos) return parse_plain(text);
    rapidjson::Document document;
    document.Parse(text.data() + brace, text.size() - brace);
    if (document.HasParseError() || !document.IsObject()) return parse_plain(text);
    EngineError error;
    error.type = type_name(member_text(document, "exception_type"));
    error.message = member_text(document, "exception_message");
    error.subtype = member_text(document, "error_subtype");
    error.name = member_text(document, "name");
    error.object_type = member_text(document, "type");
    error.call = member_text(document, "call");
    error.candidates = split_candidates(member_text(document, "candidates"));
    if (!error.candidates.empty()) error.candidate = error.candidates.front();
    const std::string position = member_text(document, "position");
    std::uint32_t offset = 0;
    const auto [end, problem] = std::from_chars(position.data(), position.data() + position.size(), offset);
    if (problem == std::errc() && end == position.data() + position.size() && !position.empty())
        error.position = offset;
    return error;
}

}  // namespace

EngineError parse_engine_error(std::string_view text, std::string_view sql) {
    EngineError error = parse(without_column_marks(std::string(text)));
    error.sql_state = engine_error_state(error.type, error.message);
    if (error.type == "Conversion") tell_of_enumerations(error.message, sql);
    static constexpr std::array<std::string_view, 3> about_values{"Conversion", "Out of Range", "Invalid Input"};
    if (std::find(about_values.begin(), about_values.end(), error.type) != about_values.end())
        error.message = with_sql_types_around_value(error.message);
    return error;
}

}  // namespace laminar
