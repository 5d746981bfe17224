#include "runtime/engine/vector_writer.h"

#include <cstring>
#include <string>

#include "runtime/engine/engine.h"

namespace laminar {

namespace {

static_assert(sizeof(Int128) == sizeof(duckdb_hugeint) && sizeof(IntervalValue) == sizeof(duckdb_interval));

constexpr std::size_t inline_length = sizeof(duckdb_string_t::value.inlined.inlined);

void set_invalid(duckdb_vector target, std::size_t row) {
    duckdb_vector_ensure_validity_writable(target);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(target), row);
}

void write_validity(const ColumnVector& source, std::size_t first, std::size_t count, duckdb_vector target,
                    std::size_t target_row) {
    if (!source.has_nulls()) return;
    duckdb_vector_ensure_validity_writable(target);
    std::uint64_t* validity = duckdb_vector_get_validity(target);
    if (first % 64 == 0 && target_row % 64 == 0 && count >= 64) {
        // Whole words; what remains of the last one goes bit by bit.
        const std::size_t words = count / 64;
        std::memcpy(validity + target_row / 64, source.validity().data() + first / 64, words * sizeof(std::uint64_t));
        first += words * 64;
        target_row += words * 64;
        count -= words * 64;
    }
    for (std::size_t row = 0; row < count; ++row)
        if (!source.is_valid(first + row)) duckdb_validity_set_row_invalid(validity, target_row + row);
}

void write_strings(const ColumnVector& source, std::size_t first, std::size_t count, duckdb_vector target,
                   std::size_t target_row) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(target)) + target_row;
    for (std::size_t row = 0; row < count; ++row) strings[row] = make_string(source.string_at(first + row));
}

void write_lists(const ColumnVector& source, std::size_t first, std::size_t count, duckdb_vector target,
                 std::size_t target_row) {
    const ListEntry* entries = source.values<ListEntry>() + first;
    auto* target_entries = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(target)) + target_row;
    const std::uint64_t base = duckdb_list_vector_get_size(target);
    std::uint64_t total = 0;
    // Appending keeps elements in the order of their rows, so that those of a range of rows lie side by side.
    for (std::size_t row = 0; row < count; ++row) {
        target_entries[row] = {base + total, entries[row].length};
        total += entries[row].length;
    }
    duckdb_list_vector_reserve(target, base + total);
    duckdb_list_vector_set_size(target, base + total);
    if (total == 0) return;
    std::size_t element = 0;
    while (entries[element].length == 0) ++element;
    write_vector(source.child(0), entries[element].offset, total, duckdb_list_vector_get_child(target), base);
}

void write_arrays(const ColumnVector& source, std::size_t first, std::size_t count, duckdb_vector target,
                  std::size_t target_row) {
    const std::size_t size = source.type().array_size;
    const ListEntry* entries = source.values<ListEntry>() + first;
    duckdb_vector child = duckdb_array_vector_get_child(target);
    for (std::size_t row = 0; row < count; ++row) {
        const std::size_t child_row = (target_row + row) * size;
        if (!source.is_valid(first + row)) {
            for (std::size_t element = 0; element < size; ++element) set_invalid(child, child_row + element);
        } else if (entries[row].length == size) {
            write_vector(source.child(0), entries[row].offset, size, child, child_row);
        } else {
            throw EngineException({.type = "Conversion",
                                   .message = "an array of " + std::to_string(entries[row].length) +
                                              " elements does not fit into " + to_sql(source.type())});
        }
    }
}

}  // namespace

duckdb_string_t make_string(std::string_view text) noexcept {
    duckdb_string_t string{};
    string.value.inlined.length = static_cast<std::uint32_t>(text.size());
    if (text.size() <= inline_length) {
        std::memcpy(string.value.inlined.inlined, text.data(), text.size());
    } else {
        std::memcpy(string.value.pointer.prefix, text.data(), sizeof(string.value.pointer.prefix));
        string.value.pointer.ptr = const_cast<char*>(text.data());
    }
    return string;
}

void write_vector(const ColumnVector& source, std::size_t first, std::size_t count, duckdb_vector target,
                  std::size_t target_row) {
    if (count == 0) return;
    write_validity(source, first, count, target, target_row);
    switch (source.physical()) {
        case PhysicalType::string:
            return write_strings(source, first, count, target, target_row);
        case PhysicalType::list:
            return source.type().id == TypeId::array ? write_arrays(source, first, count, target, target_row)
                                                     : write_lists(source, first, count, target, target_row);
        case PhysicalType::structure:
            for (std::size_t index = 0; index < source.child_count(); ++index)
                write_vector(source.child(index), first, count, duckdb_struct_vector_get_child(target, index),
                             target_row);
            return;
        default:
            break;
    }
    const std::size_t width = physical_width(source.physical());
    std::memcpy(static_cast<std::byte*>(duckdb_vector_get_data(target)) + target_row * width,
                source.values<std::byte>() + first * width, count * width);
}

}  // namespace laminar
