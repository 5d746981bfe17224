#include "runtime/engine/exact_sum_functions.h"

#include <string>

#include "runtime/engine/engine.h"
#include "runtime/engine/functions/average.h"
#include "runtime/engine/functions/exact_sum.h"
#include "runtime/engine/logical_type.h"

namespace laminar {

namespace {

/// Null until a value has come.
struct State {
    ExactSum* sum;
};

State& state_of(duckdb_aggregate_state state) { return *reinterpret_cast<State*>(state); }

ExactSum& sum_of(duckdb_aggregate_state state) {
    State& found = state_of(state);
    if (!found.sum) found.sum = new ExactSum();
    return *found.sum;
}

std::string_view text_of(duckdb_string_t& text) { return {duckdb_string_t_data(&text), duckdb_string_t_length(text)}; }

/// Calls add for each state with its value, unless that is NULL.
template <class T, class Add>
void update(duckdb_data_chunk input, duckdb_aggregate_state* states, Add&& add) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
    auto* values = static_cast<T*>(duckdb_vector_get_data(vector));
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
        if (duckdb_validity_row_is_valid(validity, row)) add(sum_of(states[row]), values[row]);
    }
}

void add_numbers(duckdb_function_info, duckdb_data_chunk input, duckdb_aggregate_state* states) {
    update<double>(input, states, [](ExactSum& sum, double value) { sum.add(value); });
}

void add_sums(duckdb_function_info, duckdb_data_chunk input, duckdb_aggregate_state* states) {
    update<duckdb_string_t>(
        input, states, [](ExactSum& sum, duckdb_string_t& value) { sum.add(ExactSum::from_bytes(text_of(value))); });
}

void combine(duckdb_function_info, duckdb_aggregate_state* sources, duckdb_aggregate_state* targets, idx_t count) {
    for (idx_t index = 0; index < count; ++index) {
        if (const ExactSum* sum = state_of(sources[index]).sum) sum_of(targets[index]).add(*sum);
    }
}

void set_null(duckdb_vector output, idx_t row) {
    duckdb_vector_ensure_validity_writable(output);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
}

void finish(duckdb_function_info, duckdb_aggregate_state* states, duckdb_vector result, idx_t count, idx_t offset) {
    for (idx_t index = 0; index < count; ++index) {
        const ExactSum* sum = state_of(states[index]).sum;
        if (!sum) {
            set_null(result, offset + index);
            continue;
        }
        const std::string bytes = sum->bytes();
        duckdb_vector_assign_string_element_len(result, offset + index, bytes.data(), bytes.size());
    }
}

void destroy(duckdb_aggregate_state* states, idx_t count) {
    for (idx_t index = 0; index < count; ++index) delete state_of(states[index]).sum;
}

AggregateFunctionHandle make_aggregate(TypeId parameter, duckdb_aggregate_update_t update_states) {
    AggregateFunctionHandle function(duckdb_create_aggregate_function());
    duckdb_aggregate_function_set_name(function.get(), exact_sum_function);
    duckdb_aggregate_function_add_parameter(function.get(), to_logical_type(parameter).get());
    duckdb_aggregate_function_set_return_type(function.get(), to_logical_type(TypeId::blob).get());
    duckdb_aggregate_function_set_functions(
        function.get(), [](duckdb_function_info) -> idx_t { return sizeof(State); },
        [](duckdb_function_info, duckdb_aggregate_state state) { state_of(state).sum = nullptr; }, update_states,
        combine, finish);
    duckdb_aggregate_function_set_destructor(function.get(), destroy);
    return function;
}

void value_of(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
    auto* sums = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    auto* values = static_cast<double*>(duckdb_vector_get_data(output));
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
        if (duckdb_validity_row_is_valid(validity, row))
            values[row] = ExactSum::from_bytes(text_of(sums[row])).value();
        else
            set_null(output, row);
    }
}

void check(duckdb_state registered, const char* name) {
    if (registered == DuckDBError)
        throw EngineException(
            {.type = "Internal", .message = "the function " + std::string(name) + " cannot be registered"});
}

}  // namespace

void register_exact_sums(duckdb_connection connection) {
    const AggregateFunctionSetHandle overloads(duckdb_create_aggregate_function_set(exact_sum_function));
    duckdb_add_aggregate_function_to_set(overloads.get(), make_aggregate(TypeId::float64, add_numbers).get());
    duckdb_add_aggregate_function_to_set(overloads.get(), make_aggregate(TypeId::blob, add_sums).get());
    check(duckdb_register_aggregate_function_set(connection, overloads.get()), exact_sum_function);
    const ScalarFunctionHandle value(duckdb_create_scalar_function());
    duckdb_scalar_function_set_name(value.get(), exact_value_function);
    duckdb_scalar_function_add_parameter(value.get(), to_logical_type(TypeId::blob).get());
    duckdb_scalar_function_set_return_type(value.get(), to_logical_type(TypeId::float64).get());
    duckdb_scalar_function_set_special_handling(value.get());
    duckdb_scalar_function_set_function(value.get(), value_of);
    check(duckdb_register_scalar_function(connection, value.get()), exact_value_function);
}

}  // namespace laminar
