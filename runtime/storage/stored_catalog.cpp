#include "runtime/storage/stored_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "catalog/bind/binder.h"
#include "catalog/objects/column_name.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/storage/stored_objects.h"

namespace laminar {

namespace {

constexpr std::array kinds{ast::ObjectKind::connection, ast::ObjectKind::table, ast::ObjectKind::view,
                           ast::ObjectKind::pipeline, ast::ObjectKind::function};

ast::ObjectKind kind_of_name(std::string_view name) {
    const auto* found =
        std::find_if(kinds.begin(), kinds.end(), [&](ast::ObjectKind kind) { return kind_name(kind) == name; });
    return found == kinds.end() ? ast::ObjectKind::table : *found;
}

/// Functions have names of their own.
std::string where_object(ast::ObjectKind kind, std::string_view name) {
    return fmt::format("is_function = {} AND key = {}", kind == ast::ObjectKind::function,
                       quote_string(fold_case(name)));
}

/// What a table declares itself comes and goes with its statement.
bool is_kept(const CatalogObject& object) {
    const auto* connection = std::get_if<ConnectionObject>(&object);
    return !connection || connection->table.empty();
}

/// By namespace and folded name; objects that are kept alone. Equal pointers are one definition.
using Objects = std::map<std::pair<bool, std::string>, const CatalogObject*>;
Objects objects_of(const Catalog& catalog) {
    Objects objects;
    for (const ast::ObjectKind kind : kinds) {
        for (const CatalogObject* object : catalog.objects(kind)) {
            if (is_kept(*object))
                objects.emplace(std::pair(kind == ast::ObjectKind::function, fold_case(definition_of(*object).name)),
                                object);
        }
    }
    return objects;
}

/// The table with the columns that its query had: the query is not executed again.
std::string definition_text(const CatalogObject& object) {
    ast::Statement statement = definition_of(object).statement;
    const auto* table = std::get_if<TableObject>(&object);
    auto* create = std::get_if<ast::CreateTable>(&statement.node);
    if (!table || !create || !create->as_query) return declaration_text(std::move(statement));
    std::string columns;
    for (const ColumnObject& column : table->columns)
        columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", always_quote_identifier(column.name),
                               to_sql(column.type));
    const auto source = std::make_shared<SourceText>(
        table->name, fmt::format("CREATE TABLE {} ({})", always_quote_identifier(table->name), columns));
    Diagnostics problems(source);
    ParsedScript script = parse_script(source, problems);
    if (script.statements.size() != 1)
        throw EngineException(
            {.type = "Catalog",
             .message = fmt::format("the columns of table \"{}\" cannot be written down: {}", table->name, columns)});
    create->columns = std::move(std::get<ast::CreateTable>(script.statements.front().node).columns);
    create->has_column_list = true;
    create->as_query = {};
    return declaration_text(std::move(statement));
}

std::size_t find_object(const std::vector<StoredObject>& objects, bool is_function, const std::string& key) {
    const auto found = std::find_if(objects.begin(), objects.end(), [&](const StoredObject& object) {
        return (object.kind == ast::ObjectKind::function) == is_function && fold_case(object.name) == key;
    });
    return static_cast<std::size_t>(found - objects.begin());
}

}  // namespace

std::string declaration_text(ast::Statement statement) {
    std::visit(
        []<class Node>(Node& node) {
            if constexpr (requires { node.if_not_exists; }) node.or_replace = node.if_not_exists = false;
        },
        static_cast<ast::StatementNode::variant&>(statement.node));
    return write_statement(statement);
}

StoredCatalog::StoredCatalog(Engine& engine) : engine_(engine) {
    engine_.execute(
        "CREATE SCHEMA IF NOT EXISTS laminar_catalog;"
        "CREATE TABLE IF NOT EXISTS laminar_catalog.objects (is_function BOOLEAN, key VARCHAR, kind VARCHAR, "
        "name VARCHAR, position BIGINT, declared VARCHAR, definition VARCHAR, paused BOOLEAN);"
        "CREATE TABLE IF NOT EXISTS laminar_catalog.dependencies (is_function BOOLEAN, key VARCHAR, "
        "on_function BOOLEAN, on_key VARCHAR)");
}

std::vector<StoredObject> StoredCatalog::read() { return read_stored_objects(engine_); }

std::vector<StoredObject> read_stored_objects(Engine& engine) {
    const ResultTable rows =
        engine.query("SELECT kind, name, declared, definition, paused FROM laminar_catalog.objects ORDER BY position");
    std::vector<StoredObject> objects;
    for (std::size_t row = 0; row < rows.rows; ++row)
        objects.push_back({kind_of_name(rows.values[0].string_at(row)), std::string(rows.values[1].string_at(row)),
                           std::string(rows.values[2].string_at(row)), std::string(rows.values[3].string_at(row)),
                           rows.values[4].values<bool>()[row]});
    const ResultTable links = engine.query("SELECT * FROM laminar_catalog.dependencies");
    std::vector<std::vector<std::size_t>> needs(objects.size());
    for (std::size_t row = 0; row < links.rows; ++row) {
        const auto at = [&](std::size_t column) {
            return find_object(objects, links.values[column].values<bool>()[row],
                               std::string(links.values[column + 1].string_at(row)));
        };
        const std::size_t user = at(0);
        const std::size_t used = at(2);
        if (user < objects.size() && used < objects.size()) needs[user].push_back(used);
    }
    std::vector<StoredObject> ordered;
    std::vector<bool> taken(objects.size(), false);
    const std::function<void(std::size_t)> take = [&](std::size_t index) {
        if (taken[index]) return;
        taken[index] = true;
        for (const std::size_t needed : needs[index]) take(needed);
        ordered.push_back(objects[index]);
    };
    for (std::size_t index = 0; index < objects.size(); ++index) take(index);
    return ordered;
}

void StoredCatalog::write(const BoundStatement& statement, const Catalog& before) {
    Catalog after = before;
    apply_to_catalog(statement, after);
    const Objects old_objects = objects_of(before);
    const Objects new_objects = objects_of(after);
    for (const auto& [key, object] : old_objects) {
        if (!new_objects.contains(key)) remove(kind_of(*object), key.second);
    }
    const bool alters = std::holds_alternative<BoundAlterConnection>(statement.node);
    for (const auto& [key, object] : new_objects) {
        const auto old = old_objects.find(key);
        if (old == old_objects.end() || old->second != object) write_object(*object, alters);
    }
}

void StoredCatalog::write_object(const CatalogObject& object, bool keeps_declaration) {
    const Definition& definition = definition_of(object);
    const ast::ObjectKind kind = kind_of(object);
    const bool is_function = kind == ast::ObjectKind::function;
    const std::string where = where_object(kind, definition.name);
    const std::string text = quote_string(definition_text(object));
    // In its place, so that what depends on it still comes after it.
    const ResultTable old = engine_.query(fmt::format(
        "SELECT count(*) FILTER (WHERE {0}), CAST(coalesce(max(position) FILTER (WHERE {0}), max(position) + 1, 1) AS "
        "BIGINT) FROM laminar_catalog.objects",
        where));
    const auto number = [&](std::size_t column) { return old.values[column].values<std::int64_t>()[0]; };
    if (number(0) > 0 && keeps_declaration) {
        engine_.execute(fmt::format("UPDATE laminar_catalog.objects SET definition = {} WHERE {}", text, where));
        return;
    }
    remove(kind, definition.name);
    const std::string key = quote_string(fold_case(definition.name));
    engine_.execute(fmt::format("INSERT INTO laminar_catalog.objects VALUES ({}, {}, {}, {}, {}, {}, {}, false)",
                                is_function, key, quote_string(std::string(kind_name(kind))),
                                quote_string(definition.name), number(1),
                                quote_string(declaration_text(definition.statement)), text));
    const auto depend = [&](const std::vector<std::string>& names, bool on_function) {
        std::set<std::string> keys;
        for (const std::string& name : names) keys.insert(fold_case(name));
        for (const std::string& each : keys)
            engine_.execute(fmt::format("INSERT INTO laminar_catalog.dependencies VALUES ({}, {}, {}, {})", is_function,
                                        key, on_function, quote_string(each)));
    };
    depend(definition.dependencies, false);
    depend(definition.function_dependencies, true);
}

void StoredCatalog::set_paused(ast::ObjectKind kind, std::string_view name, bool paused) {
    engine_.execute(
        fmt::format("UPDATE laminar_catalog.objects SET paused = {} WHERE {}", paused, where_object(kind, name)));
}

void StoredCatalog::remove(ast::ObjectKind kind, std::string_view name) {
    for (const char* table : {"objects", "dependencies"})
        engine_.execute(fmt::format("DELETE FROM laminar_catalog.{} WHERE {}", table, where_object(kind, name)));
}

std::vector<StoredObject> StoredCatalog::users_of(ast::ObjectKind kind, std::string_view name) {
    const ResultTable rows = engine_.query(
        fmt::format("SELECT DISTINCT kind, name FROM laminar_catalog.objects JOIN laminar_catalog.dependencies USING "
                    "(is_function, key) WHERE on_function = {} AND on_key = {} ORDER BY name",
                    kind == ast::ObjectKind::function, quote_string(fold_case(name))));
    std::vector<StoredObject> users;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        StoredObject& user = users.emplace_back();
        user.kind = kind_of_name(rows.values[0].string_at(row));
        user.name = rows.values[1].string_at(row);
    }
    return users;
}

}  // namespace laminar
