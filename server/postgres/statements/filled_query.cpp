#include "server/postgres/statements/filled_query.h"

#include <algorithm>

#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

PlaceFinding place_in(const ParameterText& text, const ParameterText::Filled& filled) {
    return [&text, &filled](const Diagnostic& finding, std::size_t begin) {
        Diagnostic placed = finding;
        placed.span.begin = static_cast<std::uint32_t>(filled.origin(begin + finding.span.begin));
        return to_error_message(placed, text.text(), 0);
    };
}

std::vector<std::string> nulls_for(const std::vector<std::int32_t>& types, std::int32_t unknown) {
    std::vector<std::string> nulls;
    for (const std::int32_t type : types) nulls.push_back(null_sql(type == 0 ? unknown : type));
    return nulls;
}

std::optional<ErrorMessage> refusal_to_prepare(const QueryText& query) {
    if (query.error) return query.error;
    if (query.statements.size() > 1)
        return ErrorMessage{.state = "42601", .message = "a prepared statement is one statement"};
    if (query.statements.empty()) return std::nullopt;
    if (std::holds_alternative<CopyStatement>(query.statements.front().node))
        return ErrorMessage{.state = "0A000",
                            .message = "COPY cannot be prepared",
                            .hint = "send it by the simple query protocol: without parameters"};
    return std::nullopt;
}

TypeUse use_of(const QueryText& query) {
    const bool is_of_catalog =
        !query.statements.empty() && std::holds_alternative<CatalogQuery>(query.statements.front().node);
    return is_of_catalog ? TypeUse::catalog : TypeUse::rows;
}

}  // namespace laminar::postgres
