#include "server/postgres/catalog/catalog_functions.h"

#include <algorithm>
#include <array>

namespace laminar::postgres {

namespace {

constexpr std::array functions{
    // The session.
    CatalogFunction{"current_setting",
                    "(x) AS (SELECT laminar_setting FROM laminar_session WHERE lower(laminar_name) = "
                    "lower(x)), (x, y) AS (SELECT laminar_setting FROM laminar_session WHERE "
                    "lower(laminar_name) = lower(x))"},
    CatalogFunction{"current_user",
                    "() AS (SELECT laminar_setting FROM laminar_session WHERE laminar_name = 'session user')"},
    CatalogFunction{"session_user", "() AS current_user()"},
    CatalogFunction{"user", "() AS current_user()"},
    CatalogFunction{"current_role", "() AS current_user()"},
    CatalogFunction{"current_database",
                    "() AS (SELECT laminar_setting FROM laminar_session WHERE laminar_name = 'session "
                    "database')"},
    CatalogFunction{"current_catalog", "() AS current_database()"},
    CatalogFunction{"pg_backend_pid",
                    "() AS (SELECT laminar_setting::INTEGER FROM laminar_session WHERE laminar_name = "
                    "'session process')"},
    CatalogFunction{"current_schema", "() AS 'public'"},
    CatalogFunction{"current_schemas", "(x) AS CASE WHEN x THEN ['pg_catalog', 'public'] ELSE ['public'] END"},
    CatalogFunction{"version", "() AS 'PostgreSQL ' || current_setting('server_version')"},
    CatalogFunction{"pg_is_in_recovery", "() AS false"},
    CatalogFunction{"pg_my_temp_schema", "() AS 0::BIGINT"},
    CatalogFunction{"pg_is_other_temp_schema", "(x) AS false"},
    CatalogFunction{"txid_current", "() AS 1::BIGINT"},
    CatalogFunction{"inet_server_addr", "() AS NULL::VARCHAR"},
    CatalogFunction{"inet_server_port", "() AS NULL::INTEGER"},
    CatalogFunction{"inet_client_addr", "() AS NULL::VARCHAR"},
    CatalogFunction{"inet_client_port", "() AS NULL::INTEGER"},

    // Names and numbers. What a cast to regclass, regtype and so on becomes: a number where a literal names the object,
    // the name elsewhere.
    CatalogFunction{"laminar_last_name", "(x) AS trim(string_split(x::VARCHAR, '.')[-1], '\"')"},
    CatalogFunction{"laminar_regclass_number",
                    "(x) AS coalesce(TRY_CAST(x AS UINTEGER), (SELECT min(laminar_number) FROM laminar_classes "
                    "WHERE laminar_name = laminar_last_name(x)))"},
    CatalogFunction{"laminar_regclass_name",
                    "(x) AS coalesce((SELECT min(laminar_name) FROM laminar_classes WHERE laminar_number = "
                    "TRY_CAST(x AS UINTEGER)), x::VARCHAR)"},
    CatalogFunction{"laminar_regtype_number",
                    "(x) AS coalesce(TRY_CAST(x AS UINTEGER), (SELECT min(laminar_number) FROM laminar_types "
                    "WHERE laminar_name = laminar_last_name(x)), (SELECT min(laminar_number) FROM "
                    "laminar_types WHERE laminar_shown = x::VARCHAR))"},
    CatalogFunction{"laminar_regtype_name",
                    "(x) AS CASE WHEN TRY_CAST(x AS UINTEGER) = 0 THEN '-' ELSE coalesce((SELECT "
                    "min(laminar_shown) FROM laminar_types WHERE laminar_number = TRY_CAST(x AS UINTEGER)), "
                    "x::VARCHAR) END"},
    CatalogFunction{"laminar_regproc_number",
                    "(x) AS coalesce(TRY_CAST(x AS UINTEGER), (SELECT min(laminar_number) FROM "
                    "laminar_functions WHERE laminar_name = laminar_last_name(string_split(x::VARCHAR, "
                    "'(')[1])))"},
    CatalogFunction{"laminar_regproc_name",
                    "(x) AS coalesce((SELECT min(laminar_name) FROM laminar_functions WHERE laminar_number = "
                    "TRY_CAST(x AS UINTEGER)), laminar_last_name(x))"},
    CatalogFunction{"laminar_regnamespace_number",
                    "(x) AS coalesce(TRY_CAST(x AS UINTEGER), (SELECT min(laminar_number) FROM laminar_schemas "
                    "WHERE laminar_name = trim(x::VARCHAR, '\"')))"},
    CatalogFunction{"laminar_regnamespace_name",
                    "(x) AS coalesce((SELECT min(laminar_name) FROM laminar_schemas WHERE laminar_number = "
                    "TRY_CAST(x AS UINTEGER)), x::VARCHAR)"},
    CatalogFunction{"laminar_regrole_number", "(x) AS coalesce(TRY_CAST(x AS UINTEGER), 10::UINTEGER)"},
    CatalogFunction{"laminar_regrole_name", "(x) AS current_user()"},
    CatalogFunction{"laminar_oid",
                    "(x) AS coalesce(TRY_CAST(x AS UINTEGER), laminar_regclass_number(x), "
                    "laminar_regproc_number(x), laminar_regtype_number(x))"},
    CatalogFunction{"to_regclass", "(x) AS laminar_regclass_number(x)"},
    CatalogFunction{"to_regtype", "(x) AS laminar_regtype_number(x)"},
    CatalogFunction{"to_regproc", "(x) AS laminar_regproc_number(x)"},
    CatalogFunction{"to_regnamespace", "(x) AS laminar_regnamespace_number(x)"},
    CatalogFunction{"to_regrole", "(x) AS laminar_regrole_number(x)"},
    CatalogFunction{"format_type",
                    "(x, y) AS CASE WHEN x = 0 THEN '-' WHEN x IS NOT NULL THEN coalesce((SELECT min(CASE "
                    "WHEN laminar_shown IN ('numeric', 'numeric[]') AND y::BIGINT >= 4 THEN 'numeric(' || "
                    "(((y::BIGINT - 4) >> 16) & 65535) || ',' || ((y::BIGINT - 4) & 65535) || ')' || "
                    "laminar_shown[8:] ELSE laminar_shown END) FROM laminar_types WHERE laminar_number = x), "
                    "repeat('?', 3)) END"},
    CatalogFunction{"pg_get_userbyid", "(x) AS current_user()"},
    CatalogFunction{"getdatabaseencoding", "() AS 'UTF8'"},
    CatalogFunction{"pg_encoding_to_char", "(x) AS 'UTF8'"},
    CatalogFunction{"pg_char_to_encoding", "(x) AS 6"},
    CatalogFunction{"quote_ident",
                    "(x) AS CASE WHEN regexp_full_match(x, '[a-z_][a-z0-9_]*') THEN x ELSE '\"' || "
                    "replace(x, '\"', '\"\"') || '\"' END"},
    CatalogFunction{"quote_literal", "(x) AS '''' || replace(x::VARCHAR, '''', '''''') || ''''"},

    // What is visible without its schema.
    CatalogFunction{"pg_table_is_visible",
                    "(x) AS (SELECT bool_or(laminar_schema IN (11, 2200)) FROM laminar_classes WHERE "
                    "laminar_number = x)"},
    CatalogFunction{"pg_type_is_visible", "(x) AS true"},
    CatalogFunction{"pg_function_is_visible", "(x) AS true"},
    CatalogFunction{"pg_operator_is_visible", "(x) AS true"},
    CatalogFunction{"pg_opclass_is_visible", "(x) AS true"},
    CatalogFunction{"pg_opfamily_is_visible", "(x) AS true"},
    CatalogFunction{"pg_collation_is_visible", "(x) AS true"},
    CatalogFunction{"pg_conversion_is_visible", "(x) AS true"},
    CatalogFunction{"pg_statistics_obj_is_visible", "(x) AS true"},
    CatalogFunction{"pg_ts_parser_is_visible", "(x) AS true"},
    CatalogFunction{"pg_ts_dict_is_visible", "(x) AS true"},
    CatalogFunction{"pg_ts_template_is_visible", "(x) AS true"},
    CatalogFunction{"pg_ts_config_is_visible", "(x) AS true"},

    // Definitions.
    CatalogFunction{"laminar_definition",
                    "(x) AS (SELECT min(laminar_definition) FROM laminar_definitions WHERE laminar_number = "
                    "TRY_CAST(x AS UINTEGER))"},
    CatalogFunction{"pg_get_expr", "(x, y) AS x, (x, y, z) AS x"},
    CatalogFunction{"pg_get_viewdef",
                    "(x) AS laminar_definition(laminar_regclass_number(x)), (x, y) AS "
                    "laminar_definition(laminar_regclass_number(x))"},
    CatalogFunction{"pg_get_constraintdef", "(x) AS laminar_definition(x), (x, y) AS laminar_definition(x)"},
    CatalogFunction{"pg_get_indexdef",
                    "(x) AS laminar_definition(x), (x, y, z) AS CASE WHEN y = 0 THEN laminar_definition(x) "
                    "ELSE (SELECT min(laminar_name) FROM laminar_attributes WHERE laminar_relation = x AND "
                    "laminar_number = y) END"},
    CatalogFunction{"pg_get_functiondef", "(x) AS laminar_definition(x)"},
    CatalogFunction{"pg_get_function_result",
                    "(x) AS (SELECT min('anyelement') FROM laminar_functions WHERE laminar_number = x)"},
    CatalogFunction{"pg_get_function_arguments",
                    "(x) AS (SELECT min(laminar_arguments) FROM laminar_functions WHERE laminar_number = x)"},
    CatalogFunction{"pg_get_function_identity_arguments", "(x) AS pg_get_function_arguments(x)"},
    CatalogFunction{"pg_get_function_sqlbody", "(x) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_ruledef", "(x) AS NULL::VARCHAR, (x, y) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_triggerdef", "(x) AS NULL::VARCHAR, (x, y) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_partkeydef", "(x) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_partition_constraintdef", "(x) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_statisticsobjdef", "(x) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_statisticsobjdef_columns", "(x) AS NULL::VARCHAR"},
    CatalogFunction{"pg_get_serial_sequence", "(x, y) AS NULL::VARCHAR"},
    CatalogFunction{"obj_description", "(x) AS NULL::VARCHAR, (x, y) AS NULL::VARCHAR"},
    CatalogFunction{"shobj_description", "(x, y) AS NULL::VARCHAR"},
    CatalogFunction{"col_description", "(x, y) AS NULL::VARCHAR"},
    CatalogFunction{"pg_index_column_has_property", "(x, y, z) AS z IN ('asc', 'orderable', 'returnable')"},
    CatalogFunction{"pg_indexam_has_property", "(x, y) AS y IN ('can_order', 'can_unique', 'can_multi_col')"},
    CatalogFunction{"pg_relation_is_publishable", "(x) AS false"},
    CatalogFunction{"pg_relation_filenode", "(x) AS NULL::BIGINT"},
    CatalogFunction{"pg_tablespace_location", "(x) AS ''"},

    // Sizes: what rows take is in system.tables.
    CatalogFunction{"pg_size_pretty", "(x) AS x::BIGINT || ' bytes'"},
    CatalogFunction{"pg_relation_size", "(x) AS 0::BIGINT, (x, y) AS 0::BIGINT"},
    CatalogFunction{"pg_table_size", "(x) AS 0::BIGINT"},
    CatalogFunction{"pg_indexes_size", "(x) AS 0::BIGINT"},
    CatalogFunction{"pg_total_relation_size", "(x) AS 0::BIGINT"},
    CatalogFunction{"pg_database_size", "(x) AS 0::BIGINT"},
    CatalogFunction{"pg_tablespace_size", "(x) AS 0::BIGINT"},
    CatalogFunction{"pg_stat_get_numscans", "(x) AS 0::BIGINT"},

    // Whoever may log in may do everything.
    CatalogFunction{"has_database_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"has_schema_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"has_table_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"has_any_column_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"has_column_privilege", "(x, y, z) AS true, (x, y, z, w) AS true"},
    CatalogFunction{"has_function_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"has_sequence_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"has_tablespace_privilege", "(x, y) AS true, (x, y, z) AS true"},
    CatalogFunction{"pg_has_role", "(x, y) AS true, (x, y, z) AS true"},

    // Arrays.
    CatalogFunction{"array_upper", "(x, y) AS CASE WHEN len(x) > 0 THEN len(x) END"},
    CatalogFunction{"array_lower", "(x, y) AS CASE WHEN len(x) > 0 THEN 1 END"},
    CatalogFunction{"array_remove", "(x, y) AS list_filter(x, lambda each: each IS DISTINCT FROM y)"},
    CatalogFunction{"generate_subscripts", "(x, y) AS unnest(range(0, len(x)))"},
    CatalogFunction{"_pg_expandarray", "(x) AS unnest(list_transform(x, lambda each, place: {'x': each, 'n': place}))"},

    // Words of the engine's grammar, which Laminar's follows.
    CatalogFunction{
        "pg_get_keywords",
        "() AS TABLE SELECT keyword_name AS word, upper(keyword_category[1]) AS catcode, true AS barelabel, "
        "keyword_category AS catdesc, 'can be bare label' AS baredesc FROM duckdb_keywords()"},

    // What nothing here has.
    CatalogFunction{"pg_options_to_table",
                    "(x) AS TABLE SELECT NULL::VARCHAR AS option_name, NULL::VARCHAR AS option_value WHERE "
                    "false"},
    CatalogFunction{"pg_partition_tree",
                    "(x) AS TABLE SELECT NULL::UINTEGER AS relid, NULL::UINTEGER AS parentrelid, true AS isleaf, "
                    "0 AS level WHERE false"},
};

}  // namespace

std::span<const CatalogFunction> catalog_functions() noexcept { return functions; }

bool is_catalog_function(std::string_view name) noexcept {
    return std::any_of(functions.begin(), functions.end(), [&](const auto& each) { return each.name == name; });
}

}  // namespace laminar::postgres
