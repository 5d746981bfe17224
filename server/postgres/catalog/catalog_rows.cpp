#include "server/postgres/catalog/catalog_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <map>
#include <set>

#include "catalog/objects/column_name.h"
#include "catalog/objects/connector_descriptor.h"
#include "connectors/codec/json/json_encoder.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "server/postgres/catalog/catalog_types.h"
#include "server/postgres/catalog/object_number.h"
#include "server/postgres/catalog/relation_shapes.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

namespace {

template <std::integral Number>
std::string text(Number number) {
    return std::to_string(number);
}
std::string text(bool is) { return is ? "true" : "false"; }

/// What an attribute has beside its name and number.
struct Attribute {
    std::string name;
    CatalogType type;
    std::int32_t modifier = -1;
    bool not_null = false;
    const ast::Expression* default_value = nullptr;
};

Attribute attribute_of(std::string_view name, const ColumnType& type) {
    const PostgresType postgres = postgres_type(type);
    return {std::string(shown_column_name(name)), catalog_type(postgres.oid), postgres.modifier};
}

class CatalogRowsBuilder {
public:
    std::vector<CatalogRows> build(const Catalog& catalog, std::span<const SystemTableSchema> system_tables) {
        add_constants();
        for (const RelationShape& shape : relation_shapes()) add_own(shape);
        for (const SystemTableSchema& schema : system_tables) add_system_table(schema);
        for (const CatalogObject* object : catalog.objects(ast::ObjectKind::table))
            add_table(std::get<TableObject>(*object));
        for (const CatalogObject* object : catalog.objects(ast::ObjectKind::view)) {
            const auto& view = std::get<ViewObject>(*object);
            add_query(view.name, 'v', view.columns, view.query);
        }
        for (const CatalogObject* object : catalog.objects(ast::ObjectKind::pipeline)) {
            const auto& pipeline = std::get<PipelineObject>(*object);
            add_query(pipeline.name, 'm', pipeline.columns, pipeline.query);
        }
        for (const CatalogObject* object : catalog.objects(ast::ObjectKind::connection))
            add_connection(std::get<ConnectionObject>(*object));
        for (const CatalogObject* object : catalog.objects(ast::ObjectKind::function))
            add_function(std::get<FunctionObject>(*object));
        return {std::move(classes_),     std::move(attributes_), std::move(defaults_), std::move(indexes_),
                std::move(constraints_), std::move(functions_),  std::move(servers_),  std::move(wrappers_),
                std::move(definitions_), std::move(namespaces_), std::move(methods_),  std::move(languages_),
                std::move(collations_),  std::move(spaces_),     type_rows(),          type_name_rows()};
    }

private:
    void add_constants() {
        const std::string owner(owner_oid);
        namespaces_.rows = {{"99", "pg_toast", owner},
                            {std::string(catalog_schema_oid), "pg_catalog", owner},
                            {std::string(public_schema_oid), "public", owner},
                            {std::string(information_schema_oid), "information_schema", owner},
                            {std::string(system_schema_oid), "system", owner}};
        methods_.rows = {{"2", "heap", "heap_tableam_handler", "t"}, {"403", "btree", "bthandler", "i"}};
        languages_.rows = {{"12", "internal", owner}, {"14", "sql", owner}};
        collations_.rows = {{"100", "default", std::string(catalog_schema_oid), "d", "-1"},
                            {"950", "C", std::string(catalog_schema_oid), "c", "-1"}};
        spaces_.rows = {{"1663", "pg_default", owner}, {"1664", "pg_global", owner}};
    }

    void add_class(std::string_view oid, std::string_view name, std::string_view schema, char kind, std::size_t columns,
                   bool has_index = false) {
        const bool is_index = kind == 'i';
        const bool has_method = kind == 'r' || kind == 'm';
        classes_.rows.push_back({std::string(oid), std::string(name), std::string(schema), std::string(owner_oid),
                                 is_index     ? "403"
                                 : has_method ? "2"
                                              : "0",
                                 std::string(1, kind), text(columns), "p", "d", text(has_index), text(kind == 'v'),
                                 "true", "-1"});
    }

    void add_attribute(const std::string& relation, std::size_t number, const Attribute& attribute) {
        attributes_.rows.push_back({relation, attribute.name, text(attribute.type.oid), text(attribute.type.length),
                                    text(number), text(attribute.modifier), text(attribute.type.by_value),
                                    std::string(1, attribute.type.alignment), std::string(1, attribute.type.storage),
                                    text(attribute.not_null), text(attribute.default_value != nullptr), "true",
                                    text(attribute.type.collation), "-1"});
        if (!attribute.default_value) return;
        const std::string number_text = text(number);
        defaults_.rows.push_back({number_of("default", relation + "." + number_text), relation, number_text,
                                  write_expression(*attribute.default_value).text});
    }

    void add_own(const RelationShape& shape) {
        const std::string oid = text(shape.oid);
        std::size_t count = 0;
        for (std::string_view rest = shape.columns; !rest.empty();) {
            const ShapeColumn column = take_column(rest);
            add_attribute(oid, ++count, {std::string(column.name), catalog_type(column.type)});
        }
        add_class(oid, shape.name, catalog_schema_oid, shape.kind, count);
    }

    void add_system_table(const SystemTableSchema& schema) {
        const std::string oid = number_of("system table", schema.name);
        std::size_t count = 0;
        for (const SystemTableColumn& column : schema.columns)
            add_attribute(oid, ++count, attribute_of(column.name, column.type));
        add_class(oid, schema.name, system_schema_oid, 'v', count);
    }

    void add_table(const TableObject& table) {
        const std::string oid = number_of("relation", table.name);
        std::size_t count = 0;
        std::vector<std::size_t> key;
        for (const ColumnObject& column : table.columns) {
            Attribute attribute = attribute_of(column.name, column.type);
            attribute.not_null = column.not_null || is_key(table, column.name);
            attribute.default_value = column.default_value ? &*column.default_value : nullptr;
            add_attribute(oid, ++count, attribute);
        }
        for (const std::string& name : table.primary_key) {
            const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& column) {
                return equals_ignoring_case(column.name, name);
            });
            if (found != table.columns.end())
                key.push_back(static_cast<std::size_t>(found - table.columns.begin()) + 1);
        }
        add_class(oid, table.name, public_schema_oid, 'r', count, !key.empty());
        if (!key.empty()) add_key(table, oid, key);
    }

    static bool is_key(const TableObject& table, std::string_view name) {
        return std::any_of(table.primary_key.begin(), table.primary_key.end(),
                           [&](const std::string& key) { return equals_ignoring_case(key, name); });
    }

    void add_key(const TableObject& table, const std::string& oid, const std::vector<std::size_t>& key) {
        const std::string name = table.name + "_pkey";
        const std::string index = number_of("index", name);
        const std::string constraint = number_of("constraint", name);
        const std::string numbers = fmt::format("[{}]", fmt::join(key, ","));
        const std::string count = text(key.size());
        std::string columns;
        std::string zeros;
        for (std::size_t i = 0; i < key.size(); ++i) {
            const ColumnObject& column = table.columns[key[i] - 1];
            columns += (i > 0 ? ", " : "") + quote_identifier(shown_column_name(column.name));
            zeros += i > 0 ? ",0" : "0";
            add_attribute(index, i + 1, attribute_of(column.name, column.type));
        }
        add_class(index, name, public_schema_oid, 'i', key.size());
        indexes_.rows.push_back({index, oid, count, count, "true", "true", "true", "true", "true", "true", numbers,
                                 "[" + zeros + "]", "[" + zeros + "]", "[" + zeros + "]"});
        constraints_.rows.push_back(
            {constraint, name, std::string(public_schema_oid), "p", "true", oid, index, numbers, "true"});
        definitions_.rows.push_back({constraint, fmt::format("PRIMARY KEY ({})", columns)});
        definitions_.rows.push_back(
            {index, fmt::format("CREATE UNIQUE INDEX {} ON public.{} USING btree ({})", quote_identifier(name),
                                quote_identifier(table.name), columns)});
    }

    void add_query(const std::string& name, char kind, const std::vector<OutputColumn>& columns,
                   const ast::Query& query) {
        const std::string oid = number_of("relation", name);
        std::size_t count = 0;
        for (const OutputColumn& column : columns) add_attribute(oid, ++count, attribute_of(column.name, column.type));
        add_class(oid, name, public_schema_oid, kind, count);
        definitions_.rows.push_back({oid, write_query(query).text});
    }

    void add_connection(const ConnectionObject& connection) {
        const std::string wrapper = number_of("connector", connection.connector->name, wrapper_numbers_);
        if (shown_wrappers_.insert(wrapper).second)
            wrappers_.rows.push_back({wrapper, std::string(connection.connector->name), std::string(owner_oid)});
        // Its options may have secrets in them: SHOW CREATE knows which.
        servers_.rows.push_back(
            {number_of("connection", connection.name), connection.name, std::string(owner_oid), wrapper});
    }

    void add_function(const FunctionObject& function) {
        const std::string any = text(catalog_type("anyelement").oid);
        std::string types;
        std::string names;
        for (const std::string& parameter : function.parameters) {
            types += (types.empty() ? "" : ",") + any;
            if (!names.empty()) names += ',';
            append_json_quoted(names, parameter);
        }
        const std::string oid = number_of("function", function.name);
        functions_.rows.push_back({oid, function.name, std::string(public_schema_oid), std::string(owner_oid), "14",
                                   "f", "i", "s", text(function.parameters.size()), any, "[" + types + "]",
                                   "[" + names + "]", write_expression(function.body).text});
        definitions_.rows.push_back({oid, write_statement(function.statement)});
    }

    std::string number_of(std::string_view kind, std::string_view name) { return text(numbers_.number(kind, name)); }
    /// The same for what is met several times.
    std::string number_of(std::string_view kind, std::string_view name,
                          std::map<std::string, std::string, std::less<>>& known) {
        const auto found = known.find(name);
        if (found != known.end()) return found->second;
        return known.emplace(std::string(name), number_of(kind, name)).first->second;
    }

    ObjectNumbers numbers_;
    std::map<std::string, std::string, std::less<>> wrapper_numbers_;
    std::set<std::string> shown_wrappers_;
    CatalogRows classes_{
        "pg_class",
        {"oid", "relname", "relnamespace", "relowner", "relam", "relkind", "relnatts", "relpersistence", "relreplident",
         "relhasindex", "relhasrules", "relispopulated", "reltuples"},
        {}};
    CatalogRows attributes_{"pg_attribute",
                            {"attrelid", "attname", "atttypid", "attlen", "attnum", "atttypmod", "attbyval", "attalign",
                             "attstorage", "attnotnull", "atthasdef", "attislocal", "attcollation", "attstattarget"},
                            {}};
    CatalogRows defaults_{"pg_attrdef", {"oid", "adrelid", "adnum", "adbin"}, {}};
    CatalogRows indexes_{
        "pg_index",
        {"indexrelid", "indrelid", "indnatts", "indnkeyatts", "indisunique", "indisprimary", "indimmediate",
         "indisvalid", "indisready", "indislive", "indkey", "indcollation", "indclass", "indoption"},
        {}};
    CatalogRows constraints_{
        "pg_constraint",
        {"oid", "conname", "connamespace", "contype", "convalidated", "conrelid", "conindid", "conkey", "conislocal"},
        {}};
    CatalogRows functions_{"pg_proc",
                           {"oid", "proname", "pronamespace", "proowner", "prolang", "prokind", "provolatile",
                            "proparallel", "pronargs", "prorettype", "proargtypes", "proargnames", "prosrc"},
                           {}};
    CatalogRows servers_{"pg_foreign_server", {"oid", "srvname", "srvowner", "srvfdw"}, {}};
    CatalogRows wrappers_{"pg_foreign_data_wrapper", {"oid", "fdwname", "fdwowner"}, {}};
    CatalogRows definitions_{definitions_relation, {"laminar_number", "laminar_definition"}, {}};
    CatalogRows namespaces_{"pg_namespace", {"oid", "nspname", "nspowner"}, {}};
    CatalogRows methods_{"pg_am", {"oid", "amname", "amhandler", "amtype"}, {}};
    CatalogRows languages_{"pg_language", {"oid", "lanname", "lanowner"}, {}};
    CatalogRows collations_{"pg_collation", {"oid", "collname", "collnamespace", "collprovider", "collencoding"}, {}};
    CatalogRows spaces_{"pg_tablespace", {"oid", "spcname", "spcowner"}, {}};
};

}  // namespace

std::vector<CatalogRows> catalog_rows(const Catalog& catalog, std::span<const SystemTableSchema> system_tables) {
    return CatalogRowsBuilder().build(catalog, system_tables);
}

}  // namespace laminar::postgres
