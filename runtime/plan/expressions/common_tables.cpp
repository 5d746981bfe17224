#include "runtime/plan/expressions/common_tables.h"

#include <algorithm>
#include <vector>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

class CommonTableInliner {
public:
    void inline_in(ast::Query& query) {
        const std::size_t outer = tables_.size();
        for (ast::CommonTableExpression& table : query.with) {
            inline_in(*table.query);
            tables_.push_back(std::move(table));
        }
        query.with.clear();
        ast::for_each_child_of_query(
            query, [&](ast::Expression& expression) { inline_in_expression(expression); },
            [&](ast::Query& nested) { inline_in(nested); },
            [&](ast::TableReference& table) { inline_in_table(table); });
        tables_.resize(outer);
    }

private:
    void inline_in_expression(ast::Expression& expression) {
        ast::for_each_child_of_expression(
            expression, [&](ast::Expression& child) { inline_in_expression(child); },
            [&](ast::Query& nested) { inline_in(nested); });
    }

    void inline_in_table(ast::TableReference& table) {
        if (const auto* named = std::get_if<ast::NamedTable>(&table.node); named && named->name.parts.size() == 1) {
            const std::string name = named->name.parts.front().text;
            const auto found = std::find_if(tables_.rbegin(), tables_.rend(), [&](const auto& each) {
                return equals_ignoring_case(each.name.text, name);
            });
            if (found == tables_.rend()) return;
            if (!table.alias) table.alias = ast::TableAlias{found->name, {}};
            std::vector<ast::Identifier>& columns = table.alias->columns;
            for (std::size_t index = columns.size(); index < found->columns.size(); ++index)
                columns.push_back(found->columns[index]);
            table.node = ast::DerivedTable{false, found->query};
            return;
        }
        ast::for_each_child_of_table(
            table, [&](ast::Expression& expression) { inline_in_expression(expression); },
            [&](ast::Query& nested) { inline_in(nested); },
            [&](ast::TableReference& child) { inline_in_table(child); });
    }

    std::vector<ast::CommonTableExpression> tables_;
};

}  // namespace

void inline_common_tables(ast::Query& query) { CommonTableInliner().inline_in(query); }

}  // namespace laminar
