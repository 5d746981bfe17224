"""DuckDB itself, by way of its C API, to write and read files that laminar reads and writes."""

import ctypes
import os
import pathlib


def _library():
    """Where scripts/setup puts it, or where DuckDB_ROOT says."""
    root = os.environ.get("DuckDB_ROOT")
    if not root:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
        root = os.path.join(cache, "laminar", "duckdb-1.4.4")
    library = ctypes.CDLL(str(pathlib.Path(root, "lib", "libduckdb.so")))
    library.duckdb_result_error.restype = ctypes.c_char_p
    library.duckdb_row_count.restype = ctypes.c_uint64
    library.duckdb_column_count.restype = ctypes.c_uint64
    library.duckdb_value_varchar.restype = ctypes.c_void_p
    library.duckdb_value_varchar.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
    library.duckdb_free.argtypes = [ctypes.c_void_p]
    return library


def duckdb(*statements, path=None):
    """Executes statements in a database of their own, or in a file; the rows of the last, as text (None for NULL): its columns must not
    be nested, which the calls used here do not know."""
    library = _library()
    database, connection = ctypes.c_void_p(), ctypes.c_void_p()
    assert library.duckdb_open(str(path).encode() if path else None, ctypes.byref(database)) == 0
    assert library.duckdb_connect(database, ctypes.byref(connection)) == 0
    try:
        rows = []
        for statement in statements:
            result = ctypes.create_string_buffer(256)
            state = library.duckdb_query(connection, statement.encode(), result)
            assert state == 0, library.duckdb_result_error(result)
            rows = [[_text(library, result, column, row) for column in range(library.duckdb_column_count(result))]
                    for row in range(library.duckdb_row_count(result))]
            library.duckdb_destroy_result(result)
        return rows
    finally:
        library.duckdb_disconnect(ctypes.byref(connection))
        library.duckdb_close(ctypes.byref(database))


def _text(library, result, column, row):
    value = library.duckdb_value_varchar(result, column, row)
    if not value:
        return None
    text = ctypes.cast(value, ctypes.c_char_p).value.decode()
    library.duckdb_free(value)
    return text
