#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {

ast::TableReference Transformer::transform_from(Grammar::FromClauseContext& context) {
    const DepthScope depth(*this, context.children.size() / 2, context);
    std::optional<ast::TableReference> result;
    for_each_child<Grammar::TableReferenceContext>(context, [&](auto& table) {
        ast::TableReference next = transform_table_reference(table);
        if (!result) {
            result = std::move(next);
            return;
        }
        ast::Join join;
        join.kind = ast::Join::Kind::cross;
        join.comma = true;
        const SourceSpan span = cover(result->span, next.span);
        join.left = std::move(*result);
        join.right = std::move(next);
        result = ast::TableReference{span, std::move(join), {}, {}};
    });
    return std::move(*result);
}

ast::TableReference Transformer::transform_table_reference(Grammar::TableReferenceContext& context) {
    const DepthScope depth(*this, context.children.size(), context);
    ast::TableReference result = transform_table_primary(*context.tablePrimary());
    for_each_child<Grammar::JoinTailContext>(context, [&](auto& tail) {
        ast::Join join = transform_join_kind(tail);
        join.right = transform_table_primary(*tail.tablePrimary());
        if (auto* condition = tail.expression()) join.on = transform_expression(*condition);
        join.using_columns = transform_names(tail.nameList());
        const bool conditional = join.on || !join.using_columns.empty();
        const bool needs_condition =
            !join.natural && join.kind != ast::Join::Kind::cross && join.kind != ast::Join::Kind::positional;
        const SourceSpan words = cover(laminar::span_of(*tail.joinKind()), span_of(*find_token(tail, Grammar::JOIN)));
        if (needs_condition && !conditional) {
            reject(DiagnosticCode::empty_statement_part, words, "the join lacks ON or USING",
                   "for every combination of rows write CROSS JOIN");
        }
        if (!needs_condition && conditional) {
            reject(DiagnosticCode::syntax_error, words, "this kind of join takes no condition");
        }
        const SourceSpan span = cover(result.span, laminar::span_of(tail));
        join.left = std::move(result);
        result = ast::TableReference{span, std::move(join), {}, {}};
    });
    return result;
}

ast::Join Transformer::transform_join_kind(Grammar::JoinTailContext& context) {
    using Kind = ast::Join::Kind;
    ast::Join join;
    for (auto* child : context.joinKind()->children) {
        switch (leading_token(*child)) {
            case Grammar::CROSS:
                join.kind = Kind::cross;
                break;
            case Grammar::POSITIONAL:
                join.kind = Kind::positional;
                break;
            case Grammar::NATURAL:
                join.natural = true;
                break;
            case Grammar::ASOF:
                join.asof = true;
                break;
            case Grammar::LEFT:
                join.kind = Kind::left;
                break;
            case Grammar::RIGHT:
                join.kind = Kind::right;
                break;
            case Grammar::FULL:
                join.kind = Kind::full;
                break;
            case Grammar::SEMI:
                join.kind = Kind::semi;
                break;
            case Grammar::ANTI:
                join.kind = Kind::anti;
                break;
            default:
                break;
        }
    }
    return join;
}

ast::TableReference Transformer::transform_table_primary(Grammar::TablePrimaryContext& context) {
    ast::TableReference table = transform_table_source(*context.tableSource());
    if (auto* alias = context.tableAlias()) {
        if (table.alias) {
            reject(DiagnosticCode::syntax_error, laminar::span_of(*alias), "the table has a name already",
                   "remove one of the two");
        }
        table.alias = transform_table_alias(*alias);
    }
    if (auto* sample = context.sample()) table.sample = verbatim(*sample);
    table.span = laminar::span_of(context);
    return table;
}

ast::TableReference Transformer::transform_table_source(Grammar::TableSourceContext& context) {
    const SourceSpan span = laminar::span_of(context);
    const bool lateral = has_token(context, Grammar::LATERAL);
    if (auto* query = context.query()) return {span, ast::DerivedTable{lateral, transform_query(*query)}, {}, {}};
    if (auto* inner = context.tableReference()) return transform_table_reference(*inner);
    ast::QualifiedName name = transform_qualified_name(*context.qualifiedName());
    auto* suffix = context.callSuffix();
    if (suffix == nullptr) return {span, ast::NamedTable{std::move(name)}, {}, {}};
    const SourceSpan call_span = cover(name.span, laminar::span_of(*suffix));
    ast::TableFunction function;
    function.lateral = lateral;
    function.with_ordinality = has_token(context, Grammar::ORDINALITY);
    function.call = transform_call(std::move(name), *suffix, call_span);
    if (!std::holds_alternative<ast::FunctionCall>(function.call.node)) {
        reject(DiagnosticCode::syntax_error, call_span, "this function does not return a table");
    }
    return {span, std::move(function), {}, {}};
}

ast::TableAlias Transformer::transform_table_alias(Grammar::TableAliasContext& context) {
    ast::TableAlias alias;
    if (auto* label = context.columnLabel()) {
        alias.name = transform_identifier(*label);
    } else {
        alias.name = transform_identifier(*context.bareAlias());
    }
    alias.columns = transform_names(context.nameList());
    return alias;
}

}  // namespace laminar
