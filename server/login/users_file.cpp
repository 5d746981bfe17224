#include "server/login/users_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace laminar {

namespace {

constexpr std::streamsize largest_file = 16 << 20;
constexpr std::string_view white_space = " \t\r";

bool is_user_name(std::string_view name) {
    return !name.empty() && name.front() != '#' && std::none_of(name.begin(), name.end(), [](char byte) {
        return static_cast<unsigned char>(byte) <= ' ' || byte == '\x7F';
    });
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
        const std::size_t value = line.find_first_not_of(white_space, space);
        const auto refuse = [&](std::string_view problem) {
            throw std::runtime_error(fmt::format("{}:{}: {}", name, number, problem));
        };
        if (space == std::string_view::npos) refuse("a line has a name, a space and a verifier");
        const std::string user(line.substr(0, space));
        if (!is_user_name(user)) refuse("this is no name of a user");
        std::optional<ScramVerifier> verifier = parse_scram_verifier(line.substr(value));
        if (!verifier)
            refuse(
                "what follows the name is not SCRAM-SHA-256$iterations:salt$key:key; laminar hash-password makes it");
        if (!users.verifiers_.emplace(user, std::move(*verifier)).second) refuse("the name is there twice");
    }
    if (users.verifiers_.empty()) throw std::runtime_error(fmt::format("{}: there is no user in it", name));
    users.make_disguise();
    return users;
}

void Users::make_disguise() {
    // The verifiers are as secret as the key has to be, and the same the next time that the server starts.
    std::string all;
    std::map<std::pair<unsigned, std::size_t>, std::size_t> forms;
    for (const auto& [name, verifier] : verifiers_) {
        all += name + ' ' + to_text(verifier) + '\n';
        ++forms[{verifier.iterations, verifier.salt.size()}];
    }
    const auto usual = std::max_element(forms.begin(), forms.end(),
                                        [](const auto& one, const auto& other) { return one.second < other.second; });
    disguise_ = {sha256(all), usual->first.first, usual->first.second};
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
    const auto known = verifiers_.find(name);
    if (known != verifiers_.end()) return {known->second, true};
    ScramVerifier nobody;
    nobody.iterations = disguise_.iterations;
    for (std::string block = name; nobody.salt.size() < disguise_.salt_size;) {
        block = hmac_sha256(disguise_.key, block);
        nobody.salt += block;
    }
    nobody.salt.resize(disguise_.salt_size);
    nobody.stored_key = hmac_sha256(disguise_.key, name + " stored");
    nobody.server_key = hmac_sha256(disguise_.key, name + " server");
    return {std::move(nobody), false};
}

std::optional<std::string> users_file_line(std::string_view name, const ScramVerifier& verifier) {
    if (!is_user_name(name)) return std::nullopt;
    return fmt::format("{} {}", name, to_text(verifier));
}

}  // namespace laminar
