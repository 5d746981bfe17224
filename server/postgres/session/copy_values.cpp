#include "server/postgres/session/copy_values.h"

#include <fmt/format.h>

#include <vector>

#include "connectors/codec/json/json_text.h"
#include "server/postgres/values/engine_text.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

namespace {

/// What else is nested is JSON.
bool is_json(const ColumnType& type) {
    return type.is_nested() && !is_postgres_array(type) && type.id != TypeId::union_;
}

/// A UNION is written as JSON has texts.
std::string union_text(std::string_view text) {
    std::string scratch;
    return text.starts_with('"') && is_json_value(text) ? std::string(json_string_content(text, scratch))
                                                        : std::string(text);
}

}  // namespace

ColumnType copied_type(const ColumnType& type) {
    if (is_json(type)) return type;
    if (!is_postgres_array(type)) return TypeId::varchar;
    ColumnType texts(TypeId::list);
    texts.fields.push_back({"", TypeId::varchar});
    return texts;
}

bool CopiedValues::append_array(ColumnVector& column, const ColumnType& element, std::string_view text) {
    const auto elements = read_array_text(text);
    if (!elements) return false;
    for (const std::optional<std::string>& value : *elements) {
        if (!value) {
            column.child(0).append_null();
            continue;
        }
        const auto written = engine_text(element.id, *value);
        if (!written) return false;
        column.child(0).append_string(*written);
    }
    column.append_list(static_cast<std::uint32_t>(elements->size()));
    return true;
}

std::optional<CopiedValues::Problem> CopiedValues::append_nested(ColumnVector& column, std::string_view json) {
    const std::size_t begin = skip_json_space(json, 0);
    json = json.substr(begin, json.find_last_not_of(" \t\r\n") + 1 - begin);
    if (!is_json_value(json) || find_unpaired_low_surrogate(json) != std::string_view::npos) return Problem{};
    if (nested_.append(column, json, true)) return std::nullopt;
    const NestedJsonAppender::Problem& problem = nested_.problem();
    return Problem{problem.fit == ValueFit::out_of_range ? "22003" : "22P02",
                   fmt::format("expected {}{}{}, found {}", to_sql(*problem.expected),
                               problem.path.empty() ? "" : " at ", problem.path, problem.found)};
}

std::optional<CopiedValues::Problem> CopiedValues::append(ColumnVector& column, const ColumnType& type,
                                                          std::string_view text) {
    if (is_json(type)) return append_nested(column, text);
    if (is_postgres_array(type))
        return append_array(column, type.fields.front().type, text) ? std::nullopt : std::optional(Problem{});
    const std::optional<std::string> written =
        type.id == TypeId::union_ ? std::optional(union_text(text)) : engine_text(type.id, text);
    if (!written) return Problem{};
    column.append_string(*written);
    return std::nullopt;
}

}  // namespace laminar::postgres
