#pragma once

#include <set>
#include <string>

#include "parser/ast/expression.h"

namespace laminar {

/// An expression as the user wrote it, as far as it can be: without the names of relations that the planner has made.
[[nodiscard]] std::string shown_name(const ast::Expression& expression);

/// Names for the columns that operators pass on. The engine tells of columns by their names, so they are what the user
/// knows; but each is another, whatever the case, and none is one of the planner's own.
class ShownNames {
public:
    /// A name of a column that is there.
    void take(const std::string& name);
    /// wanted, if no column has it.
    std::string add(const std::string& wanted);

private:
    /// Case-folded. A column of that name would hide the number that a table of the engine's gives its rows.
    std::set<std::string> taken_{"rowid"};
};

}  // namespace laminar
