#pragma once

#include <set>
#include <string>
#include <string_view>

#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// The objects a script meant to create but whose definitions have errors. Findings that say no more than that such an
/// object does not exist are left out, so that one mistake is reported once.
class FailedNames {
public:
    /// Remembers what the statement would have created, if anything.
    void add(const ast::Statement& statement);
    /// Remembers every name after CREATE in a text that did not parse in full. Ones that parsed are there as well;
    /// for those the catalog answers first.
    void add_all_created_in(std::string_view text);

    /// Whether the finding only follows from a definition that failed.
    [[nodiscard]] bool explain(const Diagnostic& diagnostic) const;

private:
    std::set<std::string, std::less<>> names_;  ///< Case folded.
};

}  // namespace laminar
