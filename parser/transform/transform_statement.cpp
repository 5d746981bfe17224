#include <fmt/format.h>

#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

using Grammar = ::LaminarParser;

ast::ObjectKind object_kind(Grammar::ObjectKindContext& context) {
    switch (context.start->getType()) {
        case Grammar::CONNECTION:
            return ast::ObjectKind::connection;
        case Grammar::VIEW:
            return ast::ObjectKind::view;
        case Grammar::PIPELINE:
            return ast::ObjectKind::pipeline;
        case Grammar::FUNCTION:
            return ast::ObjectKind::function;
        default:
            return ast::ObjectKind::table;
    }
}

}  // namespace

ast::Statement Transformer::transform_statement(Grammar::StatementContext& context) {
    ast::Statement statement = transform_plain_statement(*context.plainStatement());
    if (!has_token(context, Grammar::EXPLAIN)) return statement;
    return {laminar::span_of(context), ast::Explain{has_token(context, Grammar::ANALYZE), std::move(statement)}};
}

ast::Statement Transformer::transform_plain_statement(Grammar::PlainStatementContext& context) {
    const SourceSpan span = laminar::span_of(context);
    if (auto* create = context.createStatement()) return {span, transform_create(*create)};
    if (auto* alter = context.alterConnection()) {
        return {span,
                ast::AlterConnection{transform_identifier(*alter->name()), transform_options(alter->optionList())}};
    }
    if (auto* insert = context.insertStatement()) return {span, transform_insert(*insert)};
    if (auto* query = context.query()) return {span, ast::SelectStatement{transform_query(*query)}};
    if (auto* subscribe = context.subscribe()) return {span, transform_subscribe(*subscribe)};
    if (auto* wait = context.waitFor()) return {span, transform_wait_for(*wait)};
    if (auto* pause = context.pauseResume()) return {span, transform_pause_resume(*pause)};
    if (auto* drop = context.drop()) return {span, transform_drop(*drop)};
    if (auto* show = context.show()) return {span, transform_show(*show)};
    if (auto* describe = context.describe()) return {span, transform_describe(*describe)};
    return {span, transform_set(*context.setSetting())};
}

ast::Insert Transformer::transform_insert(Grammar::InsertStatementContext& context) {
    return {transform_identifier(*context.name()), transform_names(context.nameList()),
            transform_query(*context.query())};
}

ast::Subscribe Transformer::transform_subscribe(Grammar::SubscribeContext& context) {
    ast::Subscribe subscribe;
    if (auto* name = context.name()) {
        subscribe.name = transform_identifier(*name);
        return subscribe;
    }
    // The parentheses of SUBSCRIBE TO (query) are the statement's.
    auto* query = context.query();
    auto* term = query->children.size() == 1 && query->queryBody()->children.size() == 1
                     ? query->queryBody()->queryTerm(0)
                     : nullptr;
    subscribe.query = transform_query(term != nullptr && term->query() != nullptr ? *term->query() : *query);
    return subscribe;
}

ast::WaitFor Transformer::transform_wait_for(Grammar::WaitForContext& context) {
    ast::WaitFor wait;
    wait.name = transform_identifier(*context.name());
    wait.read = has_token(context, Grammar::READ);
    for (auto* child : context.children) {
        if (auto* timeout = dynamic_cast<Grammar::OptionValueContext*>(child)) {
            wait.timeout = transform_option_value(*timeout);
            const bool readable = std::holds_alternative<ast::OptionValue::Interval>(wait.timeout->node) ||
                                  std::holds_alternative<ast::OptionValue::String>(wait.timeout->node);
            if (!readable) {
                reject(DiagnosticCode::syntax_error, wait.timeout->span, "a timeout is an interval",
                       "for example TIMEOUT INTERVAL '10 seconds'");
            }
        } else if (leading_token(*child) == Grammar::INTEGER) {
            wait.count = static_cast<std::uint64_t>(
                integer_value(*static_cast<antlr4::tree::TerminalNode*>(child)->getSymbol()));
        }
    }
    return wait;
}

ast::PauseResume Transformer::transform_pause_resume(Grammar::PauseResumeContext& context) {
    ast::PauseResume result;
    result.resume = has_token(context, Grammar::RESUME);
    result.kind = has_token(context, Grammar::PIPELINE) ? ast::ObjectKind::pipeline : ast::ObjectKind::connection;
    result.name = transform_identifier(*context.name());
    return result;
}

ast::Drop Transformer::transform_drop(Grammar::DropContext& context) {
    ast::Drop drop;
    drop.kind = object_kind(*context.objectKind());
    drop.if_exists = has_token(context, Grammar::EXISTS);
    drop.cascade = has_token(context, Grammar::CASCADE);
    for_each_child<Grammar::NameContext>(context,
                                         [&](auto& name) { drop.names.push_back(transform_identifier(name)); });
    return drop;
}

ast::Statement::Node Transformer::transform_show(Grammar::ShowContext& context) {
    if (has_token(context, Grammar::CREATE)) {
        ast::ShowCreate show;
        if (auto* kind = context.objectKind()) show.kind = object_kind(*kind);
        show.name = transform_identifier(*context.name());
        return show;
    }
    using What = ast::Show::What;
    ast::Show show;
    switch (leading_token(*context.children[1])) {
        case Grammar::CONNECTORS:
            show.what = What::connectors;
            break;
        case Grammar::CONNECTIONS:
            show.what = What::connections;
            break;
        case Grammar::VIEWS:
            show.what = What::views;
            break;
        case Grammar::PIPELINES:
            show.what = What::pipelines;
            break;
        case Grammar::FUNCTIONS:
            show.what = What::functions;
            break;
        case Grammar::SETTINGS:
            show.what = What::settings;
            break;
        default:
            show.what = What::tables;
            break;
    }
    if (auto* pattern = context.string()) show.like = transform_string(*pattern);
    return show;
}

ast::Describe Transformer::transform_describe(Grammar::DescribeContext& context) {
    ast::Describe describe;
    describe.connector = has_token(context, Grammar::CONNECTOR);
    if (auto* name = context.qualifiedName()) describe.name = transform_qualified_name(*name);
    if (auto* query = context.query()) describe.query = transform_query(*query);
    return describe;
}

ast::Set Transformer::transform_set(Grammar::SetSettingContext& context) {
    return {transform_identifier(*context.name()), transform_option_value(*context.optionValue())};
}

}  // namespace laminar
