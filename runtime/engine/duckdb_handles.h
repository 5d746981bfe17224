#pragma once

#include <duckdb.h>

#include <cstdint>
#include <string>
#include <utility>

namespace laminar {

/// Owns one handle of DuckDB's C library and gives it back with the function made for it. Movable, not copyable.
template <class T, void (*destroy)(T*)>
class DuckDbHandle {
public:
    DuckDbHandle() = default;
    explicit DuckDbHandle(T handle) noexcept : handle_(handle) {}
    DuckDbHandle(DuckDbHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    DuckDbHandle& operator=(DuckDbHandle&& other) noexcept {
        if (this != &other) {
            reset();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    DuckDbHandle(const DuckDbHandle&) = delete;
    DuckDbHandle& operator=(const DuckDbHandle&) = delete;
    ~DuckDbHandle() { reset(); }

    [[nodiscard]] T get() const noexcept { return handle_; }
    [[nodiscard]] explicit operator bool() const noexcept { return handle_ != nullptr; }
    /// For functions that fill in a handle; what was owned is given back first.
    [[nodiscard]] T* receive() noexcept {
        reset();
        return &handle_;
    }
    void reset() noexcept {
        if (handle_) destroy(&handle_);
        handle_ = nullptr;
    }

private:
    T handle_ = nullptr;
};

using DatabaseHandle = DuckDbHandle<duckdb_database, duckdb_close>;
using ConnectionHandle = DuckDbHandle<duckdb_connection, duckdb_disconnect>;
using ConfigHandle = DuckDbHandle<duckdb_config, duckdb_destroy_config>;
using PreparedHandle = DuckDbHandle<duckdb_prepared_statement, duckdb_destroy_prepare>;
using LogicalTypeHandle = DuckDbHandle<duckdb_logical_type, duckdb_destroy_logical_type>;
using DataChunkHandle = DuckDbHandle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using ValueHandle = DuckDbHandle<duckdb_value, duckdb_destroy_value>;
using TableFunctionHandle = DuckDbHandle<duckdb_table_function, duckdb_destroy_table_function>;
using ScalarFunctionHandle = DuckDbHandle<duckdb_scalar_function, duckdb_destroy_scalar_function>;
using ScalarFunctionSetHandle = DuckDbHandle<duckdb_scalar_function_set, duckdb_destroy_scalar_function_set>;
using AggregateFunctionHandle = DuckDbHandle<duckdb_aggregate_function, duckdb_destroy_aggregate_function>;
using AggregateFunctionSetHandle = DuckDbHandle<duckdb_aggregate_function_set, duckdb_destroy_aggregate_function_set>;

/// A result, which is a plain struct in the C library. Safe to destroy whether or not a call has filled it in.
class ResultHandle {
public:
    ResultHandle() = default;
    ResultHandle(const ResultHandle&) = delete;
    ResultHandle& operator=(const ResultHandle&) = delete;
    ~ResultHandle() { duckdb_destroy_result(&result_); }

    [[nodiscard]] duckdb_result* get() noexcept { return &result_; }
    /// The next rows, or an empty handle after the last (or after an error).
    [[nodiscard]] DataChunkHandle fetch() noexcept { return DataChunkHandle(duckdb_fetch_chunk(result_)); }

private:
    duckdb_result result_{};
};

/// The engine's own number of the connection that prepares a statement, which no other connection has. The context is
/// given back. Any thread.
[[nodiscard]] inline std::uint64_t take_connection_id(duckdb_client_context context) {
    const std::uint64_t id = duckdb_client_context_get_connection_id(context);
    duckdb_destroy_client_context(&context);
    return id;
}

[[nodiscard]] inline std::uint64_t connection_id(duckdb_connection connection) {
    duckdb_client_context context = nullptr;
    duckdb_connection_get_client_context(connection, &context);
    return take_connection_id(context);
}

/// Takes over a string that the library allocated.
[[nodiscard]] inline std::string take_string(char* text) {
    std::string copy = text ? text : "";
    duckdb_free(text);
    return copy;
}

}  // namespace laminar
