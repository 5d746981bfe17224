#include "server/postgres/catalog/object_number.h"

#include "parser/text/ascii.h"

namespace laminar::postgres {

namespace {

constexpr std::uint32_t first_number = 16'384;
constexpr std::uint32_t count = (std::uint32_t{1} << 31U) - first_number;

/// FNV-1a, whose values no version of a library changes.
std::uint64_t hash(std::uint64_t so_far, std::string_view text) {
    for (const char c : text) so_far = (so_far ^ static_cast<unsigned char>(to_lower(c))) * 0x100000001b3U;
    return so_far;
}

}  // namespace

std::uint32_t ObjectNumbers::number(std::string_view kind, std::string_view name) {
    const std::uint64_t value = hash(hash(hash(0xcbf29ce484222325U, kind), " "), name);
    std::uint32_t offset = static_cast<std::uint32_t>(value % count);
    while (!taken_.insert(first_number + offset).second) offset = (offset + 1) % count;
    return first_number + offset;
}

}  // namespace laminar::postgres
