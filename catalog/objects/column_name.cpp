#include "catalog/objects/column_name.h"

#include <map>

#include "parser/text/ascii.h"

namespace laminar {

// U+FDD0, which Unicode keeps for use within a program.
const std::string_view column_mark = "\xEF\xB7\x90";

std::string engine_column_name(std::string_view name, std::size_t earlier) {
    std::string marked(name);
    for (; earlier > 0; --earlier) marked += column_mark;
    return marked;
}

std::vector<std::string> engine_column_names(const std::vector<std::string>& names) {
    std::vector<std::string> marked;
    std::map<std::string, std::vector<std::string>> spellings;
    for (const std::string& name : names) {
        std::vector<std::string>& known = spellings[fold_case(name)];
        std::size_t earlier = 0;
        while (earlier < known.size() && known[earlier] != name) ++earlier;
        if (earlier == known.size()) known.push_back(name);
        marked.push_back(engine_column_name(name, earlier));
    }
    return marked;
}

std::string_view shown_column_name(std::string_view engine_name) noexcept {
    while (engine_name.ends_with(column_mark)) engine_name.remove_suffix(column_mark.size());
    return engine_name;
}

std::string without_column_marks(std::string text) {
    for (std::size_t at = text.find(column_mark); at != std::string::npos; at = text.find(column_mark, at))
        text.erase(at, column_mark.size());
    return text;
}

}  // namespace laminar
