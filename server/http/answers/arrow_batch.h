#pragma once

#include <string>

#include "runtime/engine/engine.h"

namespace laminar::http {

/// Appends rows as a record batch of an Arrow IPC stream, whose schema (append_arrow_schema) has the same columns.
/// Throws std::length_error for texts of more than 2 GiB in all.
void append_arrow_rows(std::string& out, const ResultTable& rows);

}  // namespace laminar::http
