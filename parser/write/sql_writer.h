#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/statement.h"

namespace laminar {

/// Text written from an AST, with the way back: which source span a byte of it came from.
struct WrittenSql {
    struct Origin {
        std::uint32_t begin = 0;  ///< Byte offset in text at which a token of this origin starts.
        SourceSpan span;
    };
    std::string text;
    std::vector<Origin> origins;  ///< In ascending order of begin.

    /// The source span of the token at or before offset; empty span when there is none.
    [[nodiscard]] SourceSpan origin_of(std::uint32_t offset) const noexcept;
};

/// What the writer cannot know. Defaults write the query as the user did.
struct SqlWriterOptions {
    /// Text for a BoundScan, written where the relation stands (without alias).
    std::function<std::string(const ast::BoundScan&)> scan_text;
};

/// Writes DuckDB SQL: names quoted where needed, JSON_OBJECT('k': v) as json_object('k', v),
/// BYTEA and the other type names as DuckDB spells them. Functions of Laminar's own
/// (IS_VALID_JSON, TUMBLE...) are replaced by the query binder before this, not here.
[[nodiscard]] WrittenSql write_query(const ast::Query& query, const SqlWriterOptions& options = {});
[[nodiscard]] WrittenSql write_expression(const ast::Expression& expression, const SqlWriterOptions& options = {});
[[nodiscard]] std::string write_type(const ast::TypeName& type);

struct StatementWriterOptions {
    /// The value to write instead of an option's own (a connection's, table's, column's or pipeline's), or nullopt to
    /// write it as it is. For the redaction of options whose schema marks them secret; ${secret:name} references are
    /// part of the text and are kept.
    std::function<std::optional<ast::OptionValue>(const ast::Option&)> map_option_value;
    /// What to write behind a column of a table, by its place: a comment (-- and one line), or nothing where it is
    /// empty.
    std::function<std::string(std::size_t column)> column_comment;
};

/// Laminar SQL for a statement, without the semicolon: for SHOW CREATE and round-trip tests. Definitions are laid out
/// over several lines. What is written parses to the same statement.
[[nodiscard]] std::string write_statement(const ast::Statement& statement, const StatementWriterOptions& options = {});
[[nodiscard]] std::string write_option_value(const ast::OptionValue& value);

/// name, or "name" with doubled quotes where it is a keyword or not a plain word.
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// "name" whatever it is: right in every place of the grammar.
[[nodiscard]] std::string always_quote_identifier(std::string_view name);
[[nodiscard]] std::string quote_string(std::string_view text);

}  // namespace laminar
