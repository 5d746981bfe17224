#include "cli/scripts/path_expander.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

namespace laminar {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

/// A real folder: loops of symbolic links must not be walked.
bool is_folder_below(const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_directory(ignored) && !entry.is_symlink(ignored) && !is_hidden(entry.path());
}

/// The entries of a folder by name.
std::vector<fs::directory_entry> entries_of(const fs::path& folder, std::error_code& error) {
    std::vector<fs::directory_entry> entries;
    fs::directory_iterator entry(folder.empty() ? fs::path(".") : folder, error);
    while (!error && entry != fs::directory_iterator()) {
        entries.push_back(*entry);
        entry.increment(error);
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.path().filename() < b.path().filename(); });
    return entries;
}

class Expander {
public:
    explicit Expander(const std::vector<std::string>& endings) : endings_(endings) {}

    void add(const std::string& path) {
        std::error_code error;
        if (path == "-") return take(path);
        if (fs::is_directory(path, error)) return add_folder(path);
        if (fs::exists(path, error) || path.find_first_of("*?[") == std::string::npos) return take(path);
        const std::size_t before = matches_;
        const fs::path pattern(path);
        const std::vector<fs::path> parts(pattern.begin(), pattern.end());
        match(fs::path(), parts, 0);
        if (matches_ == before) result_.problems.push_back(fmt::format("nothing matches {}", path));
    }

    ExpandedPaths take_result() { return std::move(result_); }

private:
    void take(const std::string& file) {
        ++matches_;
        if (seen_.insert(file == "-" ? file : fs::path(file).lexically_normal().string()).second)
            result_.files.push_back(file);
    }

    [[nodiscard]] bool has_ending(const fs::path& path) const {
        return std::find(endings_.begin(), endings_.end(), path.extension().string()) != endings_.end();
    }

    void add_folder(const std::string& folder) {
        const std::size_t before = matches_;
        const std::size_t problems_before = result_.problems.size();
        walk(folder);
        if (matches_ == before && result_.problems.size() == problems_before) {
            result_.problems.push_back(fmt::format("there is no {} file in {}", fmt::join(endings_, " or "), folder));
        }
    }

    void walk(const fs::path& folder) {
        std::error_code error;
        for (const fs::directory_entry& entry : entries_of(folder, error)) {
            std::error_code ignored;
            if (is_folder_below(entry)) {
                walk(entry.path());
            } else if (has_ending(entry.path()) && !entry.is_directory(ignored)) {
                take(entry.path().string());
            }
        }
        if (error) result_.problems.push_back(fmt::format("cannot read {}: {}", folder.string(), error.message()));
    }

    void match(const fs::path& base, const std::vector<fs::path>& parts, std::size_t at) {
        std::error_code ignored;
        if (at == parts.size()) {
            if (fs::is_regular_file(base, ignored)) take(base.string());
            return;
        }
        const std::string part = parts[at].string();
        if (part == "**") {
            match(base, parts, at + 1);
            for (const fs::directory_entry& entry : entries_of(base, ignored)) {
                if (is_folder_below(entry)) match(below(base, entry), parts, at);
            }
        } else if (part.find_first_of("*?[") == std::string::npos) {
            if (fs::exists(base / part, ignored)) match(base / part, parts, at + 1);
        } else {
            for (const fs::directory_entry& entry : entries_of(base, ignored)) {
                const std::string name = entry.path().filename().string();
                if (fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) == 0) match(below(base, entry), parts, at + 1);
            }
        }
    }

    /// Without the "./" that reading the working folder would put before the name.
    static fs::path below(const fs::path& base, const fs::directory_entry& entry) {
        return base / entry.path().filename();
    }

    const std::vector<std::string>& endings_;
    ExpandedPaths result_;
    std::set<std::string> seen_;
    std::size_t matches_ = 0;
};

}  // namespace

ExpandedPaths expand_paths(const std::vector<std::string>& paths, const std::vector<std::string>& endings) {
    Expander expander(endings);
    for (const std::string& path : paths) expander.add(path);
    return expander.take_result();
}

bool is_markdown(const std::string& path) {
    const fs::path extension = fs::path(path).extension();
    return extension == ".md" || extension == ".markdown";
}

}  // namespace laminar
