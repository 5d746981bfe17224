#pragma once

#include <span>
#include <string>
#include <string_view>

#include "parser/diagnostic/diagnostic_codes.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// An error of the engine in Laminar's words.
struct ErrorMessage {
    DiagnosticCode code = DiagnosticCode::query_error;
    std::string message;
    std::string hint;
    std::string_view sql_state = {};  ///< As that of the error.
};

/// For errors found when a statement is prepared; code tells what kind of mistake it is. names are further suggestions
/// where a function is not known.
[[nodiscard]] ErrorMessage describe_engine_error(const EngineError& error, std::span<const std::string> names = {});

/// The name an error is about where the engine gives no position: the first one it quotes. May be empty.
[[nodiscard]] std::string name_in_error(const EngineError& error);

}  // namespace laminar
