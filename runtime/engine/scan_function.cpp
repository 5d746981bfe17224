#include "runtime/engine/scan_function.h"

#include <algorithm>

#include "catalog/threads/mutex.h"
#include "parser/text/ascii.h"
#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/engine/logical_type.h"
#include "runtime/engine/vector_writer.h"

namespace laminar {

namespace {

/// What a registered function reads.
struct ScanFunction {
    const ScanSources* sources = nullptr;
    const char* position_column = nullptr;
};

struct BindData {
    std::shared_ptr<ScanSource> source;
};

struct ScanState {
    std::shared_ptr<ScanSource> source;
    ScannedRows rows;
    std::vector<std::size_t> projected;  ///< Per column of the output, the column of the source.
    std::size_t position = 0;
};

/// Batches are small beside stored tables; joins should be planned that way.
constexpr idx_t assumed_rows = 1000;

template <class T>
void destroy(void* data) {
    delete static_cast<T*>(data);
}

/// Exceptions must not pass through the C library.
template <class Info, class Body>
void guard(Info info, void (*set_error)(Info, const char*), Body&& body) noexcept {
    try {
        body();
    } catch (...) {
        set_error(info, failure_reason(std::current_exception()).c_str());
    }
}

void bind_scan(duckdb_bind_info info) {
    guard(info, duckdb_bind_set_error, [info] {
        const ValueHandle parameter(duckdb_bind_get_parameter(info, 0));
        const std::string key = take_string(duckdb_get_varchar(parameter.get()));
        const auto* function = static_cast<const ScanFunction*>(duckdb_bind_get_extra_info(info));
        duckdb_client_context context = nullptr;
        duckdb_table_function_get_client_context(info, &context);
        std::shared_ptr<ScanSource> source = function->sources->find(key, take_connection_id(context));
        if (!source) return duckdb_bind_set_error(info, ("nothing is readable under the key '" + key + "'").c_str());
        for (const OutputColumn& column : source->columns())
            duckdb_bind_add_result_column(info, column.name.c_str(), to_logical_type(column.type).get());
        if (function->position_column)
            duckdb_bind_add_result_column(info, function->position_column, to_logical_type(TypeId::bigint).get());
        duckdb_bind_set_cardinality(info, assumed_rows, false);
        duckdb_bind_set_bind_data(info, new BindData{std::move(source)}, destroy<BindData>);
    });
}

void begin_scan(duckdb_init_info info) {
    guard(info, duckdb_init_set_error, [info] {
        // One reader keeps the rows in order.
        duckdb_init_set_max_threads(info, 1);
        auto state = std::make_unique<ScanState>();
        state->source = static_cast<BindData*>(duckdb_init_get_bind_data(info))->source;
        state->rows = state->source->open();
        state->position = state->rows.first;
        for (idx_t index = 0; index < duckdb_init_get_column_count(info); ++index)
            state->projected.push_back(duckdb_init_get_column_index(info, index));
        for (const std::size_t column : state->projected) state->source->need(column);
        duckdb_init_set_init_data(info, state.release(), destroy<ScanState>);
    });
}

void write_flags(const std::vector<std::uint8_t>& flags, std::size_t first, std::size_t count, duckdb_vector target) {
    auto* values = static_cast<bool*>(duckdb_vector_get_data(target));
    for (std::size_t row = 0; row < count; ++row) values[row] = first + row >= flags.size() || flags[first + row] != 0;
}

void write_column(const ScannedColumn& column, std::size_t first, std::size_t count, duckdb_vector target) {
    if (column.flags)
        write_flags(*column.flags, first, count, target);
    else if (column.values->size() < first + count)
        throw EngineException({.type = "Internal", .message = "a column of a batch has fewer values than rows"});
    else
        write_vector(*column.values, first, count, target);
}

void write_positions(std::size_t first, std::size_t count, duckdb_vector target) {
    auto* values = static_cast<std::int64_t*>(duckdb_vector_get_data(target));
    for (std::size_t row = 0; row < count; ++row) values[row] = static_cast<std::int64_t>(first + row);
}

/// Moves past skipped rows; how many rows follow up to the next skipped one.
std::size_t next_run(ScanState& state) {
    std::size_t run_end = state.rows.end;
    if (state.rows.skipped) {
        const std::vector<std::size_t>& skipped = *state.rows.skipped;
        auto next = std::lower_bound(skipped.begin(), skipped.end(), state.position);
        while (next != skipped.end() && *next == state.position) {
            ++next;
            ++state.position;
        }
        if (next != skipped.end()) run_end = std::min(run_end, *next);
    }
    return run_end > state.position ? run_end - state.position : 0;
}

void scan(duckdb_function_info info, duckdb_data_chunk output) {
    guard(info, duckdb_function_set_error, [info, output] {
        auto& state = *static_cast<ScanState*>(duckdb_function_get_init_data(info));
        std::size_t count = std::min<std::size_t>(duckdb_vector_size(), next_run(state));
        while (count == 0) {
            std::optional<ScannedRows> more = state.source->more();
            if (!more) break;
            state.rows = std::move(*more);
            state.position = state.rows.first;
            count = std::min<std::size_t>(duckdb_vector_size(), next_run(state));
        }
        const std::size_t columns = state.source->columns().size();
        for (std::size_t index = 0; index < state.projected.size() && count > 0; ++index) {
            const duckdb_vector target = duckdb_data_chunk_get_vector(output, index);
            if (state.projected[index] == columns)
                write_positions(state.position, count, target);
            else
                write_column(state.rows.columns.at(state.projected[index]), state.position, count, target);
        }
        duckdb_data_chunk_set_size(output, count);
        state.position += count;
    });
}

}  // namespace

void ScanSources::put(std::string_view key, std::uint64_t connection, std::shared_ptr<ScanSource> source) {
    const MutexLock lock(mutex_);
    sources_[fold_case(key)] = {connection, std::move(source)};
}

void ScanSources::remove(std::string_view key, const ScanSource* source) {
    const MutexLock lock(mutex_);
    const auto entry = sources_.find(fold_case(key));
    if (entry != sources_.end() && entry->second.source.get() == source) sources_.erase(entry);
}

std::shared_ptr<ScanSource> ScanSources::find(std::string_view key, std::uint64_t connection) const {
    const MutexLock lock(mutex_);
    const auto entry = sources_.find(fold_case(key));
    return entry == sources_.end() || entry->second.connection != connection ? nullptr : entry->second.source;
}

void register_scan_function(duckdb_connection connection, const char* name, ScanSources& sources,
                            const char* position_column) {
    const TableFunctionHandle function(duckdb_create_table_function());
    duckdb_table_function_set_name(function.get(), name);
    const LogicalTypeHandle varchar = to_logical_type(TypeId::varchar);
    duckdb_table_function_add_parameter(function.get(), varchar.get());
    duckdb_table_function_set_extra_info(function.get(), new ScanFunction{&sources, position_column},
                                         destroy<ScanFunction>);
    duckdb_table_function_set_bind(function.get(), bind_scan);
    duckdb_table_function_set_init(function.get(), begin_scan);
    duckdb_table_function_set_function(function.get(), scan);
    duckdb_table_function_supports_projection_pushdown(function.get(), true);
    if (duckdb_register_table_function(connection, function.get()) == DuckDBError)
        throw EngineException(
            {.type = "Internal", .message = "the table function " + std::string(name) + " cannot be registered"});
}

}  // namespace laminar
