#include "infer_fixture.h"

#include <doctest/doctest.h>

#include "cli/infer/table_writer.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

/// With each white space as one blank.
std::string on_one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const bool is_space = c == ' ' || c == '\n';
        if (!is_space)
            line += c;
        else if (!line.empty() && line.back() != ' ' && line.back() != '(')
            line += ' ';
    }
    for (std::size_t at = line.find(" )"); at != std::string::npos; at = line.find(" )")) line.erase(at, 1);
    return line;
}

}  // namespace

InferFixture::InferFixture(const std::vector<std::string>& messages) {
    for (const std::string& message : messages) sample_.messages.push_back({message, false, 1'767'225'600'000'000});
    values_ = json_values(sample_);
    const RememberedSecrets secrets;
    const ValueStructures structures(values_, secrets);
    UniqueNames names;
    for (const MessageKind& kind : find_message_kinds(values_, structures)) {
        const FoundTable table = table_of_kind(sample_, values_, kind, "feed", names.take(snake_case_name(kind.name)));
        std::string accept;
        for (const ast::Option& option : table.statement.options)
            if (option.name.text == "accept") accept = write_option_value(option.value);
        accepts_.push_back(accept);
        ast::Statement statement;
        statement.node = table.statement;
        tables_.push_back(on_one_line(write_statement(statement)));
    }
}

std::string InferFixture::columns() const {
    REQUIRE(tables_.size() == 1);
    const std::string& table = tables_.front();
    const std::size_t begin = table.find('(') + 1;
    return table.substr(begin, table.rfind(") WITH (") - begin);
}

std::string InferFixture::options() const {
    REQUIRE(tables_.size() == 1);
    const std::string& table = tables_.front();
    const std::size_t begin = table.rfind(") WITH (") + 8;
    return table.substr(begin, table.size() - 1 - begin);
}

}  // namespace laminar
