#include "runtime/engine/result_reader.h"

#include <numeric>

namespace laminar {

namespace {

void read_vector(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target);

template <class T>
void read_fixed(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target) {
    const T* values = static_cast<const T*>(duckdb_vector_get_data(source)) + first;
    std::uint64_t* validity = duckdb_vector_get_validity(source);
    if (!validity) {
        target.append_values(values, count);
        return;
    }
    for (std::size_t row = 0; row < count; ++row) {
        if (duckdb_validity_row_is_valid(validity, first + row))
            target.append(values[row]);
        else
            target.append_null();
    }
}

bool is_valid(const std::uint64_t* validity, std::size_t row) noexcept {
    return !validity || ((validity[row / 64] >> (row % 64)) & 1U) != 0;
}

void read_strings(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(source));
    const std::uint64_t* validity = duckdb_vector_get_validity(source);
    for (std::size_t row = first; row < first + count; ++row) {
        if (is_valid(validity, row))
            target.append_string({duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])});
        else
            target.append_null();
    }
}

void read_lists(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target) {
    const auto* entries = static_cast<const duckdb_list_entry*>(duckdb_vector_get_data(source));
    const std::uint64_t* validity = duckdb_vector_get_validity(source);
    duckdb_vector child = duckdb_list_vector_get_child(source);
    for (std::size_t row = first; row < first + count; ++row) {
        if (is_valid(validity, row)) {
            read_vector(child, entries[row].offset, entries[row].length, target.child(0));
            target.append_list(static_cast<std::uint32_t>(entries[row].length));
        } else {
            target.append_null();
        }
    }
}

void read_arrays(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target) {
    const std::size_t size = target.type().array_size;
    const std::uint64_t* validity = duckdb_vector_get_validity(source);
    duckdb_vector child = duckdb_array_vector_get_child(source);
    for (std::size_t row = first; row < first + count; ++row) {
        if (is_valid(validity, row)) {
            read_vector(child, row * size, size, target.child(0));
            target.append_list(static_cast<std::uint32_t>(size));
        } else {
            target.append_null();
        }
    }
}

void read_structures(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target) {
    const std::uint64_t* validity = duckdb_vector_get_validity(source);
    bool all_valid = true;
    for (std::size_t row = first; row < first + count && all_valid; ++row) all_valid = is_valid(validity, row);
    if (all_valid) {
        for (std::size_t index = 0; index < target.child_count(); ++index)
            read_vector(duckdb_struct_vector_get_child(source, index), first, count, target.child(index));
        for (std::size_t row = 0; row < count; ++row) target.append_structure();
        return;
    }
    for (std::size_t row = first; row < first + count; ++row) {
        if (!is_valid(validity, row)) {
            target.append_null();
            continue;
        }
        for (std::size_t index = 0; index < target.child_count(); ++index)
            read_vector(duckdb_struct_vector_get_child(source, index), row, 1, target.child(index));
        target.append_structure();
    }
}

void read_vector(duckdb_vector source, std::size_t first, std::size_t count, ColumnVector& target) {
    if (count == 0) return;
    switch (target.physical()) {
        case PhysicalType::bool8:
        case PhysicalType::uint8:
            return read_fixed<std::uint8_t>(source, first, count, target);
        case PhysicalType::int8:
            return read_fixed<std::int8_t>(source, first, count, target);
        case PhysicalType::int16:
            return read_fixed<std::int16_t>(source, first, count, target);
        case PhysicalType::int32:
            return read_fixed<std::int32_t>(source, first, count, target);
        case PhysicalType::int64:
            return read_fixed<std::int64_t>(source, first, count, target);
        case PhysicalType::uint16:
            return read_fixed<std::uint16_t>(source, first, count, target);
        case PhysicalType::uint32:
            return read_fixed<std::uint32_t>(source, first, count, target);
        case PhysicalType::uint64:
            return read_fixed<std::uint64_t>(source, first, count, target);
        case PhysicalType::int128:
        case PhysicalType::uint128:
            return read_fixed<Int128>(source, first, count, target);
        case PhysicalType::float32:
            return read_fixed<float>(source, first, count, target);
        case PhysicalType::float64:
            return read_fixed<double>(source, first, count, target);
        case PhysicalType::interval:
            return read_fixed<IntervalValue>(source, first, count, target);
        case PhysicalType::string:
            return read_strings(source, first, count, target);
        case PhysicalType::list:
            return target.type().id == TypeId::array ? read_arrays(source, first, count, target)
                                                     : read_lists(source, first, count, target);
        case PhysicalType::structure:
            return read_structures(source, first, count, target);
    }
}

void destroy_selection(duckdb_selection_vector* selection) { duckdb_destroy_selection_vector(*selection); }
using SelectionHandle = DuckDbHandle<duckdb_selection_vector, destroy_selection>;

/// A copy of a vector in which every part is plain, whatever form the parts of the original have.
DataChunkHandle flat_copy(duckdb_vector source, std::size_t rows) {
    const LogicalTypeHandle type(duckdb_vector_get_column_type(source));
    duckdb_logical_type types[] = {type.get()};
    DataChunkHandle copy(duckdb_create_data_chunk(types, 1));
    const SelectionHandle selection(duckdb_create_selection_vector(rows));
    sel_t* indexes = duckdb_selection_vector_get_data_ptr(selection.get());
    std::iota(indexes, indexes + rows, sel_t{0});
    duckdb_vector_copy_sel(source, duckdb_data_chunk_get_vector(copy.get(), 0), selection.get(), rows, 0, 0);
    return copy;
}

/// Offsets into a column's text are 32 bits wide.
constexpr std::size_t max_column_bytes = std::size_t{3} << 30;

}  // namespace

ResultTable make_result_table(const std::vector<OutputColumn>& columns) {
    ResultTable table;
    table.columns = columns;
    table.values.reserve(columns.size());
    for (const OutputColumn& column : columns) table.values.emplace_back(column.type);
    return table;
}

void append_chunk(duckdb_data_chunk chunk, bool streamed, ResultTable& table) {
    const std::size_t rows = duckdb_data_chunk_get_size(chunk);
    for (std::size_t index = 0; index < table.values.size(); ++index) {
        ColumnVector& target = table.values[index];
        duckdb_vector source = duckdb_data_chunk_get_vector(chunk, index);
        if (streamed && target.child_count() > 0) {
            const DataChunkHandle copy = flat_copy(source, rows);
            read_vector(duckdb_data_chunk_get_vector(copy.get(), 0), 0, rows, target);
        } else {
            read_vector(source, 0, rows, target);
        }
        if (target.byte_size() > max_column_bytes)
            throw EngineException(
                {.type = "Out of Memory",
                 .message = "the result has more than 3 GiB in column \"" + table.columns[index].name + "\""});
    }
    table.rows += rows;
}

}  // namespace laminar
