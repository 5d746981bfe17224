#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar {

/// Where an expression is of the present time: at a call, or at a column that is made of one.
struct PresentTimePlace {
    SourceSpan span;
    std::string call;
    std::string column;  ///< Empty: the call itself.
};
/// The column with the call that it is made of, or the call.
[[nodiscard]] std::string shown(const PresentTimePlace& place);

/// now() or age() as people call it.
[[nodiscard]] std::string shown_present_time(const ast::Expression& call);

/// Follows columns of subqueries, and aliases of items, to the calls of the present time that they are made of. What
/// is read from a stream, a stored table or an operator was made when its row came, and so are the arguments of
/// aggregates. One for each question: it remembers the query by where it lies.
class PresentTimeTracer {
public:
    PresentTimeTracer(const RelationColumns& columns, const FunctionNames& aggregates)
        : columns_(columns), aggregates_(aggregates) {}

    /// In an expression of a block, and in its subqueries.
    [[nodiscard]] std::optional<PresentTimePlace> find(const ast::Expression& expression,
                                                       const ast::Select& block) const;

private:
    using Call = std::optional<std::string>;
    using Items = std::span<const ast::SelectItem>;  ///< Those whose aliases an expression may use.
    [[nodiscard]] std::vector<FromRelation> relations_of(const ast::Select& block) const;
    [[nodiscard]] std::optional<PresentTimePlace> find_below(const ast::Expression& expression, Items items,
                                                             const std::vector<FromRelation>& relations) const;
    [[nodiscard]] Call of_reference(const ast::ColumnReference& reference, Items items,
                                    const std::vector<FromRelation>& relations) const;
    [[nodiscard]] Call of_column(const FromRelation& relation, std::string_view column) const;
    [[nodiscard]] Call of_place(const ast::QueryBody& body, std::size_t place) const;
    [[nodiscard]] Call look_in_place(const ast::QueryBody& body, std::size_t place) const;
    /// An item may use the aliases of those before it.
    [[nodiscard]] Call of_item(Items items, std::size_t index, const std::vector<FromRelation>& relations) const;

    const RelationColumns& columns_;
    const FunctionNames& aggregates_;
    mutable std::map<std::pair<const ast::QueryBody*, std::size_t>, Call> known_;  ///< Of places that were looked in.
};

}  // namespace laminar
