#pragma once

#include <string>
#include <vector>

#include "catalog/options/remembered_secrets.h"
#include "cli/infer/columns/table_columns.h"
#include "cli/infer/kinds/message_kinds.h"
#include "cli/infer/sample/sampled_messages.h"
#include "cli/infer/secret_masking.h"
#include "parser/ast/statement.h"

namespace laminar {

/// A table for one kind of messages, and what was seen of them.
struct FoundTable {
    ast::CreateTable statement;
    std::vector<std::string> remarks;         ///< A line each.
    std::vector<std::string> column_remarks;  ///< By column; may be empty.
};

struct FoundDefinitions {
    std::vector<std::string> remarks;
    ast::CreateConnection connection;
    std::vector<std::string> connection_remarks;
    std::vector<FoundTable> tables;
};

/// The script: statements with their remarks as comments. Whatever is said in them of messages is without secrets and
/// line breaks.
[[nodiscard]] std::string write_definitions(const FoundDefinitions& definitions, const RememberedSecrets& secrets);

}  // namespace laminar
