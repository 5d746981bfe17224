#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"
#include "parser/text/source_span.h"

namespace laminar {

// What in the options of a connection is a credential, and which credentials are written in clear: for warnings.

/// Whether a field, header or parameter of that name is a credential. Narrower than what is redacted: a warning that is
/// wrong costs more than a value that is hidden in vain.
[[nodiscard]] bool names_credential(std::string_view name);

/// Whether a text takes a part of it from ${secret:name}.
[[nodiscard]] bool refers_to_secret(std::string_view text);
/// Neither empty nor a reference to a secret.
[[nodiscard]] bool is_clear(std::string_view text);

/// Whether a parameter of the URL's query is a credential; clear_alone: and one in clear.
[[nodiscard]] bool has_credential_parameter(std::string_view url, bool clear_alone);

/// Whether a host is this machine, as far as its name says.
[[nodiscard]] bool is_loopback(std::string_view host);

/// Calls visit for every text that is written out in a value. key: of the object or map that it stands in; empty
/// outside of one.
void for_each_text(const ast::OptionValue& value,
                   const std::function<void(const std::string& key, const std::string& text, SourceSpan span)>& visit);

/// Calls visit for every credential that the options of a connection give away: where it stands, and what it is, such
/// as "\"auth_token\"" or "a credential in the URL".
void for_each_clear_secret(const OptionSchema& schema, const std::vector<ast::Option>& options,
                           const std::function<void(SourceSpan span, const std::string& what)>& visit);

/// What to do about one.
inline constexpr std::string_view use_a_secret =
    "write ${secret:name} and give the value by --secrets-dir, --env-file or LAMINAR_SECRET_NAME";

}  // namespace laminar
