#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/login/scram_verifier.h"

namespace laminar {

/// Who may log in: a line for each, its name, white space, and its verifier as PostgreSQL keeps it. Empty lines, and
/// those that begin with #, say nothing. Immutable; any thread.
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
    };
    [[nodiscard]] Claim claim(const std::string& name) const;
    [[nodiscard]] std::size_t size() const noexcept { return verifiers_.size(); }

    /// Unknown names look as they did before: others come and go while a server runs.
    void disguise_as(const Users& before) { disguise_ = before.disguise_; }

private:
    void make_disguise();

    /// What a name that is not there is made of.
    struct Disguise {
        std::string key;
        unsigned iterations = scram_iterations;
        std::size_t salt_size = 0;
    };

    std::map<std::string, ScramVerifier> verifiers_;
    Disguise disguise_;
};

/// A line of the file. Nothing: a name that it cannot have.
[[nodiscard]] std::optional<std::string> users_file_line(std::string_view name, const ScramVerifier& verifier);

}  // namespace laminar
