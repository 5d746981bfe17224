// What a data directory keeps of the catalog, and what a script declares of it again.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>
#include <variant>

#include "catalog/bind/table_options.h"
#include "catalog/options/clear_secrets.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/registry/connections.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/stream_schema.h"
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

/// The same of a table's own options.
bool check_secrets(const TableObject& table, SourceSpan statement, Diagnostics& diagnostics) {
    const auto* create = std::get_if<ast::CreateTable>(&table.statement.node);
    if (!create) return true;
    bool good = true;
    for_each_clear_secret(table_option_schema(), create->options, [&](SourceSpan span, const std::string& what) {
        diagnostics.error(
            DiagnosticCode::secret_in_clear, span.end > span.begin ? span : statement,
            fmt::format("{} is written in clear, and the statement would be kept in the data directory", what),
            std::string(use_a_secret));
        good = false;
    });
    return good;
}

/// What the engine calls the state of an object: the numbered one of its name, as that of what is replaced is still
/// there. A name that looks like such a key gets a number as well: no two objects share one.
std::string engine_key(const std::string& name, std::int64_t replacement) {
    const bool is_plain = replacement == 0 && name.find(" (replacing ") == std::string::npos;
    return is_plain ? name : fmt::format("{} (replacing {})", name, replacement);
}

std::string owner_of_table(const std::string& key) { return fold_case("table:" + key); }

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
    const auto* create = std::get_if<BoundCreate>(&statement.node);
    if (const auto* table = create ? std::get_if<TableObject>(&create->object) : nullptr;
        table && !restoring_ && !check_secrets(*table, statement.span, diagnostics))
        return false;
    if (const ConnectionObject* connection = brought_connection(statement); connection && !restoring_)
        return check_secrets(*connection, statement.span, diagnostics);
    return true;
}

void StatementExecutor::keep(const BoundStatement& statement) {
    if (!database_.stored_catalog || restoring_) return;
    database_.stored_catalog->write(statement, catalog());
    database_.state_store->forget_uncommitted();
    give_up_state(statement);
    database_.state_store->write();
    crash_point("catalog.written");
}

void StatementExecutor::keep_alone(Engine& engine, const BoundStatement& statement) {
    if (!database_.stored_catalog || restoring_) return;
    EngineTransaction transaction(engine);
    keep(statement);
    transaction.commit();
    database_.state_store->on_commit();
}

/// What it replaces or drops has no state any more. Its tables go with it, or with the next start.
void StatementExecutor::give_up_state(const BoundStatement& statement) {
    if (const auto* create = std::get_if<BoundCreate>(&statement.node); create && create->replaces) {
        const auto* table = std::get_if<TableObject>(&create->object);
        const bool keeps = std::holds_alternative<PipelineObject>(create->object) || (table && !table->is_stored());
        give_up_state(definition_of(create->object).name,
                      keeps ? static_cast<std::int64_t>(database_.last_replacement.load()) : 0);
    }
    if (const auto* alter = std::get_if<BoundAlterConnection>(&statement.node)) {
        database_.graph.begin_anew(alter->object.name);
        database_.written_lengths->forget(alter->object.name);
    }
    if (const auto* drop = std::get_if<BoundDrop>(&statement.node)) {
        for (const BoundDrop::Target& target : drop->targets) {
            if (target.kind != ast::ObjectKind::function) give_up_state(target.name, 0);
        }
    }
}

void StatementExecutor::give_up_state(const std::string& name, std::int64_t replacement) {
    StateStore& store = *database_.state_store;
    const std::string key = engine_key(name, store.replacement_of(name));
    store.remove(RunningPipeline::owner_of(key));
    store.remove(owner_of_table(key));
    database_.written_lengths->forget(name);
    database_.resume_positions->forget(name);
    store.set_replacement(name, replacement);
}

std::string StatementExecutor::state_key(const std::string& name, bool replaces) {
    if (replaces) return engine_key(name, static_cast<std::int64_t>(++database_.last_replacement));
    if (!database_.state_store || !restoring_) return engine_key(name, 0);
    return database_.engine.call(
        [&](Engine&) { return engine_key(name, database_.state_store->replacement_of(name)); });
}

bool StatementExecutor::redelivers(const ConnectionObject& connection) {
    const DeliveryOptions& delivery = delivery_options(connection);
    if (delivery.auto_ack && delivery.ack_message.has_value()) return true;
    // A feed that goes on from a position begins with what came after that; which ids it brings is for the user to say.
    return delivery.auto_ack && !resume_path(connection).empty() && !delivery.message_id_field.empty();
}

void StatementExecutor::tell_of_time_away() {
    if (!database_.state_store) return;
    const std::optional<std::int64_t> last =
        database_.engine.call([&](Engine&) { return database_.state_store->last_commit_before(); });
    if (!last) return;
    for (const CatalogObject* object : catalog().objects(ast::ObjectKind::connection)) {
        const std::string& name = definition_of(*object).name;
        const auto live = database_.connections.find(name);
        if (!live) continue;
        ConnectionHandover handover;
        handover.status = live->status();
        // One that the process before did not see the end of goes on.
        handover.gap = database_.connections.gaps().open_gap(name);
        if (!handover.gap) {
            handover.gap.emplace();
            handover.gap->connection = name;
            handover.gap->started_at = handover.gap->last_message_at = *last;
            handover.gap->reason = "no process ran";
            handover.gap->last_position = database_.engine.call([&](Engine&) {
                const ResumePositions::Kept* kept = database_.resume_positions->find(name);
                return kept ? kept->position : std::string();
            });
        }
        (void)live->take_over(std::move(handover));
    }
}

bool StatementExecutor::can_be_read_again(const ConnectionObject& connection) {
    return connector_of(connection).can_be_read_again(*connection.options);
}

void StatementExecutor::begin_where_readers_are(const std::string& connection, Connection& live) {
    const std::shared_ptr<const Catalog> snapshot = database_.catalog.snapshot();
    const auto* definition = snapshot->find_as<ConnectionObject>(connection);
    if (!database_.state_store || !definition) return;
    ConnectionHandover handover;
    handover.status = live.status();
    if (const std::string path = resume_path(*definition); !path.empty()) {
        if (!handover.status.position.empty()) return;  // It is under way.
        const auto kept = database_.engine.call([&](Engine&) -> std::optional<ResumePositions::Kept> {
            const ResumePositions::Kept* found = database_.resume_positions->find(connection);
            return found ? std::optional(*found) : std::nullopt;
        });
        if (!kept || kept->path != path) return;
        handover.position_path = kept->path;
        handover.status.position = kept->position;
        (void)live.take_over(std::move(handover));
        return;
    }
    if (!can_be_read_again(*definition)) return;
    handover.status.position =
        fmt::to_string(database_.engine.call([&](Engine&) { return database_.graph.least_place(connection); }));
    (void)live.take_over(std::move(handover));
}

void StatementExecutor::keep_file_length(const std::string& connection, Connection& live) {
    if (!database_.state_store) return;
    // Once: another who uses it later finds it open.
    if (live.written_length()) return;
    live.keep_length(database_.engine.call([&](Engine&) { return database_.written_lengths->recorded(connection); }));
}

void StatementExecutor::forget_unclaimed() {
    if (!database_.state_store) return;
    database_.engine.call([&](Engine&) {
        database_.state_store->end_start();
        database_.state_store->drop_unclaimed(
            [&](const std::string& state) { return database_.graph.awaits_state(state); });
    });
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
        database_.state_store->forget_uncommitted();
        for (const StoredObject& object : given_up) {
            stored.remove(object.kind, object.name);
            if (object.kind != ast::ObjectKind::function) give_up_state(object.name, 0);
            if (object.kind == ast::ObjectKind::table)
                engine.execute("DROP TABLE IF EXISTS " + engine_table_name(object.name));
            if (object.kind == ast::ObjectKind::function)
                engine.execute("DROP MACRO IF EXISTS " + quote_identifier(object.name));
        }
        database_.state_store->write();
        transaction.commit();
        database_.state_store->on_commit();
        database_.state_store->begin_start();
        return objects;
    });
}

}  // namespace laminar
