// Nodes that Laminar knows and the engine does not, in the engine's words.
#include <utility>

#include "parser/ast/builders.h"
#include "parser/write/sql_writer_pass.h"

namespace laminar {
namespace {

/// The engine's default origin of buckets is a Monday in 2000; ours is the epoch for every width.
ast::Expression bucket(const ast::TimeWindow& window) {
    ast::TypedLiteral epoch;
    epoch.type.name = "TIMESTAMP";
    epoch.text = "1970-01-01 00:00:00";
    ast::Expression origin{{}, std::move(epoch)};
    if (window.offset) origin = make_binary(std::move(origin), ast::OperatorKind::add, *window.offset);
    return make_call("time_bucket", {*window.size, *window.time, std::move(origin)}, {});
}

ast::Expression lowered(const ast::TimeWindow& window) {
    using Kind = ast::TimeWindow::Kind;
    using Part = ast::TimeWindow::Part;
    if (window.kind == Kind::session) return make_call("laminar_session", {*window.time, *window.size}, {});
    if (window.kind == Kind::tumble)
        return window.part == Part::start ? bucket(window) : ast::Expression{{}, window_structure(window, {})};
    const char* function = window.part == Part::start ? "laminar_hop_first"
                           : window.part == Part::all ? "laminar_hop_windows"
                                                      : "laminar_hop";
    return make_call(function, {*window.time, *window.slide, *window.size}, {});
}

}  // namespace

void SqlWriterPass::write_node(const ast::TimeWindow& window) { write_expression(lowered(window)); }

/// The engine's own NOW() carries a time zone, which would compare with TIMESTAMP columns by the session's zone.
void SqlWriterPass::write_node(const ast::PresentTime& time) {
    ast::AtTimeZone utc;
    utc.operand = make_call("now", {}, {});
    utc.zone = make_string("UTC", {});
    const char* type = time.kind == ast::PresentTime::Kind::date ? "DATE" : "TIMESTAMP";
    write_expression(make_cast(ast::Expression{{}, std::move(utc)}, type, {}));
}

void SqlWriterPass::write_node(const ast::Acknowledge& acknowledge) {
    write_expression(make_call("laminar_acknowledge", {*acknowledge.connection, *acknowledge.message_id}, {}));
}

}  // namespace laminar
