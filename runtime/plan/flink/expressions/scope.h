#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/flink/expressions/engine_types.h"
#include "runtime/plan/flink/values/findings.h"
#include "runtime/plan/flink/values/relation.h"
#include "runtime/plan/flink/values/written.h"

namespace laminar::flink {

/// What the names in a block of a plan mean: the relations of its FROM clause here, and what they are in Flink.
class Scope {
public:
    /// block has a FROM clause over scans; relations are what these are in Flink, by their numbers. columns: what the
    /// engine sees of a scan. All are borrowed.
    Scope(const ast::Select& block, std::map<std::size_t, const Relation*> relations, RelationColumns columns);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    /// Of an expression of the block; unknown where the engine does not tell.
    [[nodiscard]] ColumnType type_of(const ast::Expression& expression) const;
    [[nodiscard]] Written column(const ast::ColumnReference& reference, SourceSpan span,
                                 const Findings& findings) const;
    /// The column that an expression is and nothing else; null for others.
    [[nodiscard]] const Column* plain_column(const ast::Expression& expression) const;
    [[nodiscard]] const std::vector<FromRelation>& relations() const noexcept { return from_; }
    [[nodiscard]] const RelationColumns& columns() const noexcept { return columns_; }
    /// What the relation of a scan is called in the block that is written.
    [[nodiscard]] const Relation* relation_of(const FromRelation& from) const;
    /// By what name columns of a relation are written.
    void set_alias(const FromRelation& from, std::string alias) { aliases_[&from] = std::move(alias); }
    [[nodiscard]] std::string alias_of(const FromRelation& from) const;

private:
    const ast::Select& block_;
    std::map<std::size_t, const Relation*> by_scan_;
    RelationColumns columns_;
    std::vector<FromRelation> from_;
    std::map<const FromRelation*, std::string> aliases_;
};

}  // namespace laminar::flink
