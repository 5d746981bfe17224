#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/login/role.h"
#include "server/login/scram_verifier.h"

namespace laminar {

/// Who may log in: a line for each, its name and, parted by white space, the verifier of its password as PostgreSQL
/// keeps it, that of its token, or both, and its role (admin without): alice SCRAM-SHA-256$... TOKEN-SHA-256$... write.
/// Empty lines, and those that begin with #, say nothing. Immutable; any thread.
class Users {
public:
    /// Throws std::runtime_error, which says what is wrong in which line; the text of a verifier is not in it.
    [[nodiscard]] static Users parse(std::string_view text, const std::string& name);
    /// Of a file. Throws std::runtime_error.
    [[nodiscard]] static Users read(const std::string& path);

    /// What whoever says to be this user has to prove. For a name that is not there, something that nothing fits, that
    /// looks as most of the file do, and that is the same each time, also when the server has started anew, so that
    /// nobody learns which names there are.
    struct Claim {
        ScramVerifier verifier;
        bool is_known = false;
        Role role = Role::read;
    };
    [[nodiscard]] Claim claim(const std::string& name) const;

    struct Identity {
        std::string name;
        Role role = Role::read;
    };
    /// Whose token it is; nothing: nobody's.
    [[nodiscard]] std::optional<Identity> owner_of(std::string_view token) const;
    [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

    /// Unknown names look as they did before: others come and go while a server runs.
    void disguise_as(const Users& before) { disguise_ = before.disguise_; }

private:
    struct User {
        std::optional<ScramVerifier> password;
        Role role = Role::admin;
    };
    /// What stands behind a name; the problem, if it cannot be.
    std::string add(const std::string& name, std::string_view words);
    void make_disguise();

    /// What a name that is not there is made of.
    struct Disguise {
        std::string key;
        unsigned iterations = scram_iterations;
        std::size_t salt_size = 0;
    };

    std::map<std::string, User> users_;
    std::map<std::string, std::string> tokens_;  ///< From the SHA-256 of a token to the name of its user.
    Disguise disguise_;
};

/// A line of the file. Nothing: a name that it cannot have.
[[nodiscard]] std::optional<std::string> users_file_line(std::string_view name, const ScramVerifier& verifier,
                                                         Role role = Role::admin);
/// The same of a token, of which the file has the SHA-256 alone. Throws std::runtime_error for one that could be
/// guessed (less than shortest_token characters) or cannot be sent (other characters than RFC 6750 has).
[[nodiscard]] std::optional<std::string> users_file_token_line(std::string_view name, std::string_view token,
                                                               Role role = Role::admin);
inline constexpr std::size_t shortest_token = 20;

}  // namespace laminar
