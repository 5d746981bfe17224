#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Finds the values behind ${secret:name}. Looked up in order: a file of that name in the secrets
/// directory (one trailing newline removed), the env file, the environment variable LAMINAR_SECRET_NAME (upper-cased,
/// '-' and '.' as '_'). Nothing is cached, so that a rotated secret is seen at the next connect; every value
/// ever resolved is remembered for redaction, with those it is told of. Thread-safe.
class SecretResolver {
public:
    struct Sources {
        std::optional<std::filesystem::path> secrets_dir;
        std::optional<std::filesystem::path> env_file;
    };
    struct Result {
        std::string text;                  ///< With all references replaced; valid when missing is empty.
        std::vector<std::string> missing;  ///< "secret \"x\" not found in DIR, FILE or LAMINAR_SECRET_X".
    };

    SecretResolver() = default;
    explicit SecretResolver(Sources sources) : sources_(std::move(sources)) {}

    /// Replaces ${secret:name} references; other text, and other ${...} forms, stay.
    [[nodiscard]] Result resolve(std::string_view text) const;
    /// The same for a text that is JSON, with references inside its strings: it stays JSON, whatever the values hold.
    [[nodiscard]] Result resolve_in_json(std::string_view text) const;
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
    /// For a secret that stands in a script itself. Shorter than 4 characters it is not remembered.
    void remember(const std::string& value) const;
    /// Replaces every remembered value (of 4 or more characters, also in base64 and percent-encoded form) by ***.
    [[nodiscard]] std::string redact(std::string_view text) const;

private:
    [[nodiscard]] Result replace_references(std::string_view text, bool in_json) const;
    [[nodiscard]] std::string describe_missing(std::string_view name) const;

    Sources sources_;
    mutable std::shared_mutex mutex_;
    mutable std::vector<std::string> resolved_values_;  ///< Guarded by mutex_.
};

struct SecretReference {
    std::string name;
    std::size_t offset = 0;  ///< Of "${" in the text.
    std::size_t length = 0;
};

/// A text as it stands inside a JSON string.
[[nodiscard]] std::string json_escaped(std::string_view text);

/// All ${secret:name} references of a text. malformed receives offsets of "${secret" that is not closed or whose name
/// is empty or has characters other than letters, digits, '_', '-', '.'.
[[nodiscard]] std::vector<SecretReference> find_secret_references(std::string_view text,
                                                                  std::vector<std::size_t>* malformed = nullptr);

/// scheme://user:***@host/path?token=*** for logs and SHOW: user info passwords and the values of query parameters
/// whose names suggest credentials (token, key, secret, password, auth, signature...) are replaced.
[[nodiscard]] std::string redact_url(std::string_view url);
/// What redact_url replaces, as it stands in the URL and, where that differs, percent-decoded.
[[nodiscard]] std::vector<std::string> url_credentials(std::string_view url);
/// Whether what goes by this name (of a header or a query parameter) is probably a credential.
[[nodiscard]] bool suggests_credential(std::string_view name);

}  // namespace laminar
