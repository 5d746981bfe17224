#include "runtime/session/statement_executor.h"

#include <variant>

namespace laminar {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

bool StatementExecutor::execute(const BoundStatement& statement, Diagnostics& diagnostics) {
    const SourceSpan span = statement.span;
    return std::visit(
        Overloaded{
            [&](const BoundCreate& create_statement) { return create(create_statement, statement, diagnostics); },
            [&](const BoundAlterConnection& alter) { return alter_connection(alter, statement, diagnostics); },
            [&](const BoundDrop& drop_statement) {
                drop(drop_statement, statement);
                return true;
            },
            [&](const BoundInsert& insert_statement) {
                open_connections();
                return insert(insert_statement, span, diagnostics);
            },
            [&](const BoundSelect& select_statement) {
                open_connections();
                return select(select_statement.query, span, diagnostics);
            },
            [&](const BoundSubscribe& subscription) { return subscribe(subscription, span, diagnostics); },
            [&](const BoundWaitFor& wait) {
                open_connections();
                return wait_for(wait, span, diagnostics);
            },
            [&](const BoundPauseResume& pause) {
                pause_or_resume(pause);
                return true;
            },
            [&](const BoundShow& show_statement) {
                show(show_statement);
                return true;
            },
            [&](const BoundShowCreate& show_statement) {
                show_create(show_statement);
                return true;
            },
            [&](const BoundDescribe& describe_statement) { return describe(describe_statement, span, diagnostics); },
            [&](const BoundSet& setting) {
                set(setting);
                return true;
            },
            [&](const std::shared_ptr<BoundExplain>& explain_statement) {
                explain(*explain_statement);
                return true;
            },
        },
        statement.node);
}

}  // namespace laminar
