#include "cli/shell/path_completion.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "parser/text/utf8.h"

namespace laminar {
namespace {

/// Of a folder: more than anybody chooses from.
constexpr std::size_t most_entries = 10'000;

bool fits_in_a_line(std::string_view name) {
    return find_invalid_utf8(name) == std::string_view::npos &&
           std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

Completion complete_path(std::string_view typed) {
    Completion completion;
    completion.length = typed.size();
    const std::size_t slash = typed.rfind('/');
    const std::string folder(slash == std::string_view::npos ? std::string_view() : typed.substr(0, slash + 1));
    const std::string_view beginning = typed.substr(folder.size());
    std::error_code error;
    std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, error);
    for (std::size_t seen = 0; !error && entry != std::filesystem::directory_iterator() && seen < most_entries;
         entry.increment(error), ++seen) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(beginning) || !fits_in_a_line(name)) continue;
        if (name.starts_with('.') && beginning.empty()) continue;
        std::error_code unknown;
        completion.candidates.push_back(folder + name + (entry->is_directory(unknown) ? "/" : ""));
    }
    std::sort(completion.candidates.begin(), completion.candidates.end());
    completion.complete = completion.candidates.size() != 1 || !completion.candidates.front().ends_with('/');
    return completion;
}

}  // namespace laminar
