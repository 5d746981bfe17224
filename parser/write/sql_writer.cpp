#include "parser/write/sql_writer.h"

#include <algorithm>
#include <utility>

#include "parser/tokens/keywords.h"
#include "parser/write/sql_writer_pass.h"

namespace laminar {
namespace {

std::string enclose(std::string_view text, char quote) {
    std::string quoted;
    quoted.reserve(text.size() + 2);
    quoted += quote;
    for (const char byte : text) {
        if (byte == quote) quoted += quote;
        quoted += byte;
    }
    quoted += quote;
    return quoted;
}

}  // namespace

SourceSpan WrittenSql::origin_of(std::uint32_t offset) const noexcept {
    const auto next = std::upper_bound(origins.begin(), origins.end(), offset,
                                       [](std::uint32_t value, const Origin& origin) { return value < origin.begin; });
    return next == origins.begin() ? SourceSpan{} : std::prev(next)->span;
}

WrittenSql write_query(const ast::Query& query, const SqlWriterOptions& options) {
    SqlWriterPass pass(SqlDialect::duckdb, options);
    pass.write_query(query);
    return pass.take();
}

WrittenSql write_expression(const ast::Expression& expression, const SqlWriterOptions& options) {
    SqlWriterPass pass(SqlDialect::duckdb, options);
    pass.write_expression(expression);
    return pass.take();
}

std::string write_type(const ast::TypeName& type) {
    const SqlWriterOptions options;
    SqlWriterPass pass(SqlDialect::duckdb, options);
    pass.write_type(type);
    return pass.take().text;
}

std::string quote_identifier(std::string_view name) {
    const KeywordClass keyword = classify_keyword(name);
    const bool misread = keyword == KeywordClass::reserved || keyword == KeywordClass::function_name;
    return misread || !is_plain_word(name) ? always_quote_identifier(name) : std::string(name);
}

std::string always_quote_identifier(std::string_view name) { return enclose(name, '"'); }

std::string quote_string(std::string_view text) { return enclose(text, '\''); }

}  // namespace laminar
