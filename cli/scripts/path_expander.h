#pragma once

#include <string>
#include <vector>

namespace laminar {

/// The files that arguments of the command line name, each once, in the order of the arguments.
struct ExpandedPaths {
    std::vector<std::string> files;     ///< "-" stays: standard input.
    std::vector<std::string> problems;  ///< Folders that cannot be read or hold no script, patterns without a match.
};

/// A file stays as it is, whatever its name. Of a folder, all files in it and below with one of the endings are taken,
/// by name; hidden folders and symbolic links to folders are passed over. What is neither and has *, ? or [ in it is a
/// pattern as shells know them, where ** stands for any number of folders. Reads folders, no files.
[[nodiscard]] ExpandedPaths expand_paths(const std::vector<std::string>& paths,
                                         const std::vector<std::string>& endings);

/// By the name's ending: .md or .markdown.
[[nodiscard]] bool is_markdown(const std::string& path);

}  // namespace laminar
