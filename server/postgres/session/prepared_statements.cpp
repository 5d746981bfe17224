#include "server/postgres/session/prepared_statements.h"

#include <fmt/format.h>

namespace laminar::postgres {

std::optional<ErrorMessage> PreparedStatements::refuse(std::size_t bytes) const {
    for (const auto& [name, statement] : statements_) bytes += statement->text.text().size();
    for (const auto& [name, portal] : portals_) bytes += portal->filled.text().size();
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
    if (auto refusal = refuse(statement->text.text().size())) return refusal;
    statements_[name] = std::move(statement);
    return std::nullopt;
}

std::optional<ErrorMessage> PreparedStatements::add(const std::string& name, PortalPtr portal) {
    if (name.empty()) portals_.erase(name);
    if (portals_.contains(name))
        return ErrorMessage{.state = "42P03", .message = fmt::format("there is a cursor \"{}\" already", name)};
    if (auto refusal = refuse(portal->filled.text().size())) return refusal;
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

}  // namespace laminar::postgres
