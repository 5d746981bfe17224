#include "cli/commands/data_directory_use.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace laminar {

void close_to_others(const std::optional<std::string>& data_directory) noexcept {
    if (data_directory) (void)::umask(::umask(077) | 077);
}

void end_without_storage(const std::string& reason, ConsoleMessages& messages) {
    messages.say(
        fmt::format("ended at once: {}; nothing of it has been acknowledged, and the next start goes on from what "
                    "was kept before",
                    reason));
    _exit(1);
}

}  // namespace laminar
