#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/bind/binder.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar::test {

/// A QueryChecker that takes everything for good, gives DEFAULT and WATERMARK expressions the type of their cast, and
/// knows the declared functions and a few of the engine's.
class LenientChecker : public QueryChecker {
public:
    std::optional<std::vector<OutputColumn>> check_query(const BoundQuery& query, Diagnostics& diagnostics) override;
    std::optional<ColumnType> check_expression(const ast::Expression& expression,
                                               const std::vector<OutputColumn>& columns,
                                               Diagnostics& diagnostics) override;
    bool define_function(const FunctionObject& function, Diagnostics& diagnostics) override;
    void drop_function(std::string_view name) override;
    bool has_function(std::string_view name) override;
    std::vector<std::string> function_names() override;

    std::vector<std::string> declared;
};

/// Runs scripts against the built-in connectors: each statement is bound and, if it is good, applied.
class BinderFixture {
public:
    /// All findings of the script, as "L301 at `text of the span`: message (hint)".
    std::vector<std::string> run(std::string_view sql);
    /// The one finding of the script, or all of them in one text when there are more or none.
    std::string finding(std::string_view sql);
    /// Runs a script that must have no findings, and returns its last statement.
    BoundStatement good(std::string_view sql);

    template <class T>
    [[nodiscard]] const T& object(std::string_view name) const {
        return *catalog.find_as<T>(name);
    }

    Catalog catalog;
    LenientChecker checker;
    bool warn_of_ineffective_options = false;

private:
    std::vector<std::string> run(std::string_view sql, std::optional<BoundStatement>& last);
};

}  // namespace laminar::test
