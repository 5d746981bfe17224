#include "runtime/storage/crash_point.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace laminar {

namespace {

struct Chosen {
    std::string name;
    long passes = 1;  ///< That many times it is passed, the last one included.
};

Chosen chosen_point() {
    const char* text = std::getenv("LAMINAR_CRASH_POINT");  // NOLINT(concurrency-mt-unsafe): nobody changes it.
    Chosen chosen{text ? text : "", 1};
    const std::size_t colon = chosen.name.find(':');
    if (colon == std::string::npos) return chosen;
    chosen.passes = std::strtol(chosen.name.c_str() + colon + 1, nullptr, 10);
    chosen.name.resize(colon);
    return chosen;
}

}  // namespace

void crash_point(std::string_view name) noexcept {
    static const Chosen chosen = chosen_point();
    static std::atomic<long> passed{0};
    if (chosen.name.empty() || chosen.name != name) return;
    if (++passed == chosen.passes) (void)::kill(::getpid(), SIGKILL);
}

}  // namespace laminar
