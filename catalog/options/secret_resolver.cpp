#include "catalog/options/secret_resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <system_error>

#include "catalog/options/url.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

// Larger than any certificate chain; a secret file that is larger is not one.
constexpr std::size_t largest_secret = 1U << 20;

bool is_name_character(char character) {
    return is_letter_or_digit(character) || character == '_' || character == '-' || character == '.';
}

bool is_secret_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && std::all_of(name.begin(), name.end(), is_name_character);
}

std::string environment_name(std::string_view name) {
    std::string result = "LAMINAR_SECRET_";
    for (const char character : name) result += character == '-' || character == '.' ? '_' : to_upper(character);
    return result;
}

std::optional<std::string> read_secret_file(const std::filesystem::path& path) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(path, failure) || failure) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string text;
    char buffer[4096];
    while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
        text.append(buffer, static_cast<std::size_t>(file.gcount()));
        if (text.size() > largest_secret) return std::nullopt;
    }
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

/// Why read_secret_file gives nothing; empty when there is no such file.
std::string why_unreadable(const std::filesystem::path& path) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) return {};
    if (status.type() == std::filesystem::file_type::none) return failure.message();
    if (!std::filesystem::is_regular_file(status)) return "it is not a file";
    if (!std::ifstream(path)) return std::generic_category().message(errno);
    return "it is larger than 1 MiB";
}

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char character) { return character == ' ' || character == '\t' || character == '\r'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// The value of NAME=value; double quotes know \n, \\ and \", single quotes nothing.
std::string env_value(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
        return std::string(text.substr(1, text.size() - 2));
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string value;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            ++i;
            value += text[i] == 'n' ? '\n' : text[i];
        } else {
            value += text[i];
        }
    }
    return value;
}

/// In an env file the name may stand as it is, or as the environment variable would be called.
std::optional<std::string> read_env_file(const std::filesystem::path& path, std::string_view name) {
    std::ifstream file(path);
    const std::string long_name = environment_name(name);
    const std::string short_name = long_name.substr(std::string_view("LAMINAR_SECRET_").size());
    std::optional<std::string> found;
    std::string line;
    while (std::getline(file, line)) {
        std::string_view text = trimmed(line);
        if (text.empty() || text.front() == '#') continue;
        if (text.starts_with("export ")) text = trimmed(text.substr(7));
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view key = trimmed(text.substr(0, equals));
        if (key == name || key == long_name || key == short_name) found = env_value(text.substr(equals + 1));
    }
    return found;
}

}  // namespace

std::optional<std::string> SecretResolver::find(std::string_view name) const {
    if (!is_secret_name(name)) return std::nullopt;
    std::optional<std::string> value;
    if (sources_.secrets_dir) value = read_secret_file(*sources_.secrets_dir / std::string(name));
    if (!value && sources_.env_file) value = read_env_file(*sources_.env_file, name);
    if (!value) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program changes its environment
        if (const char* text = std::getenv(environment_name(name).c_str())) value = text;
    }
    if (value) remember(*value);
    return value;
}

SecretResolver::Result SecretResolver::resolve(std::string_view text) const {
    return replace_references(text, [](std::string_view, std::size_t, const std::string& value) { return value; });
}

SecretResolver::Result SecretResolver::resolve_in_json(std::string_view text) const {
    return replace_references(
        text, [](std::string_view, std::size_t, const std::string& value) { return json_escaped(value); });
}

SecretResolver::Result SecretResolver::resolve_in_url(std::string_view text) const {
    return replace_references(text, [](std::string_view url, std::size_t offset, const std::string& value) {
        const std::size_t authority = url.find("://");
        if (authority == std::string_view::npos || offset < authority) return value;
        const std::size_t path = url.find_first_of("/?#", authority + 3);
        if (offset < path) return value;
        return percent_encoded(value, offset < url.find_first_of("?#", path) ? "/" : "");
    });
}

SecretResolver::Result SecretResolver::resolve_in_path(std::string_view text) const {
    return replace_references(
        text, [](std::string_view, std::size_t, const std::string& value) { return percent_encoded(value, "/"); });
}

SecretResolver::Result SecretResolver::replace_references(std::string_view text, Encode encode) const {
    Result result;
    std::size_t copied = 0;
    for (const SecretReference& reference : find_secret_references(text)) {
        result.text += text.substr(copied, reference.offset - copied);
        copied = reference.offset + reference.length;
        if (const std::optional<std::string> value = find(reference.name))
            result.text += encode(text, reference.offset, *value);
        else
            result.missing.push_back(describe_missing(reference.name));
    }
    result.text += text.substr(copied);
    return result;
}

std::string SecretResolver::describe_missing(std::string_view name) const {
    if (sources_.secrets_dir) {
        const std::filesystem::path path = *sources_.secrets_dir / std::string(name);
        if (const std::string reason = why_unreadable(path); !reason.empty())
            return fmt::format("secret \"{}\" cannot be read from {}: {}", name, path.string(), reason);
    }
    std::string places;
    if (sources_.secrets_dir) places += fmt::format("{}, ", sources_.secrets_dir->string());
    if (sources_.env_file) places += fmt::format("{}, ", sources_.env_file->string());
    if (!places.empty()) places.replace(places.size() - 2, 2, " or ");
    return fmt::format("secret \"{}\" not found in {}{}", name, places, environment_name(name));
}

std::vector<SecretReference> find_secret_references(std::string_view text, std::vector<std::size_t>* malformed) {
    constexpr std::string_view opening = "${secret";
    std::vector<SecretReference> references;
    for (std::size_t at = text.find(opening); at != std::string_view::npos; at = text.find(opening, at + 1)) {
        const std::size_t name_begin = at + opening.size() + 1;
        const std::size_t close = text.find('}', at);
        const bool shaped = close != std::string_view::npos && text[at + opening.size()] == ':' && name_begin <= close;
        if (shaped && is_secret_name(text.substr(name_begin, close - name_begin)))
            references.push_back({std::string(text.substr(name_begin, close - name_begin)), at, close + 1 - at});
        else if (malformed != nullptr)
            malformed->push_back(at);
    }
    return references;
}

}  // namespace laminar
