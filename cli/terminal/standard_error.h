#pragma once

#include <string_view>

namespace laminar {

/// Writes to standard error, whole. Whoever is to read it may stand still: then this waits for a fifth of a second at
/// most, once, and until it is read again what is written is left out and counted, so that neither connections nor the
/// end of the program wait for it. Thread-safe. Everything of the program's own goes through here.
void write_to_standard_error(std::string_view text);

}  // namespace laminar
