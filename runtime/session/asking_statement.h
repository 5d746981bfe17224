#pragma once

#include <variant>

#include "parser/ast/statement.h"

namespace laminar {

/// A statement that asks and is answered, once, and changes nothing.
[[nodiscard]] inline bool only_asks(const ast::Statement& statement) noexcept {
    return std::holds_alternative<ast::SelectStatement>(statement.node) ||
           std::holds_alternative<ast::WaitFor>(statement.node) || std::holds_alternative<ast::Show>(statement.node) ||
           std::holds_alternative<ast::ShowCreate>(statement.node) ||
           std::holds_alternative<ast::Describe>(statement.node) ||
           std::holds_alternative<ast::Explain>(statement.node);
}

}  // namespace laminar
