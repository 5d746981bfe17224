#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/ast/statement.h"

namespace laminar {

/// What somebody may do; each includes those before it.
enum class Role : std::uint8_t {
    read,   ///< Statements that ask: SELECT, SUBSCRIBE, SHOW, DESCRIBE, EXPLAIN, WAIT FOR.
    write,  ///< INSERT.
    admin   ///< Everything.
};

[[nodiscard]] std::optional<Role> parse_role(std::string_view name) noexcept;
[[nodiscard]] std::string_view role_name(Role role) noexcept;

/// The least that a statement asks for.
[[nodiscard]] Role role_for(const ast::Statement& statement) noexcept;

/// Why somebody of a role may not do what asks for another.
[[nodiscard]] std::string role_refusal(Role role, Role needed);

}  // namespace laminar
