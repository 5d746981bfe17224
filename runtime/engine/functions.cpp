#include "runtime/engine/functions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"
#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/exact_sum_functions.h"
#include "runtime/engine/functions/average.h"
#include "runtime/engine/functions/computable.h"
#include "runtime/engine/logical_type.h"

namespace laminar {

namespace {

/// One VARCHAR argument of a call, which comes as a plain vector.
class TextArgument {
public:
    TextArgument(duckdb_data_chunk input, idx_t index) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(input, index);
        strings_ = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
        validity_ = duckdb_vector_get_validity(vector);
    }
    [[nodiscard]] bool is_null(idx_t row) const { return !duckdb_validity_row_is_valid(validity_, row); }
    [[nodiscard]] std::string at(idx_t row) const { return std::string(view_at(row)); }
    [[nodiscard]] std::string_view view_at(idx_t row) const {
        return {duckdb_string_t_data(&strings_[row]), duckdb_string_t_length(strings_[row])};
    }

private:
    duckdb_string_t* strings_;
    std::uint64_t* validity_;
};

void set_null(duckdb_vector output, idx_t row) {
    duckdb_vector_ensure_validity_writable(output);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
}

void connection_test(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    const auto& state = *static_cast<const FunctionState*>(duckdb_scalar_function_get_bind_data(info));
    const TextArgument connection(input, 0);
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
        const auto json = connection.is_null(row) ? std::nullopt : state.connection_test_result(connection.at(row));
        if (json)
            duckdb_vector_assign_string_element_len(output, row, json->data(), json->size());
        else
            set_null(output, row);
    }
}

void acknowledge(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    auto& state = *static_cast<FunctionState*>(duckdb_scalar_function_get_bind_data(info));
    const TextArgument connection(input, 0);
    const TextArgument message_id(input, 1);
    auto* results = static_cast<bool*>(duckdb_vector_get_data(output));
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
        if (connection.is_null(row) || message_id.is_null(row)) {
            set_null(output, row);
        } else {
            state.acknowledge(connection.at(row), message_id.at(row));
            results[row] = true;
        }
    }
}

void be_valid_json(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
    const TextArgument text(input, 0);
    auto* results = static_cast<bool*>(duckdb_vector_get_data(output));
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
        if (text.is_null(row))
            set_null(output, row);
        else
            results[row] = is_json_value(text.view_at(row));
    }
}

/// Extra info: an AverageFunction.
void average(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    const auto& function = *static_cast<const AverageFunction*>(duckdb_scalar_function_get_extra_info(info));
    duckdb_vector sums = duckdb_data_chunk_get_vector(input, 0);
    duckdb_vector counts = duckdb_data_chunk_get_vector(input, 1);
    const auto* sum = static_cast<const duckdb_hugeint*>(duckdb_vector_get_data(sums));
    const auto* count = static_cast<const std::int64_t*>(duckdb_vector_get_data(counts));
    auto* averages = static_cast<double*>(duckdb_vector_get_data(output));
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
        if (!duckdb_validity_row_is_valid(duckdb_vector_get_validity(sums), row) ||
            !duckdb_validity_row_is_valid(duckdb_vector_get_validity(counts), row) || count[row] == 0) {
            set_null(output, row);
            continue;
        }
        const WideInteger value = (static_cast<WideInteger>(sum[row].upper) << 64) | sum[row].lower;
        averages[row] = function.of(value, count[row]);
    }
}

void be_computable(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
    auto* results = static_cast<bool*>(duckdb_vector_get_data(output));
    std::fill_n(results, duckdb_data_chunk_get_size(input), true);
}

void refuse(duckdb_function_info info, duckdb_data_chunk, duckdb_vector) {
    duckdb_scalar_function_set_error(info, "a window function of time was not planned");
}

/// One that goes by its arguments alone. NULLs are its own to see.
ScalarFunctionHandle make_pure_function(const char* name, const std::vector<ColumnType>& parameters,
                                        const ColumnType& result, duckdb_scalar_function_t body) {
    ScalarFunctionHandle function(duckdb_create_scalar_function());
    duckdb_scalar_function_set_name(function.get(), name);
    for (const ColumnType& parameter : parameters)
        duckdb_scalar_function_add_parameter(function.get(), to_logical_type(parameter).get());
    duckdb_scalar_function_set_return_type(function.get(), to_logical_type(result).get());
    duckdb_scalar_function_set_function(function.get(), body);
    duckdb_scalar_function_set_special_handling(function.get());
    return function;
}

/// Neither folded when a statement is prepared nor evaluated once for equal calls.
ScalarFunctionHandle make_function(const char* name, const std::vector<ColumnType>& parameters,
                                   const ColumnType& result, duckdb_scalar_function_t body) {
    ScalarFunctionHandle function = make_pure_function(name, parameters, result, body);
    duckdb_scalar_function_set_volatile(function.get());
    return function;
}

[[noreturn]] void throw_not_registered(const char* name) {
    throw EngineException(
        {.type = "Internal", .message = "the function " + std::string(name) + " cannot be registered"});
}

/// Extra info: FunctionStates. What the function is bound to is the state of the connection that prepares.
void bind_to_connection(duckdb_bind_info info) {
    const auto& states = *static_cast<const FunctionStates*>(duckdb_scalar_function_bind_get_extra_info(info));
    duckdb_client_context context = nullptr;
    duckdb_scalar_function_get_client_context(info, &context);
    FunctionState* const state = states.find(take_connection_id(context));
    if (!state) return duckdb_scalar_function_bind_set_error(info, "the connection does not know this function");
    duckdb_scalar_function_set_bind_data(info, state, nullptr);
    duckdb_scalar_function_set_bind_data_copy(info, [](void* data) { return data; });
}

void register_function(duckdb_connection connection, const char* name, const std::vector<ColumnType>& parameters,
                       const ColumnType& result, duckdb_scalar_function_t body, FunctionStates& states) {
    const ScalarFunctionHandle function = make_function(name, parameters, result, body);
    duckdb_scalar_function_set_extra_info(function.get(), &states, nullptr);
    duckdb_scalar_function_set_bind(function.get(), bind_to_connection);
    if (duckdb_register_scalar_function(connection, function.get()) == DuckDBError) throw_not_registered(name);
}

void register_average(duckdb_connection connection, const AverageFunction& average_function) {
    const char* name = average_function.name.c_str();
    const ScalarFunctionHandle function =
        make_function(name, {average_function.sum, TypeId::bigint}, TypeId::float64, average);
    duckdb_scalar_function_set_extra_info(function.get(), const_cast<AverageFunction*>(&average_function), nullptr);
    if (duckdb_register_scalar_function(connection, function.get()) == DuckDBError) throw_not_registered(name);
}

void register_computable(duckdb_connection connection) {
    const ScalarFunctionHandle function = make_function(computable_function, {}, TypeId::boolean, be_computable);
    const LogicalTypeHandle any(duckdb_create_logical_type(DUCKDB_TYPE_ANY));
    duckdb_scalar_function_set_varargs(function.get(), any.get());
    if (duckdb_register_scalar_function(connection, function.get()) == DuckDBError)
        throw_not_registered(computable_function);
}

void register_valid_json(duckdb_connection connection) {
    const char* const name = "laminar_valid_json";
    const ScalarFunctionHandle function = make_pure_function(name, {TypeId::varchar}, TypeId::boolean, be_valid_json);
    if (duckdb_register_scalar_function(connection, function.get()) == DuckDBError) throw_not_registered(name);
}

void register_averages(duckdb_connection connection) {
    for (const AverageFunction& function : average_functions()) register_average(connection, function);
}

/// One overload for each type of time.
void register_window_placeholder(duckdb_connection connection, const char* name, std::size_t intervals) {
    const ScalarFunctionSetHandle overloads(duckdb_create_scalar_function_set(name));
    for (const TypeId time : {TypeId::timestamp, TypeId::timestamp_tz}) {
        ColumnType window(TypeId::structure);
        window.fields = {{"start", time}, {"end", time}};
        std::vector<ColumnType> parameters{time};
        parameters.resize(1 + intervals, TypeId::interval);
        const ScalarFunctionHandle function = make_function(name, parameters, window, refuse);
        duckdb_add_scalar_function_to_set(overloads.get(), function.get());
    }
    if (duckdb_register_scalar_function_set(connection, overloads.get()) == DuckDBError) throw_not_registered(name);
}

}  // namespace

void FunctionState::set_connection_test_result(const std::string& connection, std::string json) {
    const MutexLock lock(mutex_);
    connection_tests_[fold_case(connection)] = std::move(json);
}

std::optional<std::string> FunctionState::connection_test_result(std::string_view connection) const {
    const MutexLock lock(mutex_);
    const auto entry = connection_tests_.find(fold_case(connection));
    if (entry == connection_tests_.end()) return std::nullopt;
    return entry->second;
}

void FunctionState::acknowledge(std::string connection, std::string message_id) {
    const MutexLock lock(mutex_);
    acknowledgements_.push_back({std::move(connection), std::move(message_id)});
}

void FunctionState::add_acknowledgements(std::vector<Acknowledgement> acknowledgements) {
    const MutexLock lock(mutex_);
    std::move(acknowledgements.begin(), acknowledgements.end(), std::back_inserter(acknowledgements_));
}

std::vector<Acknowledgement> FunctionState::take_acknowledgements() {
    const MutexLock lock(mutex_);
    return std::exchange(acknowledgements_, {});
}

std::size_t FunctionState::acknowledgement_count() const {
    const MutexLock lock(mutex_);
    return acknowledgements_.size();
}

void FunctionState::forget_acknowledgements(std::size_t first, std::size_t end) {
    const MutexLock lock(mutex_);
    const auto at = [&](std::size_t position) LAMINAR_REQUIRES(mutex_) {
        return acknowledgements_.begin() + static_cast<std::ptrdiff_t>(std::min(position, acknowledgements_.size()));
    };
    if (first < end) acknowledgements_.erase(at(first), at(end));
}

void FunctionStates::add(duckdb_connection connection, FunctionState& state) {
    const std::uint64_t id = connection_id(connection);
    const MutexLock lock(mutex_);
    states_[id] = &state;
}

void FunctionStates::remove(const FunctionState& state) {
    const MutexLock lock(mutex_);
    std::erase_if(states_, [&](const auto& entry) { return entry.second == &state; });
}

FunctionState* FunctionStates::find(std::uint64_t connection_id) const {
    const MutexLock lock(mutex_);
    const auto found = states_.find(connection_id);
    return found == states_.end() ? nullptr : found->second;
}

void register_functions(duckdb_connection connection, FunctionStates& states) {
    register_function(connection, "laminar_connection_test", {TypeId::varchar}, TypeId::json, connection_test, states);
    register_function(connection, "laminar_acknowledge", {TypeId::varchar, TypeId::varchar}, TypeId::boolean,
                      acknowledge, states);
    register_valid_json(connection);
    register_averages(connection);
    register_computable(connection);
    register_exact_sums(connection);
}

const std::vector<const char*>& window_macros() {
    static const std::vector<const char*> macros{
        "CREATE OR REPLACE TEMP MACRO laminar_hop_first(ts, slide, size) AS "
        "time_bucket(slide, ts - size, TIMESTAMP '1970-01-01') + slide",
        "CREATE OR REPLACE TEMP MACRO laminar_hop_windows(ts, slide, size) AS "
        "coalesce([{'start': s, 'end': s + size} for s in generate_series(laminar_hop_first(ts, slide, size), "
        "time_bucket(slide, ts, TIMESTAMP '1970-01-01'), slide)], [NULL])"};
    return macros;
}

void register_window_placeholders(duckdb_connection connection) {
    register_window_placeholder(connection, "laminar_hop", 2);
    register_window_placeholder(connection, "laminar_session", 1);
}

}  // namespace laminar
