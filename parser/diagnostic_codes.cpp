#include "parser/diagnostic_codes.h"

#include <array>
#include <cstddef>

namespace laminar {
namespace {

struct CodeEntry {
    std::string_view code;
    std::string_view title;
};

constexpr auto entries = std::to_array<CodeEntry>({
#define LAMINAR_DIAGNOSTIC_ENTRY(name, code, title) {code, title},
    LAMINAR_DIAGNOSTICS(LAMINAR_DIAGNOSTIC_ENTRY)
#undef LAMINAR_DIAGNOSTIC_ENTRY
});

const CodeEntry& entry_of(DiagnosticCode code) noexcept { return entries[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view diagnostic_code_text(DiagnosticCode code) noexcept { return entry_of(code).code; }

std::string_view diagnostic_title(DiagnosticCode code) noexcept { return entry_of(code).title; }

}  // namespace laminar
