#include "server/login/users_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "connectors/codec/values/base64.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr std::streamsize largest_file = 16 << 20;
constexpr std::size_t usual_salt_size = 16;
constexpr std::string_view white_space = " \t\r";

bool is_user_name(std::string_view name) {
    return !name.empty() && name.front() != '#' && std::none_of(name.begin(), name.end(), [](char byte) {
        return static_cast<unsigned char>(byte) <= ' ' || byte == '\x7F';
    });
}

constexpr std::string_view token_mark = "TOKEN-SHA-256$";

/// That of an admin needs not be said.
std::string role_word(Role role) { return role == Role::admin ? "" : fmt::format(" {}", role_name(role)); }

/// Of RFC 6750.
bool is_token_character(char c) {
    return is_letter_or_digit(c) || std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

}  // namespace

Users Users::parse(std::string_view text, const std::string& name) {
    Users users;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(white_space), line.size()));
        line = line.substr(0, line.find_last_not_of(white_space) + 1);
        if (line.empty() || line.front() == '#') continue;
        const std::size_t space = line.find_first_of(white_space);
        const auto refuse = [&](std::string_view problem) {
            throw std::runtime_error(fmt::format("{}:{}: {}", name, number, problem));
        };
        if (space == std::string_view::npos) refuse("a line has a name, a space and a verifier");
        const std::string user(line.substr(0, space));
        if (!is_user_name(user)) refuse("this is no name of a user");
        if (const std::string problem = users.add(user, line.substr(space)); !problem.empty()) refuse(problem);
    }
    if (users.users_.empty()) throw std::runtime_error(fmt::format("{}: there is no user in it", name));
    users.make_disguise();
    return users;
}

void Users::make_disguise() {
    // The verifiers are as secret as the key has to be, and the same the next time that the server starts.
    std::string all;
    std::map<std::pair<unsigned, std::size_t>, std::size_t> forms;
    for (const auto& [name, user] : users_) {
        if (!user.password) continue;
        all += name + ' ' + to_text(*user.password) + '\n';
        ++forms[{user.password->iterations, user.password->salt.size()}];
    }
    // Where nobody has a password nobody's can be guessed.
    if (forms.empty()) {
        disguise_ = {random_bytes(sha256_size), scram_iterations, usual_salt_size};
        return;
    }
    const auto usual = std::max_element(forms.begin(), forms.end(),
                                        [](const auto& one, const auto& other) { return one.second < other.second; });
    disguise_ = {sha256(all), usual->first.first, usual->first.second};
}

std::string Users::add(const std::string& name, std::string_view words) {
    User user;
    bool has_role = false;
    std::string token;
    while (true) {
        words.remove_prefix(std::min(words.find_first_not_of(white_space), words.size()));
        if (words.empty()) break;
        const std::string_view word = words.substr(0, words.find_first_of(white_space));
        words.remove_prefix(word.size());
        if (const std::optional<Role> role = parse_role(word); role && !std::exchange(has_role, true)) {
            user.role = *role;
        } else if (word.starts_with(token_mark)) {
            if (!token.empty()) return "a user has one token";
            if (!decode_base64(word.substr(token_mark.size()), token) || token.size() != sha256_size)
                return "what follows TOKEN-SHA-256$ is no SHA-256; laminar hash-password --token makes it";
        } else {
            std::optional<ScramVerifier> verifier = user.password ? std::nullopt : parse_scram_verifier(word);
            if (!verifier)
                return "what follows the name is not SCRAM-SHA-256$iterations:salt$key:key; laminar hash-password "
                       "makes it";
            user.password = std::move(verifier);
        }
    }
    if (!user.password && token.empty()) return "a user has a password or a token";
    if (!users_.emplace(name, std::move(user)).second) return "the name is there twice";
    if (!token.empty() && !tokens_.emplace(std::move(token), name).second) return "the token is another user's as well";
    return {};
}

std::optional<Users::Identity> Users::owner_of(std::string_view token) const {
    const auto found = tokens_.find(sha256(token));
    if (found == tokens_.end()) return std::nullopt;
    return Identity{found->second, users_.at(found->second).role};
}

Users Users::read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(fmt::format("cannot read the users file \"{}\"", path));
    std::string text(static_cast<std::size_t>(largest_file) + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > static_cast<std::size_t>(largest_file))
        throw std::runtime_error(fmt::format("the users file \"{}\" is larger than 16 MiB", path));
    return parse(text, path);
}

Users::Claim Users::claim(const std::string& name) const {
    const auto known = users_.find(name);
    if (known != users_.end() && known->second.password) return {*known->second.password, true, known->second.role};
    ScramVerifier nobody;
    nobody.iterations = disguise_.iterations;
    for (std::string block = name; nobody.salt.size() < disguise_.salt_size;) {
        block = hmac_sha256(disguise_.key, block);
        nobody.salt += block;
    }
    nobody.salt.resize(disguise_.salt_size);
    nobody.stored_key = hmac_sha256(disguise_.key, name + " stored");
    nobody.server_key = hmac_sha256(disguise_.key, name + " server");
    return {std::move(nobody), false, Role::read};
}

std::optional<std::string> users_file_line(std::string_view name, const ScramVerifier& verifier, Role role) {
    if (!is_user_name(name)) return std::nullopt;
    return fmt::format("{} {}{}", name, to_text(verifier), role_word(role));
}

std::optional<std::string> users_file_token_line(std::string_view name, std::string_view token, Role role) {
    if (token.size() < shortest_token)
        throw std::runtime_error(
            fmt::format("a token has at least {} characters; openssl rand -hex 32 makes one", shortest_token));
    if (!std::all_of(token.begin(), token.end(), is_token_character))
        throw std::runtime_error("a token has letters, digits and -._~+/= alone");
    if (!is_user_name(name)) return std::nullopt;
    std::string digest;
    append_base64(digest, sha256(token));
    return fmt::format("{} {}{}{}", name, token_mark, digest, role_word(role));
}

}  // namespace laminar
