#pragma once

#include <memory>
#include <optional>
#include <string>

#include "catalog/options/option_schema.h"
#include "catalog/options/secret_resolver.h"

namespace laminar {

/// Why options cannot be used as they are here and now.
struct OptionProblem {
    std::string event;  ///< secret_missing, invalid_option.
    std::string description;
};

/// A copy of options in which every ${secret:name} of a text has its present value, in the form that the place needs:
/// in URLs and request paths percent-encoded, in JSON escaped. What has become of a text must keep the rule of its
/// option. Null after filling problem. This is the one place where secrets get into options: whoever reads a text of a
/// connection reads it from such a copy. Looks every secret up anew (files, environment).
[[nodiscard]] std::shared_ptr<const OptionSet> resolve_option_set(const OptionSchema& schema, const OptionSet& options,
                                                                  const SecretResolver& secrets,
                                                                  OptionProblem& problem);

template <class Options>
std::shared_ptr<const Options> resolve_options(const OptionSchema& schema, const Options& options,
                                               const SecretResolver& secrets, OptionProblem& problem) {
    return std::static_pointer_cast<const Options>(resolve_option_set(schema, options, secrets, problem));
}

}  // namespace laminar
