#pragma once

#include <string>
#include <vector>

#include "cli/infer/kinds/message_kinds.h"
#include "cli/infer/sample/json_values.h"
#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// Messages, and what is found in them.
class InferFixture {
public:
    explicit InferFixture(const std::vector<std::string>& messages);

    /// Of each kind what accept says, in the order of the kinds: "MAP {'$.e': 'trade'}", "" for none.
    [[nodiscard]] const std::vector<std::string>& accepts() const noexcept { return accepts_; }
    /// CREATE TABLE for each kind, without remarks, on one line.
    [[nodiscard]] const std::vector<std::string>& tables() const noexcept { return tables_; }
    /// The columns of the only kind: "a BIGINT, b TEXT".
    [[nodiscard]] std::string columns() const;
    /// What stands behind WITH, of the only kind.
    [[nodiscard]] std::string options() const;
    [[nodiscard]] const std::vector<JsonValue>& values() const noexcept { return values_; }

private:
    SampledMessages sample_;
    std::vector<JsonValue> values_;
    std::vector<std::string> accepts_;
    std::vector<std::string> tables_;
};

}  // namespace laminar
