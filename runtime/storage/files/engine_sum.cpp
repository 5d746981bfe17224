#include "runtime/storage/files/engine_sum.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace laminar {

static_assert(std::endian::native == std::endian::little, "the engine's files are read as they are in memory");

namespace {

constexpr std::uint64_t begin_of_sum = 5381;
constexpr std::uint64_t factor_of_words = 0xbf58476d1ce4e5b9;
// Of what is left behind the last whole word.
constexpr std::uint64_t factor_of_rest = 0xc6a4a7935bd1e995;
constexpr std::uint64_t begin_of_rest = 0xe17a1465;
constexpr unsigned shift_of_rest = 47;

std::uint64_t sum_of_rest(std::string_view bytes) noexcept {
    std::uint64_t sum = begin_of_rest ^ (bytes.size() * factor_of_rest);
    unsigned shift = 0;
    for (const char byte : bytes) {
        sum ^= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
        shift += 8;
    }
    sum *= factor_of_rest;
    sum ^= sum >> shift_of_rest;
    sum *= factor_of_rest;
    return sum ^ (sum >> shift_of_rest);
}

}  // namespace

std::uint64_t number_at(std::string_view bytes, std::size_t at) noexcept {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

std::uint64_t engine_sum(std::string_view bytes) noexcept {
    std::uint64_t sum = begin_of_sum;
    const std::size_t whole = bytes.size() - bytes.size() % sizeof(std::uint64_t);
    for (std::size_t at = 0; at < whole; at += sizeof(std::uint64_t)) sum ^= number_at(bytes, at) * factor_of_words;
    return whole == bytes.size() ? sum : sum ^ sum_of_rest(bytes.substr(whole));
}

}  // namespace laminar
