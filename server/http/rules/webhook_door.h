#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/bind/table_options.h"
#include "catalog/objects/catalog.h"
#include "catalog/options/secret_resolver.h"
#include "server/http/messages/answer.h"
#include "server/http/messages/request.h"

namespace laminar::http {

/// What a table asks of those who send it rows and are no users of the server: a token, a signature over the body, or
/// both (its options webhook_...). Any thread.
class WebhookDoor {
public:
    /// Nothing: the table asks for nothing of its own, or there is none. secrets outlives it.
    [[nodiscard]] static std::optional<WebhookDoor> of(const Catalog& catalog, std::string_view table,
                                                       const SecretResolver& secrets);

    /// Before the body is read: the token, and that there is a signature. Nothing: it may be read.
    [[nodiscard]] std::optional<Error> check_head(const Request& request) const;
    /// Whether the signature is that of the body. Nothing: it may come in.
    [[nodiscard]] std::optional<Error> check_body(const Request& request) const;
    /// Of a body.
    [[nodiscard]] std::size_t most_bytes() const noexcept {
        return static_cast<std::size_t>(options_.webhook_max_bytes);
    }

private:
    WebhookDoor(WebhookOptions options, const SecretResolver& secrets)
        : options_(std::move(options)), secrets_(secrets) {}
    /// Nothing: it cannot be found; the log says so.
    [[nodiscard]] std::optional<std::string> secret(std::string_view text) const;

    const WebhookOptions options_;
    const SecretResolver& secrets_;
};

/// The HMAC of a text in bytes; key may be empty.
[[nodiscard]] std::string webhook_signature(WebhookHash hash, std::string_view key, std::string_view text);

}  // namespace laminar::http
