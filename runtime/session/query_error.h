#pragma once

#include "parser/diagnostic/diagnostic.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// Reports an error of the engine at the place in the user's text that it is about. sql is the text the engine was
/// given, or null when positions in it mean nothing to the user; fallback is used then and when the engine names no
/// place.
void report_engine_error(const EngineError& error, const WrittenSql* sql, SourceSpan fallback,
                         Diagnostics& diagnostics);

}  // namespace laminar
