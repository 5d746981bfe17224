// ORDER BY lists, windows and their frames.
#include "parser/write/sql_writer_pass.h"

namespace laminar {

void SqlWriterPass::write_order_items(const std::vector<ast::OrderItem>& items) {
    write_list(items, [this](const ast::OrderItem& item) {
        write_expression(item.value);
        switch (item.direction) {
            case ast::OrderItem::Direction::unspecified:
                break;
            case ast::OrderItem::Direction::ascending:
                put(" ASC");
                break;
            case ast::OrderItem::Direction::descending:
                put(" DESC");
                break;
        }
        switch (item.nulls) {
            case ast::OrderItem::Nulls::unspecified:
                break;
            case ast::OrderItem::Nulls::first:
                put(" NULLS FIRST");
                break;
            case ast::OrderItem::Nulls::last:
                put(" NULLS LAST");
                break;
        }
    });
}

void SqlWriterPass::write_window(const ast::WindowSpecification& window) {
    const OriginScope scope(*this, window.span);
    if (window.reference_only && window.base) return write_name(*window.base);
    put("(");
    std::string_view separator;
    if (window.base) {
        write_name(*window.base);
        separator = " ";
    }
    if (!window.partition_by.empty()) {
        put(separator);
        put("PARTITION BY ");
        write_expressions(window.partition_by);
        separator = " ";
    }
    if (!window.order_by.empty()) {
        put(separator);
        put("ORDER BY ");
        write_order_items(window.order_by);
        separator = " ";
    }
    if (window.frame) {
        put(separator);
        write_frame(*window.frame);
    }
    put(")");
}

void SqlWriterPass::write_frame(const ast::WindowFrame& frame) {
    const OriginScope scope(*this, frame.span);
    switch (frame.unit) {
        case ast::WindowFrame::Unit::rows:
            put("ROWS ");
            break;
        case ast::WindowFrame::Unit::range:
            put("RANGE ");
            break;
        case ast::WindowFrame::Unit::groups:
            put("GROUPS ");
            break;
    }
    if (frame.end) put("BETWEEN ");
    write_frame_bound(frame.begin);
    if (frame.end) {
        put(" AND ");
        write_frame_bound(*frame.end);
    }
    switch (frame.exclusion) {
        case ast::WindowFrame::Exclusion::none:
            break;
        case ast::WindowFrame::Exclusion::current_row:
            put(" EXCLUDE CURRENT ROW");
            break;
        case ast::WindowFrame::Exclusion::group:
            put(" EXCLUDE GROUP");
            break;
        case ast::WindowFrame::Exclusion::ties:
            put(" EXCLUDE TIES");
            break;
    }
}

void SqlWriterPass::write_frame_bound(const ast::FrameBound& bound) {
    // The AND of BETWEEN and the words that follow would be read as the offset's own.
    if (bound.offset) write_expression(*bound.offset, Binding::other_operator);
    switch (bound.kind) {
        case ast::FrameBound::Kind::unbounded_preceding:
            put("UNBOUNDED PRECEDING");
            break;
        case ast::FrameBound::Kind::preceding:
            put(" PRECEDING");
            break;
        case ast::FrameBound::Kind::current_row:
            put("CURRENT ROW");
            break;
        case ast::FrameBound::Kind::following:
            put(" FOLLOWING");
            break;
        case ast::FrameBound::Kind::unbounded_following:
            put("UNBOUNDED FOLLOWING");
            break;
    }
}

}  // namespace laminar
