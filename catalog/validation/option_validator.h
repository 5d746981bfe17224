#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/options/option_schema.h"
#include "catalog/options/option_set.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Checks written options against a schema and fills its struct. Reports every problem at its own place; missing ones
/// at subject_span. Null when errors were reported. NULL as a value stands for the default.
[[nodiscard]] std::shared_ptr<const OptionSet> validate_option_set(const OptionSchema& schema, SourceSpan subject_span,
                                                                   const std::vector<ast::Option>& options,
                                                                   Diagnostics& diagnostics);

/// The same for a schema whose struct is a connector's.
[[nodiscard]] std::shared_ptr<const ConnectorOptions> validate_options(const OptionSchema& schema,
                                                                       SourceSpan subject_span,
                                                                       const std::vector<ast::Option>& options,
                                                                       Diagnostics& diagnostics);

/// An option, or a value of one, that is given and does nothing in this build.
struct IneffectiveOption {
    std::string_view name;
    std::string value;  ///< As SQL where that value alone does nothing; empty where the option does not.
    SourceSpan span;
};
[[nodiscard]] std::vector<IneffectiveOption> ineffective_options(const OptionSchema& schema,
                                                                 const std::vector<ast::Option>& options);

}  // namespace laminar
