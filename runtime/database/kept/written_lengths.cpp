#include "runtime/database/kept/written_lengths.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr const char* number = "file length";

}  // namespace

std::string WrittenLengths::owner_of(std::string_view connection) { return "connection:" + fold_case(connection); }

std::optional<std::uint64_t> WrittenLengths::of(std::string_view connection) const {
    const auto found = lengths_.find(fold_case(connection));
    return found == lengths_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint64_t> WrittenLengths::recorded(std::string_view connection) const {
    const StateNumbers* numbers = store_.find(owner_of(connection));
    if (!numbers) return std::nullopt;
    const auto found = numbers->find(number);
    return found == numbers->end() ? std::nullopt : std::optional(static_cast<std::uint64_t>(found->second));
}

void WrittenLengths::look() {
    if (!store_.has_ended_sending()) lengths_ = written_();  // Sinks forget nothing any more.
}

bool WrittenLengths::has_changes() const {
    return !is_broken_ && std::any_of(lengths_.begin(), lengths_.end(),
                                      [&](const auto& each) { return recorded(each.first) != each.second; });
}

void WrittenLengths::apply() {
    for (const auto& [connection, length] : lengths_)
        store_.set(owner_of(connection), {{number, static_cast<std::int64_t>(length)}});
}

void WrittenLengths::leave_out(const std::string& reason) {
    is_broken_ = true;
    lengths_.clear();
    spdlog::error("the lengths of files that sinks write are not kept any more: {}", reason);
}

}  // namespace laminar
