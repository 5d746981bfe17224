#include "server/postgres/session/prepared_statements.h"

#include <fmt/format.h>

namespace laminar::postgres {

namespace {

constexpr std::size_t longest_name = 1'000;

/// The tree of a statement takes about so many times its text.
constexpr std::size_t bytes_of_tree = 32;

std::size_t byte_size(const PreparedStatement& statement) {
    return statement.text.byte_size() + statement.types.capacity() * sizeof(std::int32_t);
}

/// The one without a name is replaced by the next: there are never two trees of it.
std::size_t byte_size(const std::string& name, const Portal& portal) {
    const std::size_t tree = name.empty() ? 0 : bytes_of_tree * portal.filled.text().size();
    return portal.filled.byte_size() + portal.formats.capacity() * sizeof(std::int16_t) + tree;
}

}  // namespace

std::optional<ErrorMessage> refusal_of_name(const std::string& name) {
    if (name.size() <= longest_name) return std::nullopt;
    return ErrorMessage{.state = "42622", .message = fmt::format("a name has at most {} bytes here", longest_name)};
}

std::optional<ErrorMessage> PreparedStatements::refuse(std::size_t bytes) const {
    for (const auto& [name, statement] : statements_) bytes += byte_size(*statement);
    for (const auto& [name, portal] : portals_) bytes += byte_size(name, *portal);
    if (statements_.size() < most && portals_.size() < most && bytes <= most_bytes) return std::nullopt;
    return ErrorMessage{.state = "53000",
                        .message = fmt::format("a client may have {} prepared statements, of 64 MiB in all", most),
                        .hint = "DEALLOCATE ALL removes those there are"};
}

std::optional<ErrorMessage> PreparedStatements::add(const std::string& name, StatementPtr statement) {
    if (name.empty()) statements_.erase(name);
    if (statements_.contains(name))
        return ErrorMessage{.state = "42P05",
                            .message = fmt::format("there is a prepared statement \"{}\" already", name)};
    if (auto refusal = refusal_of_name(name)) return refusal;
    if (auto refusal = refuse(byte_size(*statement))) return refusal;
    statements_[name] = std::move(statement);
    return std::nullopt;
}

std::optional<ErrorMessage> PreparedStatements::add(const std::string& name, PortalPtr portal) {
    if (name.empty()) portals_.erase(name);
    if (portals_.contains(name))
        return ErrorMessage{.state = "42P03", .message = fmt::format("there is a cursor \"{}\" already", name)};
    if (auto refusal = refusal_of_name(name)) return refusal;
    if (auto refusal = refuse(byte_size(name, *portal))) return refusal;
    portals_[name] = std::move(portal);
    return std::nullopt;
}

PreparedStatements::StatementPtr PreparedStatements::statement(const std::string& name) const {
    const auto found = statements_.find(name);
    return found == statements_.end() ? nullptr : found->second;
}

PreparedStatements::PortalPtr PreparedStatements::portal(const std::string& name) const {
    const auto found = portals_.find(name);
    return found == portals_.end() ? nullptr : found->second;
}

std::size_t PreparedStatements::kept_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [name, portal] : portals_) bytes += portal->kept.byte_size();
    return bytes;
}

}  // namespace laminar::postgres
