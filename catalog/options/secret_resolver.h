#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/options/remembered_secrets.h"

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
        /// Where values that have been found are remembered. Copies share it: whoever has a copy can redact.
        std::shared_ptr<RememberedSecrets> remembered = std::make_shared<RememberedSecrets>();
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
    /// The same for a URL: in its path and query values are percent-encoded, in the path apart from "/". A value that
    /// stands for the beginning of the URL, or for its host or user, is taken as it is.
    [[nodiscard]] Result resolve_in_url(std::string_view text) const;
    /// The same for the path of a request: values are percent-encoded, apart from "/".
    [[nodiscard]] Result resolve_in_path(std::string_view text) const;
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
    /// For a secret that stands in a script itself.
    void remember(const std::string& value) const { sources_.remembered->remember(value); }
    /// For what an expression has made of a secret.
    void remember_derived(const std::string& value, SecretUse use) const {
        sources_.remembered->remember_derived(value, use);
    }
    [[nodiscard]] std::string redact(std::string_view text) const { return sources_.remembered->redact(text); }

private:
    /// encode gives a value the form it needs at this place of the text.
    using Encode = std::string (*)(std::string_view text, std::size_t offset, const std::string& value);
    [[nodiscard]] Result replace_references(std::string_view text, Encode encode) const;
    [[nodiscard]] std::string describe_missing(std::string_view name) const;

    Sources sources_;
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
/// Whether the next character of a URL that begins with text belongs to such a parameter: wss://host/feed?token=
[[nodiscard]] bool ends_with_credential_name(std::string_view text);

}  // namespace laminar
