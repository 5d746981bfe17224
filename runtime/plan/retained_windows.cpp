#include "runtime/plan/retained_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/expressions/common_tables.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/stream/session_rows.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

namespace {

/// HOP or SESSION: TUMBLE is what the engine can compute of a row.
std::optional<ast::Expression> find_window(ast::Select& select) {
    std::optional<ast::Expression> found;
    for_each_result_expression(select, [&](ast::Expression& expression) {
        (void)contains(expression, [&](const ast::Expression& each) {
            const bool is_one =
                as_window(each, ast::TimeWindow::Kind::hop) || as_window(each, ast::TimeWindow::Kind::session);
            if (!found && is_one) found = each;
            return found.has_value();
        });
    });
    return found;
}

class RetainedWindows {
public:
    RetainedWindows(const BoundQuery& query, const FunctionNames& aggregates, const RelationColumns::Describe& describe,
                    const std::function<std::string(const ast::BoundScan&)>& scan_text)
        : query_(query),
          aggregates_(aggregates),
          scan_text_(scan_text),
          columns_(describe, [this](std::size_t scan) { return scan_columns(scan); }) {}

    WrittenSql write() {
        ast::Query query = query_.query;
        inline_common_tables(query);
        expand(query);
        SqlWriterOptions options;
        options.scan_text = [this](const ast::BoundScan& scan) { return text_of_scan(scan); };
        return write_query(query, options);
    }

private:
    std::vector<OutputColumn> scan_columns(std::size_t scan) const {
        if (scan >= query_.inputs.size()) return added_.at(scan - query_.inputs.size()).columns;
        std::vector<OutputColumn> columns;
        for (const InputColumn& column : query_.inputs[scan].columns) columns.push_back({column.name, column.type});
        return columns;
    }

    std::string text_of_scan(const ast::BoundScan& scan) const {
        return scan.input >= query_.inputs.size() ? added_[scan.input - query_.inputs.size()].text : scan_text_(scan);
    }

    void expand(ast::Query& query) {
        ast::for_each_child_of_query(
            query, [&](ast::Expression& expression) { expand_below(expression); },
            [&](ast::Query& nested) { expand(nested); }, [&](ast::TableReference& table) { expand_below(table); });
        expand_body(query.body, &query);
    }

    void expand_below(ast::Expression& expression) {
        ast::for_each_child_of_expression(
            expression, [&](ast::Expression& child) { expand_below(child); },
            [&](ast::Query& nested) { expand(nested); });
    }

    void expand_below(ast::TableReference& table) {
        ast::for_each_child_of_table(
            table, [&](ast::Expression& expression) { expand_below(expression); },
            [&](ast::Query& nested) { expand(nested); }, [&](ast::TableReference& child) { expand_below(child); });
    }

    void expand_body(ast::QueryBody& body, ast::Query* query) {
        if (auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
            expand_body(*operation->left, nullptr);
            expand_body(*operation->right, nullptr);
        } else if (auto* select = std::get_if<ast::Select>(&body.node); select && select->from) {
            if (const auto call = find_window(*select)) expand_select(*select, *call, query);
        }
    }

    void expand_select(ast::Select& select, const ast::Expression& call, ast::Query* query) {
        const bool hop = as_window(call, ast::TimeWindow::Kind::hop);
        const auto relations = columns_.relations_of(*select.from);
        expand_stars(select, relations);
        const auto names = columns_.of(make_query(select));
        for (std::size_t index = 0; index < select.items.size(); ++index) {
            if (!select.items[index].alias)
                select.items[index] = make_item(select.items[index].value, names[index].name);
        }
        SplitBlock split(select, relations);
        ast::Select& output = split.output();
        const ast::Expression above = *find_window(output);
        const ast::Expression window = make_column(operator_rows_alias, window_column, call.span);
        const std::vector<ast::Expression> partition =
            hop ? std::vector<ast::Expression>() : other_groups(output, above);
        replace_same(output, above, window);
        if (find_window(output))
            throw EngineException(
                {.type = "Binder", .message = "a query can have one HOP or SESSION; use one query for each"});
        if (query) {
            for (ast::OrderItem& item : query->order_by) {
                split.move_above(item.value);
                (void)replace_same(item.value, above, window);
            }
        }
        const ast::Expression below = split.below(above);
        const auto& computed = std::get<ast::TimeWindow>(below.node);
        if (hop)
            split.add_value(each_hop(computed, call.span), window_column);
        else
            split.add_value(make_cast(*computed.time, "TIMESTAMP", {}), time_key_column);
        SqlWriterOptions options;
        options.scan_text = [this](const ast::BoundScan& scan) { return text_of_scan(scan); };
        const ast::Query input = make_query(split.input());
        std::string rows = fmt::format("({})", write_query(input, options).text);
        std::vector<OutputColumn> columns = columns_.of(input);
        if (!hop) {
            // The rows keep their order: the last digit of a sum depends on it.
            rows =
                fmt::format("(SELECT * EXCLUDE (\"__place\") FROM {} ORDER BY \"__place\")",
                            with_sessions(fmt::format("(SELECT *, row_number() OVER () AS \"__place\" FROM {})", rows),
                                          partition, *computed.size));
            ColumnType window_type(TypeId::structure);
            window_type.fields = {{"start", TypeId::timestamp}, {"end", TypeId::timestamp}};
            columns.push_back({window_column, window_type});
        }
        output.from = make_scan(query_.inputs.size() + added_.size(), operator_rows_alias);
        added_.push_back({std::move(rows), std::move(columns)});
        select = output;
    }

    /// What sessions belong to: the grouping keys beside the window.
    std::vector<ast::Expression> other_groups(const ast::Select& output, const ast::Expression& window) const {
        std::vector<ast::Expression> groups;
        if (output.group_by_all) {
            for (const ast::SelectItem& item : output.items) {
                const bool is_key = !contains(item.value, [&](const ast::Expression& each) {
                    return is_aggregate_call(each, aggregates_) || ast::same_structure(each, window);
                });
                if (is_key) groups.push_back(item.value);
            }
        }
        for (const ast::GroupingElement& element : output.group_by) {
            for (const ast::Expression& group : element.expressions) {
                ast::Expression value = group;
                const ast::Expression& plain = without_parentheses(group);
                const auto* reference = std::get_if<ast::ColumnReference>(&plain.node);
                const auto position = constant_number(plain);
                for (std::size_t index = 0; index < output.items.size(); ++index) {
                    const ast::SelectItem& item = output.items[index];
                    const bool named = reference && reference->parts.size() == 1 &&
                                       equals_ignoring_case(item.alias->text, reference->parts.front().text);
                    if (named || (position && *position == index + 1)) value = item.value;
                }
                if (!contains_same(value, window)) groups.push_back(std::move(value));
            }
        }
        return groups;
    }

    struct Added {
        std::string text;
        std::vector<OutputColumn> columns;
    };
    const BoundQuery& query_;
    const FunctionNames& aggregates_;
    const std::function<std::string(const ast::BoundScan&)>& scan_text_;
    std::vector<Added> added_;
    RelationColumns columns_;
};

}  // namespace

WrittenSql write_with_windows(const BoundQuery& query, const FunctionNames& aggregates,
                              const RelationColumns::Describe& describe,
                              const std::function<std::string(const ast::BoundScan&)>& scan_text) {
    return RetainedWindows(query, aggregates, describe, scan_text).write();
}

}  // namespace laminar
