// What a data directory keeps of the catalog, and what a script declares of it again.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>
#include <variant>

#include "catalog/options/clear_secrets.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/planned_query.h"
#include "runtime/session/statement_executor.h"
#include "runtime/storage/crash_point.h"
#include "runtime/storage/data_directory.h"

namespace laminar {

namespace {

/// The connection whose options a statement brings; null: it brings none.
const ConnectionObject* brought_connection(const BoundStatement& statement) {
    if (const auto* alter = std::get_if<BoundAlterConnection>(&statement.node)) return &alter->object;
    const auto* create = std::get_if<BoundCreate>(&statement.node);
    if (!create) return nullptr;
    return create->connection ? &*create->connection : std::get_if<ConnectionObject>(&create->object);
}

/// A text that is kept is kept as it was written.
bool check_secrets(const ConnectionObject& connection, SourceSpan statement, Diagnostics& diagnostics) {
    const auto* create = std::get_if<ast::CreateConnection>(&connection.statement.node);
    if (!create) return true;
    bool good = true;
    for_each_clear_secret(
        *connection.connector->options, create->options, [&](SourceSpan span, const std::string& what) {
            // What ALTER brought has no place in the text of CREATE.
            diagnostics.error(
                DiagnosticCode::secret_in_clear, span.end > span.begin ? span : statement,
                fmt::format("{} is written in clear, and the statement would be kept in the data directory", what),
                std::string(use_a_secret));
            good = false;
        });
    return good;
}

/// Null: its plan is not known before the first messages.
bool may_keep_state(const PipelineObject& pipeline) {
    const auto* planned = dynamic_cast<const PlannedQuery*>(pipeline.facts.get());
    return !planned || !planned->plan.operators.empty();
}

SourceSpan name_of_sink(const PipelineObject& pipeline, SourceSpan statement) {
    const auto* create = std::get_if<ast::CreatePipeline>(&pipeline.statement.node);
    return create && create->sink ? create->sink->span : statement;
}

SourceSpan name_of(const PipelineObject& pipeline, SourceSpan statement) {
    const auto* create = std::get_if<ast::CreatePipeline>(&pipeline.statement.node);
    return create ? create->name.span : statement;
}

std::string_view advice_for(ast::ObjectKind kind) {
    switch (kind) {
        case ast::ObjectKind::connection:
            return "change it by ALTER CONNECTION or CREATE OR REPLACE CONNECTION";
        case ast::ObjectKind::table:
            return "CREATE OR REPLACE TABLE begins it anew, without its rows; where others use it, start once with "
                   "--reset for each of them";
        case ast::ObjectKind::view:
        case ast::ObjectKind::pipeline:
        case ast::ObjectKind::function:
            break;
    }
    return "change it by CREATE OR REPLACE; where others use it, start once with --reset for each of them";
}

}  // namespace

bool StatementExecutor::check_keeping(const BoundStatement& statement, Diagnostics& diagnostics) const {
    if (!database_.stored_catalog) return true;
    if (const ConnectionObject* connection = brought_connection(statement); connection && !restoring_)
        return check_secrets(*connection, statement.span, diagnostics);
    const auto* create = std::get_if<BoundCreate>(&statement.node);
    const auto* pipeline = create ? std::get_if<PipelineObject>(&create->object) : nullptr;
    if (!pipeline || !may_keep_state(*pipeline)) return true;
    const auto* sink = catalog().find_as<TableObject>(pipeline->sink);
    if (pipeline->facts && pipeline->facts->changes && sink && sink->is_stored()) {
        diagnostics.error(
            DiagnosticCode::not_a_sink, name_of_sink(*pipeline, statement.span),
            fmt::format(
                "the result of the query is updated as rows come, and what it is counted from is not kept in the "
                "data directory yet: after a restart it would be written over the rows of table \"{}\"",
                sink->name),
            "group by a window, write to a stream, or leave out --data-dir");
        return false;
    }
    diagnostics.warning(
        DiagnosticCode::option_not_effective, name_of(*pipeline, statement.span),
        fmt::format("{} \"{}\" {}", pipeline->facts ? "what pipeline" : "if pipeline", pipeline->name,
                    pipeline->facts ? "keeps (windows, groups, rows that wait for others) is not in the "
                                      "data directory: it begins anew with every start"
                                    : "keeps windows, groups or rows that wait for others, they are not "
                                      "in the data directory: it begins anew with every start"));
    return true;
}

void StatementExecutor::keep(const BoundStatement& statement) {
    if (!database_.stored_catalog || restoring_) return;
    database_.stored_catalog->write(statement, catalog());
    crash_point("catalog.written");
}

void StatementExecutor::keep_alone(Engine& engine, const BoundStatement& statement) {
    if (!database_.stored_catalog || restoring_) return;
    EngineTransaction transaction(engine);
    keep(statement);
    transaction.commit();
}

void StatementExecutor::forget_kept(const BoundStatement& statement) {
    if (const auto* create = std::get_if<BoundCreate>(&statement.node))
        database_.kept.forget(kind_of(create->object), definition_of(create->object).name);
    if (const auto* drop = std::get_if<BoundDrop>(&statement.node)) {
        for (const BoundDrop::Target& target : drop->targets) database_.kept.forget(target.kind, target.name);
    }
}

std::optional<bool> StatementExecutor::declare_kept(const ast::Statement& statement, Diagnostics& diagnostics) {
    if (!database_.stored_catalog || restoring_) return std::nullopt;
    return std::visit(
        [&]<class Node>(const Node& node) -> std::optional<bool> {
            if constexpr (requires { node.if_not_exists; }) {
                const ast::ObjectKind kind = std::is_same_v<Node, ast::CreateConnection> ? ast::ObjectKind::connection
                                             : std::is_same_v<Node, ast::CreateTable>    ? ast::ObjectKind::table
                                             : std::is_same_v<Node, ast::CreateView>     ? ast::ObjectKind::view
                                             : std::is_same_v<Node, ast::CreatePipeline> ? ast::ObjectKind::pipeline
                                                                                         : ast::ObjectKind::function;
                const StoredObject* kept = database_.kept.find(kind, node.name.text);
                if (!kept) return std::nullopt;
                const std::string declared = declaration_text(statement);
                if (declared == kept->declared) {
                    database_.kept.forget(kind, node.name.text);
                    say_done(fmt::format("CREATE {} (as before)", upper_case(kind_name(kind))));
                    return true;
                }
                if (node.or_replace || node.if_not_exists) return std::nullopt;
                diagnostics.error(
                    DiagnosticCode::object_exists, node.name.span,
                    fmt::format("{} \"{}\" is kept with another definition in the data directory: {}",
                                kind_name(kept->kind), kept->name, describe_difference(kept->declared, declared)),
                    std::string(advice_for(kept->kind)));
                return false;
            } else {
                return std::nullopt;
            }
        },
        static_cast<const ast::StatementNode::variant&>(statement.node));
}

std::vector<StoredObject> StatementExecutor::take_stored(const std::vector<std::string>& reset) {
    if (!database_.stored_catalog) return {};
    return database_.engine.call([&](Engine& engine) {
        StoredCatalog& stored = *database_.stored_catalog;
        std::vector<StoredObject> objects = stored.read();
        std::vector<StoredObject> given_up;
        for (const std::string& name : reset) {
            const auto found = std::find_if(objects.begin(), objects.end(), [&](const StoredObject& object) {
                return equals_ignoring_case(object.name, name);
            });
            if (found == objects.end())
                throw DataDirectoryError(fmt::format("--reset {0}: the data directory has no \"{0}\"", name));
            given_up.push_back(std::move(*found));
            objects.erase(found);
        }
        std::set<std::string> users;
        for (const StoredObject& object : given_up) {
            for (const StoredObject& user : stored.users_of(object.kind, object.name)) {
                const bool is_kept = std::any_of(objects.begin(), objects.end(), [&](const StoredObject& each) {
                    return each.kind == user.kind && each.name == user.name;
                });
                if (is_kept) users.insert("--reset " + user.name);
            }
        }
        if (!users.empty())
            throw DataDirectoryError(
                fmt::format("what is to be reset is used by others; reset them, too: {}", fmt::join(users, " ")));
        EngineTransaction transaction(engine);
        for (const StoredObject& object : given_up) {
            stored.remove(object.kind, object.name);
            if (object.kind == ast::ObjectKind::table)
                engine.execute("DROP TABLE IF EXISTS " + engine_table_name(object.name));
            if (object.kind == ast::ObjectKind::function)
                engine.execute("DROP MACRO IF EXISTS " + quote_identifier(object.name));
        }
        transaction.commit();
        return objects;
    });
}

}  // namespace laminar
