#include "server/login/role.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/session/asking_statement.h"

namespace laminar {

namespace {

constexpr std::array<std::pair<std::string_view, Role>, 3> roles{
    {{"read", Role::read}, {"write", Role::write}, {"admin", Role::admin}}};

}  // namespace

std::optional<Role> parse_role(std::string_view name) noexcept {
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const auto& each) { return each.first == name; });
    return found == roles.end() ? std::nullopt : std::optional(found->second);
}

std::string_view role_name(Role role) noexcept { return roles[static_cast<std::size_t>(role)].first; }

Role role_for(const ast::Statement& statement) noexcept {
    if (only_asks(statement) || std::holds_alternative<ast::Subscribe>(statement.node)) return Role::read;
    return std::holds_alternative<ast::Insert>(statement.node) ? Role::write : Role::admin;
}

std::string role_refusal(Role role, Role needed) {
    return fmt::format("this is for the role {}, and you have the role {}", role_name(needed), role_name(role));
}

}  // namespace laminar
