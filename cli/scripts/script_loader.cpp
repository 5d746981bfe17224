#include "cli/scripts/script_loader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "parser/read/parser.h"

namespace laminar {
namespace {

/// 0, or the errno of what failed.
int read_all(int file, std::string& text) {
    std::array<char, 65536> chunk{};
    const std::size_t most = ParserLimits{}.max_bytes + 1;
    while (text.size() < most) {
        const ssize_t count = read(file, chunk.data(), std::min(chunk.size(), most - text.size()));
        if (count == 0) return 0;
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return 0;
}

}  // namespace

LoadedScript load_script(const std::string& path) {
    const bool standard_input = path == "-";
    const std::string name = standard_input ? "<stdin>" : path;
    const int file = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::string text;
    int error = file < 0 ? errno : read_all(file, text);
    if (!standard_input && file >= 0) close(file);
    if (error != 0) {
        return {nullptr, fmt::format("cannot read {}: {}", name, std::generic_category().message(error))};
    }
    return {std::make_shared<SourceText>(name, std::move(text)), {}};
}

}  // namespace laminar
