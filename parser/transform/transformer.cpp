#include "parser/transform/transformer.h"

#include <fmt/format.h>

#include "parser/text/ascii.h"
#include "parser/tokens/token_classifier.h"

namespace laminar {

SourceSpan span_of(const antlr4::ParserRuleContext& context) {
    const SourceSpan first = span_of(*context.start);
    if (context.stop == nullptr) return {first.begin, first.begin};
    const SourceSpan last = span_of(*context.stop);
    return {first.begin, last.end < first.begin ? first.begin : last.end};
}

antlr4::Token* find_token(const antlr4::ParserRuleContext& context, std::size_t token_type) {
    for (antlr4::tree::ParseTree* child : context.children) {
        auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(child);
        if (terminal != nullptr && terminal->getSymbol()->getType() == token_type) return terminal->getSymbol();
    }
    return nullptr;
}

std::size_t leading_token(antlr4::tree::ParseTree& child) {
    if (auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(&child)) return terminal->getSymbol()->getType();
    return static_cast<antlr4::ParserRuleContext&>(child).start->getType();
}

Transformer::DepthScope::DepthScope(Transformer& transformer, std::size_t levels,
                                    const antlr4::ParserRuleContext& where)
    : transformer_(transformer), levels_(levels) {
    if (transformer.depth_ + levels > transformer.limits_.max_depth) {
        transformer.reject(
            DiagnosticCode::nesting_too_deep, span_of(*where.start),
            fmt::format("operators, joins and brackets are more than {} deep here", transformer.limits_.max_depth),
            "split the statement, or use a list: x IN (a, b, c)");
    }
    transformer.depth_ += levels;
}

void Transformer::reject(DiagnosticCode code, SourceSpan span, std::string message, std::string hint) {
    diagnostics_.error(code, span, std::move(message), std::move(hint));
    throw StatementRejected{};
}

std::string Transformer::verbatim(const antlr4::ParserRuleContext& context) const {
    return std::string(slice(span_of(context)));
}

}  // namespace laminar
