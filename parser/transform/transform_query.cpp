#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

int binding_of(ast::SetOperation::Kind kind) { return kind == ast::SetOperation::Kind::intersect ? 2 : 1; }

ast::SetOperation set_operation(::LaminarParser::SetOperatorContext& context) {
    ast::SetOperation operation;
    if (has_token(context, ::LaminarParser::INTERSECT)) operation.kind = ast::SetOperation::Kind::intersect;
    if (has_token(context, ::LaminarParser::EXCEPT)) operation.kind = ast::SetOperation::Kind::except;
    operation.all = has_token(context, ::LaminarParser::ALL);
    operation.by_name = has_token(context, ::LaminarParser::NAME);
    return operation;
}

/// Combines the last two operands by the last operator.
void reduce(std::vector<ast::QueryBody>& operands, std::vector<ast::SetOperation>& operators) {
    ast::SetOperation operation = std::move(operators.back());
    operators.pop_back();
    ast::QueryBody right = std::move(operands.back());
    operands.pop_back();
    const SourceSpan span = cover(operands.back().span, right.span);
    operation.left = std::move(operands.back());
    operation.right = std::move(right);
    operands.back() = {span, std::move(operation)};
}

}  // namespace

ast::Query Transformer::transform_query(Grammar::QueryContext& context) {
    const DepthScope depth(*this, 1, context);
    ast::Query query;
    query.span = laminar::span_of(context);
    if (auto* with = context.withClause()) {
        query.recursive = has_token(*with, Grammar::RECURSIVE);
        for_each_child<Grammar::CommonTableExpressionContext>(
            *with, [&](auto& cte) { query.with.push_back(transform_cte(cte)); });
    }
    query.body = transform_query_body(*context.queryBody());
    transform_query_modifiers(context, query);
    return query;
}

ast::CommonTableExpression Transformer::transform_cte(Grammar::CommonTableExpressionContext& context) {
    using Materialized = ast::CommonTableExpression::Materialized;
    ast::CommonTableExpression cte;
    cte.name = transform_identifier(*context.name());
    cte.columns = transform_names(context.nameList());
    if (has_token(context, Grammar::MATERIALIZED)) {
        cte.materialized = has_token(context, Grammar::NOT) ? Materialized::no : Materialized::yes;
    }
    cte.query = transform_query(*context.query());
    return cte;
}

void Transformer::transform_query_modifiers(Grammar::QueryContext& context, ast::Query& query) {
    bool ordered = false;
    const auto once = [&](bool given, antlr4::ParserRuleContext& clause, const char* name) {
        if (!given) return;
        reject(DiagnosticCode::syntax_error, laminar::span_of(clause),
               std::string("a query has one ") + name + " only");
    };
    for (auto* child : context.children) {
        if (auto* order = dynamic_cast<Grammar::OrderByContext*>(child)) {
            once(ordered, *order, "ORDER BY");
            ordered = true;
            query.order_by_all = has_token(*order, Grammar::ALL);
            for_each_child<Grammar::OrderItemContext>(
                *order, [&](auto& item) { query.order_by.push_back(transform_order_item(item)); });
        } else if (auto* limit = dynamic_cast<Grammar::LimitContext*>(child)) {
            once(static_cast<bool>(query.limit), *limit, "LIMIT");
            if (auto* count = limit->expression()) query.limit = transform_expression(*count);
            query.limit_percent = has_token(*limit, Grammar::PERCENT_SIGN) || has_token(*limit, Grammar::PERCENT);
        } else if (auto* offset = dynamic_cast<Grammar::OffsetContext*>(child)) {
            once(static_cast<bool>(query.offset), *offset, "OFFSET");
            query.offset = transform_expression(*offset->expression());
        } else if (auto* fetch = dynamic_cast<Grammar::FetchContext*>(child)) {
            once(static_cast<bool>(query.limit), *fetch, "LIMIT or FETCH");
            query.limit = fetch->expression() != nullptr
                              ? transform_expression(*fetch->expression())
                              : ast::Expression{laminar::span_of(*fetch), ast::Literal{ast::LiteralKind::integer, "1"}};
        }
    }
}

/// INTERSECT binds tighter than UNION and EXCEPT; all of them from left to right.
ast::QueryBody Transformer::transform_query_body(Grammar::QueryBodyContext& context) {
    const DepthScope depth(*this, context.children.size() / 2, context);
    std::vector<ast::QueryBody> operands;
    std::vector<ast::SetOperation> operators;
    for (auto* child : context.children) {
        if (auto* term = dynamic_cast<Grammar::QueryTermContext*>(child)) {
            operands.push_back(transform_query_term(*term));
            continue;
        }
        ast::SetOperation next = set_operation(static_cast<Grammar::SetOperatorContext&>(*child));
        while (!operators.empty() && binding_of(operators.back().kind) >= binding_of(next.kind)) {
            reduce(operands, operators);
        }
        operators.push_back(std::move(next));
    }
    while (!operators.empty()) reduce(operands, operators);
    return std::move(operands.front());
}

ast::QueryBody Transformer::transform_query_term(Grammar::QueryTermContext& context) {
    const SourceSpan span = laminar::span_of(context);
    if (auto* select = context.select()) return {span, transform_select(*select)};
    if (auto* values = context.values()) return {span, transform_values(*values)};
    return {span, ast::NestedQuery{transform_query(*context.query())}};
}

ast::Values Transformer::transform_values(Grammar::ValuesContext& context) {
    ast::Values values;
    for_each_child<Grammar::ValuesRowContext>(context, [&](auto& row) {
        std::vector<ast::Expression> expressions;
        if (auto* query = row.query()) expressions.push_back(subquery(*query, laminar::span_of(row)));
        for_each_child<Grammar::ExpressionContext>(
            row, [&](auto& expression) { expressions.push_back(transform_expression(expression)); });
        values.rows.push_back(std::move(expressions));
    });
    return values;
}

ast::Select Transformer::transform_select(Grammar::SelectContext& context) {
    ast::Select select;
    if (auto* from = context.fromClause()) select.from = transform_from(*from);
    if (auto* list = context.selectList()) {
        transform_select_list(*list, select);
    } else {
        // FROM t alone selects everything.
        select.items.push_back({{laminar::span_of(*context.fromClause()->start), ast::Star{}}, {}});
    }
    transform_select_tail(*context.selectTail(), select);
    return select;
}

void Transformer::transform_select_list(Grammar::SelectListContext& context, ast::Select& select) {
    select.distinct = has_token(context, Grammar::DISTINCT);
    if (auto* on = context.expressionList()) select.distinct_on = transform_expression_list(*on);
    for_each_child<Grammar::SelectItemContext>(
        context, [&](auto& item) { select.items.push_back(transform_select_item(item)); });
}

ast::SelectItem Transformer::transform_select_item(Grammar::SelectItemContext& context) {
    ast::SelectItem item;
    if (auto* star = context.star()) {
        item.value = transform_star(*star, {}, laminar::span_of(*star));
        return item;
    }
    item.value = transform_expression(*context.expression());
    if (auto* alias = context.alias()) {
        item.alias = identifier_of(*alias->stop);
    }
    return item;
}

void Transformer::transform_select_tail(Grammar::SelectTailContext& context, ast::Select& select) {
    std::size_t clause = 0;
    for (auto* child : context.children) {
        if (auto* expression = dynamic_cast<Grammar::ExpressionContext*>(child)) {
            ast::ExpressionBox& target = clause == Grammar::WHERE    ? select.where
                                         : clause == Grammar::HAVING ? select.having
                                                                     : select.qualify;
            target = transform_expression(*expression);
        } else if (auto* group = dynamic_cast<Grammar::GroupByContext*>(child)) {
            select.group_by_all = has_token(*group, Grammar::ALL);
            for_each_child<Grammar::GroupingElementContext>(
                *group, [&](auto& element) { select.group_by.push_back(transform_grouping_element(element)); });
        } else if (auto* windows = dynamic_cast<Grammar::WindowClauseContext*>(child)) {
            for_each_child<Grammar::NamedWindowContext>(*windows, [&](auto& window) {
                select.windows.push_back(
                    {transform_identifier(*window.name()), transform_window(*window.windowSpecification())});
            });
        } else if (auto* sample = dynamic_cast<Grammar::UsingSampleContext*>(child)) {
            select.sample = verbatim(*sample->sample());
        } else {
            clause = leading_token(*child);
        }
    }
}

ast::GroupingElement Transformer::transform_grouping_element(Grammar::GroupingElementContext& context) {
    using Kind = ast::GroupingElement::Kind;
    ast::GroupingElement element;
    if (has_token(context, Grammar::GROUPING)) {
        element.kind = Kind::grouping_sets;
        for_each_child<Grammar::GroupingElementContext>(
            context, [&](auto& nested) { element.elements.push_back(transform_grouping_element(nested)); });
    } else if (auto* list = context.expressionList()) {
        element.kind = has_token(context, Grammar::ROLLUP) ? Kind::rollup : Kind::cube;
        element.expressions = transform_expression_list(*list);
    } else if (auto* expression = context.expression()) {
        element.expressions.push_back(transform_expression(*expression));
    } else {
        element.kind = Kind::empty_set;
    }
    return element;
}

}  // namespace laminar
