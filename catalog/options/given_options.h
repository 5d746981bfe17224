#pragma once

#include <string_view>
#include <vector>

#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"

namespace laminar {

/// The options that one statement gives, as they are written. Borrows both.
class GivenOptions {
public:
    GivenOptions(const OptionSchema& schema, const std::vector<ast::Option>& options)
        : schema_(schema), options_(options) {}

    /// The option of that name (the schema's, whatever it is called in the statement), or null.
    [[nodiscard]] const ast::Option* find(std::string_view name) const {
        for (const ast::Option& option : options_) {
            const OptionDeclaration* declaration = schema_.find(option.name.text);
            if (declaration && declaration->name == name) return &option;
        }
        return nullptr;
    }

private:
    const OptionSchema& schema_;
    const std::vector<ast::Option>& options_;
};

}  // namespace laminar
