# Finds DuckDB's C library: DuckDB_ROOT (with include/ and lib/), else where scripts/setup puts it.
# Defines the imported target DuckDB::DuckDB.
set(_duckdb_cache "$ENV{XDG_CACHE_HOME}")
if(NOT _duckdb_cache)
  set(_duckdb_cache "$ENV{HOME}/.cache")
endif()
set(_duckdb_hint "${_duckdb_cache}/laminar/duckdb-1.4.4")

find_path(DuckDB_INCLUDE_DIR duckdb.h HINTS "${_duckdb_hint}/include")
find_library(DuckDB_LIBRARY duckdb HINTS "${_duckdb_hint}/lib")
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/setup, or give -DDuckDB_ROOT=DIR with include/duckdb.h and lib/libduckdb.so")

if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION "${DuckDB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${DuckDB_INCLUDE_DIR}")
endif()
