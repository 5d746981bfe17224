#include "cli/shell/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "catalog/bind/table_options.h"
#include "catalog/objects/column_name.h"
#include "catalog/objects/system_table_schema.h"
#include "catalog/options/option_schema.h"
#include "catalog/query/bound_query.h"
#include "catalog/query/function_rewriter.h"
#include "parser/read/expected_words.h"
#include "parser/text/ascii.h"
#include "parser/tokens/statement_splitter.h"
#include "parser/tokens/word_scanner.h"

namespace laminar {
namespace {

using Word = WordScanner::Word;

/// The statement that the end of the text is in.
std::string_view last_statement(std::string_view text) {
    StatementSplitter splitter(text, std::string_view::npos);
    std::size_t begin = 0;
    std::optional<StatementText> statement = splitter.next();
    while (statement && statement->terminated) {
        begin = text.find(';', statement->span.end);
        begin = begin == std::string_view::npos ? text.size() : begin + 1;
        statement = splitter.next();
    }
    return text.substr(begin);
}

bool is_word(std::string_view text) {
    const char c = text.empty() ? ' ' : text.front();
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::string without_quotes(std::string_view text) {
    if (text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\''))
        text = text.substr(1, text.size() - 2);
    return fold_case(text);
}

/// A name as it must be written.
std::string as_name(const std::string& name) {
    const bool plain = is_word(name) && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
    return plain ? name : fmt::format("\"{}\"", name);
}

class Completer {
public:
    Completer(std::string_view before, std::string_view after, const Catalog& catalog,
              const ConnectorRegistry& registry, const std::vector<std::string>& functions)
        : statement_(last_statement(before)),
          after_(after),
          catalog_(catalog),
          registry_(registry),
          functions_(functions) {
        WordScanner scanner(statement_);
        for (Word word = scanner.next(); !word.text.empty(); word = scanner.next()) words_.push_back(word);
        // The word at the cursor is not yet part of what stands before it.
        if (!words_.empty() &&
            words_.back().text.data() + words_.back().text.size() == statement_.data() + statement_.size() &&
            (is_word(words_.back().text) || words_.back().unclosed)) {
            typed_ = words_.back();
            words_.pop_back();
        }
    }

    Completion complete() {
        result_.length = typed_.text.size();
        if (typed_.unclosed && !typed_.string) return {};
        if (complete_option() || typed_.string) return finish();
        if (complete_name() || complete_column_of_relation()) return finish();
        const ExpectedWords expected = expected_words(statement_.substr(0, statement_.size() - typed_.text.size()));
        if (expected.name && in_query()) {
            add_columns_of_statement();
            add_functions();
        }
        for (const std::string& keyword : expected.keywords) add(is_typed_lower() ? fold_case(keyword) : keyword);
        return finish();
    }

private:
    /// The i-th word before the cursor, from 1; lower case.
    [[nodiscard]] std::string previous(std::size_t i = 1) const {
        return i <= words_.size() ? fold_case(words_[words_.size() - i].text) : std::string();
    }

    void add(std::string candidate) {
        const std::string typed = fold_case(typed_.text);
        if (!fold_case(candidate).starts_with(typed)) return;
        if (std::find(result_.candidates.begin(), result_.candidates.end(), candidate) == result_.candidates.end())
            result_.candidates.push_back(std::move(candidate));
    }
    template <class Names>
    void add_names(const Names& names) {
        for (const auto& name : names) add(as_name(std::string(name)));
    }

    [[nodiscard]] bool is_typed_lower() const {
        return !typed_.text.empty() && std::islower(static_cast<unsigned char>(typed_.text.front())) != 0;
    }

    Completion finish() {
        if (result_.candidates.size() == 1 && result_.candidates.front().ends_with('(')) result_.complete = false;
        std::sort(result_.candidates.begin(), result_.candidates.end(),
                  [](const auto& a, const auto& b) { return fold_case(a) < fold_case(b); });
        return std::move(result_);
    }

    // Options: inside the parentheses of CREATE CONNECTION, ALTER CONNECTION and WITH.

    /// The index of the parenthesis that is open at the cursor, the innermost one.
    [[nodiscard]] std::optional<std::size_t> open_parenthesis() const {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::string_view text = words_[i].text;
            if (text == "(" || text == "{" || text == "[") open.push_back(i);
            if ((text == ")" || text == "}" || text == "]") && !open.empty()) open.pop_back();
        }
        if (open.empty() || words_[open.back()].text != "(") return std::nullopt;
        return open.back();
    }

    [[nodiscard]] const OptionSchema* schema_before(std::size_t parenthesis) const {
        const auto word = [&](std::size_t back) {
            return back <= parenthesis ? fold_case(words_[parenthesis - back].text) : std::string();
        };
        const std::string first = words_.empty() ? std::string() : fold_case(words_.front().text);
        if (first == "create" && word(2) == "to") return options_of(registry_.find(without_quotes(word(1))));
        if (first == "alter" && word(1) == "set") {
            const auto* connection = catalog_.find_as<ConnectionObject>(without_quotes(word(2)));
            return connection ? options_of(connection->connector) : nullptr;
        }
        // A column's WITH comes inside of the list of columns.
        if (first == "create" && word(1) == "with" && word(3) == "pipeline") return &pipeline_option_schema();
        if (first == "create" && word(1) == "with")
            return word(2) == ")" ? &table_option_schema() : &column_option_schema();
        return nullptr;
    }

    static const OptionSchema* options_of(const ConnectorDescriptor* connector) {
        return connector ? connector->options : nullptr;
    }

    bool complete_option() {
        const std::optional<std::size_t> parenthesis = open_parenthesis();
        const OptionSchema* schema = parenthesis ? schema_before(*parenthesis) : nullptr;
        if (!schema) return false;
        const std::string last = previous();
        if (last == "(" || last == ",") {
            add_option_names(*schema, *parenthesis);
        } else if (last == "=") {
            add_option_values(*schema, previous(2));
        }
        return true;
    }

    /// The values given so far, by the option's own name; text without quotes, lower case.
    [[nodiscard]] std::map<std::string, std::string> given_options(const OptionSchema& schema,
                                                                   std::size_t parenthesis) const {
        std::map<std::string, std::string> given;
        for (std::size_t i = parenthesis + 1; i + 1 < words_.size(); ++i) {
            if (words_[i + 1].text != "=") continue;
            const OptionDeclaration* option = schema.find(without_quotes(words_[i].text));
            if (option)
                given[std::string(option->name)] = i + 2 < words_.size() ? without_quotes(words_[i + 2].text) : "";
        }
        return given;
    }

    void add_option_names(const OptionSchema& schema, std::size_t parenthesis) {
        const std::map<std::string, std::string> given = given_options(schema, parenthesis);
        const auto rules_out = [&](const OptionCondition& condition) {
            const auto found = given.find(std::string(condition.option));
            return found != given.end() &&
                   std::find(condition.values.begin(), condition.values.end(), found->second) == condition.values.end();
        };
        for (const OptionDeclaration& option : schema.options()) {
            const auto& conditions = option.facts.applies_when;
            if (given.contains(std::string(option.name)) ||
                std::any_of(conditions.begin(), conditions.end(), rules_out))
                continue;
            add(fmt::format("{} = ", option.name));
        }
        result_.complete = false;
    }

    void add_option_values(const OptionSchema& schema, const std::string& name) {
        const OptionDeclaration* option = schema.find(without_quotes(name));
        if (!option) return;
        for (const std::string_view choice : option->choices) add(fmt::format("'{}'", choice));
        if (option->type == OptionType::boolean) {
            for (const char* value : {"true", "false"}) add(value);
        }
        if (option->name == "connector") {
            for (const std::string& connection : names_of(ast::ObjectKind::connection))
                add(fmt::format("'{}'", connection));
        }
        if (option->name == "stream") {
            for (const char* stream : {"'messages'", "'errors'", "'dlq'"}) add(stream);
        }
    }

    // Names of objects, where the words before leave no doubt.

    [[nodiscard]] std::vector<std::string> names_of(ast::ObjectKind kind) const {
        std::vector<std::string> names;
        for (const CatalogObject* object : catalog_.objects(kind)) names.push_back(definition_of(*object).name);
        return names;
    }

    static std::optional<ast::ObjectKind> kind_named(std::string_view word) {
        for (const ast::ObjectKind kind : {ast::ObjectKind::connection, ast::ObjectKind::table, ast::ObjectKind::view,
                                           ast::ObjectKind::pipeline, ast::ObjectKind::function}) {
            if (kind_name(kind) == word) return kind;
        }
        return std::nullopt;
    }

    bool complete_name() {
        const std::string last = previous();
        const std::string first = words_.empty() ? std::string() : fold_case(words_.front().text);
        if ((last == "to" && first == "create") || last == "connector") {
            add_names(registry_.names());
            return true;
        }
        if (last == "from" || last == "join" || last == "into" || (last == "to" && first == "subscribe") ||
            (last == "for" && first == "wait") || (last == "describe" && words_.size() == 1)) {
            add_names(catalog_.relation_names());
            // DESCRIBE takes a connector too, SUBSCRIBE and JOIN a query: what the grammar says, the user knows.
            if (last == "from" || last == "join") {
                for (const std::string& name : registry_.system_table_names()) add(name);
                add_functions();
            }
            if (last == "describe") {
                for (const char* word : {"CONNECTOR", "SELECT"}) add(word);
            }
            return true;
        }
        std::size_t back = 1;
        if (last == "exists" && previous(2) == "if") back = 3;
        const std::optional<ast::ObjectKind> kind = kind_named(previous(back));
        constexpr std::array<std::string_view, 5> verbs{"drop", "alter", "pause", "resume", "create"};
        const std::string verb = previous(back + 1);
        if (!kind || std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) return false;
        if (verb == "create" && first != "show") return false;
        add_names(names_of(*kind));
        return true;
    }

    // Columns.

    [[nodiscard]] bool in_query() const {
        return std::any_of(words_.begin(), words_.end(), [](const Word& word) {
            const std::string text = fold_case(word.text);
            return text == "select" || text == "values" || text == "where" || text == "insert";
        });
    }

    [[nodiscard]] std::vector<std::string> columns_of(const CatalogObject& object) const {
        std::vector<std::string> names;
        const auto take = [&](const auto& columns) {
            for (const auto& column : columns) {
                if (column.name != open_fields_column) names.emplace_back(shown_column_name(column.name));
            }
        };
        if (const auto* table = std::get_if<TableObject>(&object)) take(table->columns);
        if (const auto* view = std::get_if<ViewObject>(&object)) take(view->columns);
        if (const auto* pipeline = std::get_if<PipelineObject>(&object)) take(pipeline->columns);
        if (const auto* connection = std::get_if<ConnectionObject>(&object)) {
            if (connection->connector) take(connection->connector->fixed_columns);
        }
        return names;
    }

    /// relation. or system.
    bool complete_column_of_relation() {
        if (previous() != ".") return false;
        const std::string relation = without_quotes(previous(2));
        if (relation == "system") {
            for (const SystemTableSchema& table : registry_.system_tables()) add(std::string(table.name));
        } else if (const CatalogObject* object = catalog_.find(relation)) {
            add_names(columns_of(*object));
        }
        return true;
    }

    /// Of the relations that the statement names, before or after the cursor; of all while it names none.
    void add_columns_of_statement() {
        std::set<std::string> named;
        for (const std::string_view text : {statement_, after_}) {
            WordScanner scanner(text);
            for (Word word = scanner.next(); !word.text.empty(); word = scanner.next()) {
                if (!word.string && catalog_.find(without_quotes(word.text))) named.insert(without_quotes(word.text));
                if (word.text == "system") add_system_columns(scanner);
            }
        }
        if (named.empty()) {
            for (const std::string& name : catalog_.relation_names()) named.insert(fold_case(name));
        }
        for (const std::string& name : named) {
            if (const CatalogObject* object = catalog_.find(name)) add_names(columns_of(*object));
        }
    }

    // Functions.

    /// There are hundreds: only those that begin like what is typed, in the case of what is typed.
    void add_functions() {
        if (typed_.text.empty()) return;
        const std::string_view call = after_.starts_with('(') ? "" : "(";
        for (const std::string& name : names_of(ast::ObjectKind::function)) add(as_name(name).append(call));
        for (const std::string& name : functions_) {
            std::string candidate = is_typed_lower() ? name : upper_case(name);
            if (!is_bare_function(name)) candidate += call;
            add(std::move(candidate));
        }
    }

    void add_system_columns(WordScanner& scanner) {
        if (scanner.next().text != ".") return;
        const SystemTableSchema* table = registry_.find_system_table(scanner.next().text);
        if (!table) return;
        for (const SystemTableColumn& column : table->columns) add(std::string(column.name));
    }

    const std::string_view statement_;
    const std::string_view after_;
    const Catalog& catalog_;
    const ConnectorRegistry& registry_;
    const std::vector<std::string>& functions_;
    std::vector<Word> words_;  ///< Before the one at the cursor.
    Word typed_;
    Completion result_;
};

}  // namespace

Completion complete_sql(std::string_view before, std::string_view after, const Catalog& catalog,
                        const ConnectorRegistry& registry, const std::vector<std::string>& functions) {
    return Completer(before, after, catalog, registry, functions).complete();
}

}  // namespace laminar
