#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/query/bound_query.h"
#include "parser/ast/query.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Windows that one row can belong to: more would make rows of rows without end.
inline constexpr std::int64_t most_windows_of_a_row = 10'000;

/// Checks what users call, wherever an expression may stand: that there is such a function, and that it is one for
/// queries; that the sizes of windows of time make sense. To be applied before rewrite_functions. Borrows its
/// arguments, and remembers what it has asked the checker: use one per statement.
class FunctionCheck {
public:
    FunctionCheck(const Catalog& catalog, QueryChecker& checker) : catalog_(catalog), checker_(checker) {}

    /// A call within an expression. False after reporting.
    bool check_call(const ast::FunctionCall& call, Diagnostics& diagnostics);
    /// A call in FROM.
    bool check_table_function(const ast::FunctionCall& call, Diagnostics& diagnostics);
    /// The intervals of TUMBLE, HOP, SESSION, their ends, and time_bucket; first is the argument where they begin.
    bool check_windows(const ast::FunctionCall& call, std::size_t first, Diagnostics& diagnostics);

    /// All of these, for every call at or below an expression that is part of no query (DEFAULT, WATERMARK, the body of
    /// a function), subqueries included. HOP and SESSION are refused: they belong to queries.
    bool check_all(const ast::Expression& expression, Diagnostics& diagnostics);

    /// What is computed for one row alone has no aggregates, windows or subqueries; what names it in the message.
    bool check_row_by_row(const ast::Expression& expression, std::string_view what, Diagnostics& diagnostics);

private:
    bool is_known(const std::string& name, bool table);
    bool report(const ast::FunctionCall& call, const std::string& name, bool table, Diagnostics& diagnostics);
    bool check_setting_name(const ast::FunctionCall& call, Diagnostics& diagnostics) const;
    std::pair<std::string_view, SourceSpan> more_than_a_row(const ast::Expression& expression,
                                                            std::set<std::string>& seen);
    struct SizeRole {
        std::string_view name;
        bool must_be_fixed = false;  ///< The same for all rows.
        bool cuts_time = false;      ///< Windows begin every so often.
    };
    bool check_size(const ast::Expression& size, std::string_view function, const SizeRole& role,
                    Diagnostics& diagnostics);

    const Catalog& catalog_;
    QueryChecker& checker_;
    std::vector<std::string> names_;  ///< For suggestions.
    std::map<std::pair<std::string, bool>, bool> known_;
};

}  // namespace laminar
