#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/query/bound_query.h"
#include "parser/ast/query.h"

namespace laminar {

/// One relation of a FROM clause: its name there and its columns.
struct FromRelation {
    std::string alias;  ///< As written; empty without.
    const ast::TableReference* table = nullptr;
    std::vector<OutputColumn> columns;
    std::vector<std::string> merged;  ///< Columns that USING or NATURAL shows once, under an earlier relation.
};

/// Tells the columns of relations and queries by asking the engine; nothing is executed. The columns of scans come from
/// scan_columns.
class RelationColumns {
public:
    using Describe = std::function<std::vector<OutputColumn>(const std::string& sql)>;  ///< Throws EngineException.
    using ScanColumns = std::function<std::vector<OutputColumn>(std::size_t scan)>;

    RelationColumns(Describe describe, ScanColumns scan_columns)
        : describe_(std::move(describe)), scan_columns_(std::move(scan_columns)) {}

    [[nodiscard]] std::vector<OutputColumn> of(const ast::Query& query) const;
    [[nodiscard]] std::vector<OutputColumn> of(const ast::TableReference& table) const;
    /// Of a query over the rows of an operator, operator_rows_scan, which have these columns.
    [[nodiscard]] std::vector<OutputColumn> over_rows(const ast::Query& query,
                                                      const std::vector<OutputColumn>& rows) const;
    /// The relations of a FROM clause, from left to right.
    [[nodiscard]] std::vector<FromRelation> relations_of(const ast::TableReference& from) const;

private:
    void collect(const ast::TableReference& table, std::vector<FromRelation>& relations) const;

    Describe describe_;
    ScanColumns scan_columns_;
};

/// Where a reference leads: the relation, the column, and the fields of a structure behind it.
struct ResolvedReference {
    const FromRelation* relation = nullptr;
    std::string column;
    std::vector<std::string> fields;
};
[[nodiscard]] std::optional<ResolvedReference> resolve(const ast::ColumnReference& reference,
                                                       const std::vector<FromRelation>& relations);

/// Replaces every star among the items by what it stands for.
void expand_stars(ast::Select& select, const std::vector<FromRelation>& relations);

}  // namespace laminar
