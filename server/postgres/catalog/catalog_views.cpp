#include "server/postgres/catalog/catalog_views.h"

#include <array>

namespace laminar::postgres {

namespace {

constexpr std::array views{
    CatalogView{
        "pg_database",
        "oid datname datdba encoding datlocprovider datallowconn datconnlimit dattablespace datcollate datctype",
        "SELECT 1, current_database(), 10, 6, 'c', true, -1, 1663, 'C', 'C'"},
    CatalogView{"pg_authid", "oid rolname rolsuper rolinherit rolcanlogin rolconnlimit",
                "SELECT 10, current_user(), false, true, true, -1"},
    CatalogView{"pg_roles", "oid rolname rolsuper rolinherit rolcanlogin rolconnlimit rolpassword",
                "SELECT oid, rolname, rolsuper, rolinherit, rolcanlogin, rolconnlimit, '********' FROM pg_authid"},
    CatalogView{"pg_user", "usename usesysid usesuper passwd",
                "SELECT rolname, oid, rolsuper, '********' FROM pg_authid"},
    CatalogView{"pg_settings", "name setting category short_desc context vartype source boot_val reset_val",
                "SELECT laminar_name, laminar_setting, '', '', 'user', 'string', 'session', laminar_setting, "
                "laminar_setting FROM laminar_session WHERE NOT contains(laminar_name, ' ')"},
    CatalogView{"pg_stat_activity", "datid datname pid usesysid usename application_name state backend_type",
                "SELECT 1, current_database(), pg_backend_pid(), 10, current_user(), "
                "current_setting('application_name'), 'active', 'client backend'"},
    CatalogView{"pg_tables", "schemaname tablename tableowner hasindexes",
                "SELECT n.nspname, c.relname, current_user(), c.relhasindex FROM pg_class c JOIN pg_namespace n ON "
                "n.oid = c.relnamespace WHERE c.relkind = 'r'"},
    CatalogView{"pg_views", "schemaname viewname viewowner definition",
                "SELECT n.nspname, c.relname, current_user(), laminar_definition(c.oid) FROM pg_class c JOIN "
                "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'"},
    CatalogView{"pg_matviews", "schemaname matviewname matviewowner ispopulated definition",
                "SELECT n.nspname, c.relname, current_user(), true, laminar_definition(c.oid) FROM pg_class c JOIN "
                "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'"},
    CatalogView{"pg_indexes", "schemaname tablename indexname indexdef",
                "SELECT n.nspname, t.relname, c.relname, laminar_definition(c.oid) FROM pg_index i JOIN pg_class c ON "
                "c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = "
                "c.relnamespace"},
};

/// What functions read. No query of a client's has columns of these names: what it gives to a function is put into its
/// place there, and must not come to mean something else.
constexpr std::array of_functions{
    CatalogView{"laminar_classes", "laminar_number laminar_name laminar_schema",
                "SELECT oid, relname, relnamespace FROM pg_class"},
    CatalogView{"laminar_types", "laminar_number laminar_name laminar_shown",
                "SELECT t.oid, t.typname, n.shown FROM pg_type t JOIN laminar_type_names n ON n.oid = t.oid"},
    CatalogView{"laminar_schemas", "laminar_number laminar_name", "SELECT oid, nspname FROM pg_namespace"},
    CatalogView{"laminar_attributes", "laminar_relation laminar_number laminar_name",
                "SELECT attrelid, attnum, attname FROM pg_attribute"},
    CatalogView{"laminar_functions", "laminar_number laminar_name laminar_arguments",
                "SELECT oid, proname, array_to_string(list_transform(proargnames, lambda each: each || ' anyelement'), "
                "', ') FROM pg_proc"},
};

constexpr std::array information{
    CatalogView{"information_schema_catalog_name", "catalog_name", "SELECT current_database()"},
    CatalogView{"schemata", "catalog_name schema_name schema_owner",
                "SELECT current_database(), nspname, current_user() FROM pg_namespace"},
    CatalogView{"tables", "table_catalog table_schema table_name table_type is_insertable_into is_typed",
                "SELECT current_database(), n.nspname, c.relname, CASE c.relkind WHEN 'r' THEN 'BASE TABLE' ELSE "
                "'VIEW' END, CASE c.relkind WHEN 'r' THEN 'YES' ELSE 'NO' END, 'NO' FROM pg_class c JOIN pg_namespace "
                "n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm')"},
    CatalogView{"views", "table_catalog table_schema table_name view_definition check_option is_updatable",
                "SELECT current_database(), n.nspname, c.relname, laminar_definition(c.oid), 'NONE', 'NO' FROM "
                "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')"},
    CatalogView{
        "columns",
        "table_catalog table_schema table_name column_name ordinal_position column_default is_nullable data_type "
        "character_maximum_length numeric_precision numeric_scale datetime_precision udt_catalog udt_schema udt_name "
        "is_identity is_generated is_updatable",
        "SELECT current_database(), n.nspname, c.relname, a.attname, a.attnum::INTEGER, d.adbin, CASE WHEN "
        "a.attnotnull THEN 'NO' ELSE 'YES' END, CASE WHEN t.typcategory = 'A' THEN 'ARRAY' ELSE format_type(t.oid, "
        "NULL) END, NULL::INTEGER, CASE t.typname WHEN 'int2' THEN 16 WHEN 'int4' THEN 32 WHEN 'int8' THEN 64 WHEN "
        "'float4' THEN 24 WHEN 'float8' THEN 53 WHEN 'numeric' THEN CASE WHEN a.atttypmod > 3 THEN (a.atttypmod - 4) "
        ">> 16 END END, CASE WHEN t.typname IN ('int2', 'int4', 'int8') THEN 0 WHEN t.typname = 'numeric' AND "
        "a.atttypmod > 3 THEN (a.atttypmod - 4) & 65535 END, CASE WHEN t.typname IN ('time', 'timetz', 'timestamp', "
        "'timestamptz', 'interval') THEN 6 WHEN t.typname = 'date' THEN 0 END, current_database(), 'pg_catalog', "
        "t.typname, 'NO', 'NEVER', CASE c.relkind WHEN 'r' THEN 'YES' ELSE 'NO' END FROM pg_attribute a JOIN pg_class "
        "c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid "
        "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND c.relkind IN "
        "('r', 'v', 'm')"},
    CatalogView{"table_constraints",
                "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name "
                "constraint_type is_deferrable initially_deferred enforced",
                "SELECT current_database(), n.nspname, o.conname, current_database(), n.nspname, c.relname, 'PRIMARY "
                "KEY', 'NO', 'NO', 'YES' FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace "
                "n ON n.oid = c.relnamespace"},
    CatalogView{"key_column_usage",
                "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name "
                "column_name ordinal_position position_in_unique_constraint",
                "SELECT current_database(), n.nspname, c.relname || '_pkey', current_database(), n.nspname, c.relname, "
                "a.attname, list_position(o.conkey, a.attnum)::INTEGER, NULL::INTEGER FROM pg_constraint o JOIN "
                "pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON "
                "a.attrelid = c.oid AND list_contains(o.conkey, a.attnum)"},
    CatalogView{"constraint_column_usage",
                "table_catalog table_schema table_name column_name constraint_catalog constraint_schema "
                "constraint_name",
                "SELECT table_catalog, table_schema, table_name, column_name, constraint_catalog, constraint_schema, "
                "constraint_name FROM laminar_information.key_column_usage"},
    CatalogView{"referential_constraints",
                "constraint_catalog constraint_schema constraint_name unique_constraint_catalog "
                "unique_constraint_schema unique_constraint_name match_option update_rule delete_rule",
                "SELECT '', '', '', '', '', '', '', '', '' WHERE false"},
    CatalogView{"sequences", "sequence_catalog sequence_schema sequence_name data_type",
                "SELECT '', '', '', '' WHERE false"},
    CatalogView{"routines",
                "specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name "
                "routine_type data_type routine_definition external_language",
                "SELECT current_database(), 'public', p.proname || '_' || p.oid, current_database(), 'public', "
                "p.proname, 'FUNCTION', 'anyelement', p.prosrc, 'SQL' FROM pg_proc p"},
};

}  // namespace

std::span<const CatalogView> function_views() noexcept { return of_functions; }

std::span<const CatalogView> catalog_views() noexcept { return views; }

std::span<const CatalogView> information_views() noexcept { return information; }

}  // namespace laminar::postgres
