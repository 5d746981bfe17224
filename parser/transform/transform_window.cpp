#include "parser/transform/transformer.h"

namespace laminar {

ast::OrderItem Transformer::transform_order_item(Grammar::OrderItemContext& context) {
    ast::OrderItem item;
    item.value = transform_expression(*context.expression());
    if (has_token(context, Grammar::ASC)) item.direction = ast::OrderItem::Direction::ascending;
    if (has_token(context, Grammar::DESC)) item.direction = ast::OrderItem::Direction::descending;
    if (has_token(context, Grammar::FIRST)) item.nulls = ast::OrderItem::Nulls::first;
    if (has_token(context, Grammar::LAST)) item.nulls = ast::OrderItem::Nulls::last;
    return item;
}

ast::WindowSpecification Transformer::transform_window(Grammar::WindowSpecificationContext& context) {
    ast::WindowSpecification window;
    window.span = laminar::span_of(context);
    if (auto* base = context.bareAlias()) window.base = transform_identifier(*base);
    for_each_child<Grammar::ExpressionContext>(
        context, [&](auto& expression) { window.partition_by.push_back(transform_expression(expression)); });
    for_each_child<Grammar::OrderItemContext>(
        context, [&](auto& item) { window.order_by.push_back(transform_order_item(item)); });
    if (auto* frame = context.windowFrame()) window.frame = transform_frame(*frame);
    return window;
}

ast::WindowFrame Transformer::transform_frame(Grammar::WindowFrameContext& context) {
    using Exclusion = ast::WindowFrame::Exclusion;
    ast::WindowFrame frame;
    frame.span = laminar::span_of(context);
    if (has_token(context, Grammar::RANGE)) frame.unit = ast::WindowFrame::Unit::range;
    if (has_token(context, Grammar::GROUPS)) frame.unit = ast::WindowFrame::Unit::groups;
    frame.begin = transform_frame_bound(*context.frameBound(0));
    if (auto* end = context.frameBound(1)) frame.end = transform_frame_bound(*end);
    if (has_token(context, Grammar::EXCLUDE)) {
        if (has_token(context, Grammar::CURRENT)) frame.exclusion = Exclusion::current_row;
        if (has_token(context, Grammar::GROUP)) frame.exclusion = Exclusion::group;
        if (has_token(context, Grammar::TIES)) frame.exclusion = Exclusion::ties;
    }
    return frame;
}

ast::FrameBound Transformer::transform_frame_bound(Grammar::FrameBoundContext& context) {
    using Kind = ast::FrameBound::Kind;
    const bool preceding = has_token(context, Grammar::PRECEDING);
    if (has_token(context, Grammar::CURRENT)) return {Kind::current_row, {}};
    if (auto* offset = context.expression()) {
        return {preceding ? Kind::preceding : Kind::following, transform_expression(*offset)};
    }
    return {preceding ? Kind::unbounded_preceding : Kind::unbounded_following, {}};
}

}  // namespace laminar
