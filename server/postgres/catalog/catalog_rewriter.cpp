#include "server/postgres/catalog/catalog_rewriter.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "parser/text/ascii.h"
#include "server/postgres/catalog/catalog_views.h"
#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

using Kind = SqlToken::Kind;
using Tokens = std::vector<SqlToken>;

struct ObjectType {
    std::string_view type;
    std::string_view functions;  ///< What their names begin with: laminar_..._number and _name.
};

constexpr std::array object_types{
    ObjectType{"regclass", "laminar_regclass"},         ObjectType{"regtype", "laminar_regtype"},
    ObjectType{"regproc", "laminar_regproc"},           ObjectType{"regprocedure", "laminar_regproc"},
    ObjectType{"regoper", "laminar_regproc"},           ObjectType{"regoperator", "laminar_regproc"},
    ObjectType{"regnamespace", "laminar_regnamespace"}, ObjectType{"regrole", "laminar_regrole"},
};

const ObjectType* find_object_type(const SqlToken& token) noexcept {
    const auto* found = std::find_if(object_types.begin(), object_types.end(),
                                     [&](const ObjectType& each) { return token.names(each.type); });
    return found == object_types.end() ? nullptr : found;
}

/// What types of PostgreSQL's are to the engine, where it does not know the name.
constexpr std::array type_names{
    std::pair<std::string_view, std::string_view>{"name", "VARCHAR"},
    std::pair<std::string_view, std::string_view>{"cstring", "VARCHAR"},
    std::pair<std::string_view, std::string_view>{"bpchar", "VARCHAR"},
    std::pair<std::string_view, std::string_view>{"oid", "UINTEGER"},
    std::pair<std::string_view, std::string_view>{"xid", "UINTEGER"},
    std::pair<std::string_view, std::string_view>{"cid", "UINTEGER"},
    std::pair<std::string_view, std::string_view>{"aclitem", "VARCHAR"},
    std::pair<std::string_view, std::string_view>{"int2vector", "SMALLINT[]"},
    std::pair<std::string_view, std::string_view>{"oidvector", "UINTEGER[]"},
};

class CatalogRewriter {
public:
    explicit CatalogRewriter(Tokens tokens) : in_(std::move(tokens)) {}

    Tokens rewrite() {
        pass(&CatalogRewriter::take_qualified);
        pass(&CatalogRewriter::take_cast);
        pass(&CatalogRewriter::take_match);
        return std::move(in_);
    }

private:
    using Take = bool (CatalogRewriter::*)();

    /// Goes through the tokens; what take does not take stays.
    void pass(Take take) {
        out_.clear();
        at_ = 0;
        while (at_ < in_.size()) {
            if (!(this->*take)()) out_.push_back(in_[at_++]);
        }
        in_ = std::exchange(out_, {});
    }

    [[nodiscard]] const SqlToken& peek(std::size_t ahead = 0) const {
        static const SqlToken none{};
        return at_ + ahead < in_.size() ? in_[at_ + ahead] : none;
    }
    void put(Kind kind, std::string_view value) {
        const SourceSpan span = at_ < in_.size() ? in_[at_].span : in_.back().span;
        out_.push_back({kind, std::string(value), span});
    }
    void put_symbol(std::string_view value) { put(Kind::symbol, value); }

    /// Schemas, operators with a schema, collations, and values that need parentheses here.
    bool take_qualified() {
        const bool is_qualified = !out_.empty() && out_.back().is_symbol(".");
        if (peek().is_word("operator") && peek(1).is_symbol("(")) {
            at_ += 2;
            while (at_ < in_.size() && !peek(1).is_symbol(")")) ++at_;
            put_symbol(peek().value);
            at_ += 2;
            return true;
        }
        if (peek().is_word("collate") && peek(1).is_identifier()) {
            at_ += peek(2).is_symbol(".") ? 4 : 2;
            return true;
        }
        if (!is_qualified && peek().names("pg_catalog") && peek(1).is_symbol(".")) {
            at_ += 2;
            return true;
        }
        if (!is_qualified && peek().names("information_schema") && peek(1).is_symbol(".")) {
            if (!peek(2).names("_pg_expandarray")) {
                put(Kind::word, information_schema);
                put_symbol(".");
            }
            at_ += 2;
            return true;
        }
        if (peek().is_word("json_build_object")) {
            put(Kind::word, "json_object");
            ++at_;
            return true;
        }
        return (!is_qualified && take_table_number()) || take_session_value(is_qualified);
    }

    /// alias.tableoid, a column that every relation of PostgreSQL's has and no * shows.
    bool take_table_number() {
        if (!peek().is_identifier() || !peek(1).is_symbol(".") || !peek(2).names("tableoid")) return false;
        const std::string alias = fold_case(peek().value);
        for (std::size_t i = 0; i < in_.size(); ++i) {
            const RelationShape* shape =
                in_[i].is_identifier() ? find_relation_shape(fold_case(in_[i].value)) : nullptr;
            if (!shape) continue;
            const std::size_t next = i + 1 < in_.size() && in_[i + 1].is_word("as") ? i + 2 : i + 1;
            const bool is_it = fold_case(in_[i].value) == alias ||
                               (next < in_.size() && in_[next].is_identifier() && fold_case(in_[next].value) == alias);
            if (!is_it) continue;
            put(Kind::number, std::to_string(shape->oid));
            at_ += 3;
            return true;
        }
        return false;
    }

    bool take_session_value(bool is_qualified) {
        const bool is_alias = !out_.empty() && out_.back().is_word("as");
        if (is_qualified || is_alias || peek(1).is_symbol("(") || peek(1).is_symbol(".")) return false;
        for (const std::string_view value :
             {"current_user", "session_user", "user", "current_role", "current_catalog", "current_schema"}) {
            if (!peek().is_word(value)) continue;
            put(Kind::word, value);
            put_symbol("(");
            put_symbol(")");
            ++at_;
            return true;
        }
        return false;
    }

    /// Casts to types that the engine does not have: x::regclass, CAST(x AS oid).
    bool take_cast() {
        if (peek().is_symbol("::") && peek(1).is_identifier()) {
            const std::size_t operand = operand_begin();
            ++at_;
            return take_type(operand, false);
        }
        if (!peek().is_word("as") || !peek(1).is_identifier()) return false;
        const std::size_t open = open_parenthesis();
        const bool is_cast = open > 0 && open < out_.size() && out_[open - 1].is_word("cast");
        if (!is_cast) return false;
        ++at_;
        return take_type(open, true);
    }

    /// At the name of the type. operand: where it begins in what is written; of CAST, its parenthesis.
    bool take_type(std::size_t operand, bool is_call) {
        const bool is_array = peek(1).is_symbol("[") && peek(2).is_symbol("]");
        const ObjectType* object = is_array ? nullptr : find_object_type(peek());
        const bool is_number = !is_array && peek().names("oid");
        if (object || is_number) {
            ++at_;
            std::string function = is_number ? "laminar_oid" : std::string(object->functions);
            if (object) {
                const std::size_t first = is_call ? operand + 1 : operand;
                const bool is_literal = first + 1 == out_.size() && out_[first].kind == Kind::text;
                const bool is_shown = peek().is_symbol("::") && (peek(1).names("text") || peek(1).names("varchar"));
                const bool is_name_alone = object->type == "regproc" || object->type == "regprocedure";
                function += is_literal && !is_shown && (!is_name_alone || peek().is_symbol("::")) ? "_number" : "_name";
            }
            call(function, operand, is_call);
            return true;
        }
        if (is_call) {
            put(Kind::word, "as");
        } else {
            turn_braces(is_array);
            put_symbol("::");
        }
        put_type();
        return true;
    }

    /// What has been written from there on becomes the argument of a function.
    void call(const std::string& function, std::size_t operand, bool is_call) {
        const SourceSpan span = out_[operand].span;
        const auto place = out_.begin() + static_cast<std::ptrdiff_t>(operand);
        if (is_call) {  // CAST ( x AS type ): the parentheses are there.
            *std::prev(place) = {Kind::word, function, span};
            return;
        }
        out_.insert(place, {SqlToken{Kind::word, function, span}, SqlToken{Kind::symbol, "(", span}});
        put_symbol(")");
    }

    void put_type() {
        if (peek().kind == Kind::name && peek().value == "char") {
            put(Kind::word, char_type);
            ++at_;
            return;
        }
        if (peek().names("character") && peek(1).is_word("varying")) {
            put(Kind::word, "VARCHAR");
            at_ += 2;
            return;
        }
        const auto* known = std::find_if(type_names.begin(), type_names.end(),
                                         [&](const auto& each) { return peek().names(each.first); });
        if (known != type_names.end()) {
            put(Kind::word, known->second);
        } else {
            out_.push_back(peek());
        }
        ++at_;
    }

    /// '{a,b}' before ::type[] is a list, which the engine writes in brackets.
    void turn_braces(bool is_array) {
        if (is_array && !out_.empty()) turn_braces(out_.back());
    }
    static bool turn_braces(SqlToken& token) {
        if (token.kind != Kind::text || token.value.size() < 2 || token.value.front() != '{' ||
            token.value.back() != '}' || token.value.find_first_of("\"\\{}[]", 1) != token.value.size() - 1)
            return false;
        token.value.front() = '[';
        token.value.back() = ']';
        return true;
    }

    /// Where the operand of :: begins, which has just been written: a value, or a call, with casts of its own.
    [[nodiscard]] std::size_t operand_begin() const {
        std::size_t at = out_.size() - 1;
        while (true) {
            at = primary_begin(at);
            if (at < 2 || !out_[at - 1].is_symbol("::")) return at;
            at -= 2;
        }
    }
    [[nodiscard]] std::size_t primary_begin(std::size_t last) const {
        std::size_t at = last;
        while (out_[at].is_symbol("]")) {
            at = matching_open(at, "[", "]");
            if (at == 0) return at;
            --at;
        }
        if (out_[at].is_symbol(")")) {
            at = matching_open(at, "(", ")");
            const bool is_call = at > 0 && out_[at - 1].is_identifier() && !is_keyword(out_[at - 1]);
            if (!is_call) return at;
            --at;
        }
        while (at >= 2 && out_[at - 1].is_symbol(".") && out_[at].is_identifier()) at -= 2;
        return at;
    }
    /// A word that a parenthesis may follow and that is no function.
    static bool is_keyword(const SqlToken& token) {
        constexpr std::array words{"and",   "or",   "not",  "in",     "any",  "all",      "select",  "where", "on",
                                   "then",  "when", "else", "case",   "like", "ilike",    "is",      "by",    "having",
                                   "limit", "from", "join", "values", "as",   "distinct", "between", "using"};
        return std::any_of(words.begin(), words.end(), [&](const char* word) { return token.is_word(word); });
    }
    [[nodiscard]] std::size_t matching_open(std::size_t at, std::string_view open, std::string_view close) const {
        int depth = 0;
        while (true) {
            depth += out_[at].is_symbol(close) ? 1 : out_[at].is_symbol(open) ? -1 : 0;
            if (depth == 0 || at == 0) return at;
            --at;
        }
    }
    /// The innermost that is open at the end of what is written; the size of that when there is none.
    [[nodiscard]] std::size_t open_parenthesis() const {
        int depth = 0;
        for (std::size_t at = out_.size(); at-- > 0;) {
            if (out_[at].is_symbol(")")) ++depth;
            if (out_[at].is_symbol("(") && depth-- == 0) return at;
        }
        return out_.size();
    }

    /// Regular expressions, patterns, lists as texts, and the column of a function that stands in FROM.
    bool take_match() {
        if (peek().is_symbol("~") || peek().is_symbol("!~") || peek().is_symbol("~*") || peek().is_symbol("!~*")) {
            take_regular_expression();
            return true;
        }
        if ((peek().is_word("like") || peek().is_word("ilike")) && peek(1).kind == Kind::text &&
            peek(1).value.find('\\') != std::string::npos && !peek(2).is_word("escape")) {
            out_.push_back(in_[at_++]);
            out_.push_back(in_[at_++]);
            put(Kind::word, "escape");
            put(Kind::text, "\\");
            return true;
        }
        if (peek().is_symbol("=") && peek(1).is_word("any") && peek(2).is_symbol("(") && !peek(3).is_word("select") &&
            !out_.empty()) {
            take_any();
            return true;
        }
        if ((peek().is_symbol("=") || peek().is_symbol("<>") || peek().is_symbol("!=")) && peek(1).kind == Kind::text) {
            SqlToken list = peek(1);
            if (!turn_braces(list)) return false;
            out_.push_back(in_[at_]);
            out_.push_back(std::move(list));
            at_ += 2;
            return true;
        }
        if ((peek().is_word("from") || peek().is_word("join")) && peek(1).is_identifier() && peek(2).is_symbol("("))
            return take_function_in_from();
        return false;
    }

    /// x = ANY (list) is a subquery to the engine, which has none in outer joins.
    void take_any() {
        const std::size_t operand = operand_begin();
        Tokens value(out_.begin() + static_cast<std::ptrdiff_t>(operand), out_.end());
        out_.resize(operand);
        put(Kind::word, "list_contains");
        put_symbol("(");
        const std::size_t end = behind_parenthesis(at_ + 2);
        at_ += 2;
        while (at_ < end) out_.push_back(in_[at_++]);
        put_symbol(",");
        out_.insert(out_.end(), value.begin(), value.end());
        put_symbol(")");
    }

    /// The engine asks whether the whole text matches, PostgreSQL whether something in it does.
    void take_regular_expression() {
        const bool is_negated = peek().value.front() == '!';
        const std::string head = peek().value.back() == '*' ? "(?is).*(?:" : "(?s).*(?:";
        ++at_;
        put_symbol(is_negated ? "!~" : "~");
        put_symbol("(");
        put(Kind::text, head);
        put_symbol("||");
        put_symbol("(");
        const std::size_t end = primary_end(at_);
        while (at_ < end) out_.push_back(in_[at_++]);
        put_symbol(")");
        put_symbol("||");
        put(Kind::text, ").*");
        put_symbol(")");
    }

    /// Behind the value that begins there.
    [[nodiscard]] std::size_t primary_end(std::size_t at) const {
        const auto is = [&](std::string_view symbol) { return at < in_.size() && in_[at].is_symbol(symbol); };
        if (at < in_.size() && !is("(")) ++at;
        while (is(".")) at += 2;
        if (is("(")) at = behind_parenthesis(at);
        while (is("::")) {
            at += 2;
            if (is("(")) at = behind_parenthesis(at);
        }
        return std::min(at, in_.size());
    }
    [[nodiscard]] std::size_t behind_parenthesis(std::size_t at) const {
        int depth = 0;
        for (; at < in_.size(); ++at) {
            depth += in_[at].is_symbol("(") ? 1 : in_[at].is_symbol(")") ? -1 : 0;
            if (depth == 0) return at + 1;
        }
        return at;
    }

    /// FROM unnest(list) x: x is also the name of its column.
    bool take_function_in_from() {
        const std::size_t end = behind_parenthesis(at_ + 2);
        const std::size_t alias = end < in_.size() && in_[end].is_word("as") ? end + 1 : end;
        constexpr std::array clauses{"where", "on",     "join",    "left",   "right",    "inner",
                                     "cross", "full",   "natural", "group",  "order",    "union",
                                     "limit", "having", "using",   "except", "intersect"};
        const bool has_alias =
            alias < in_.size() && in_[alias].is_identifier() &&
            std::none_of(clauses.begin(), clauses.end(), [&](const char* each) { return in_[alias].is_word(each); });
        if (!has_alias || (alias + 1 < in_.size() && in_[alias + 1].is_symbol("("))) return false;
        const SqlToken name = in_[alias];
        in_.insert(in_.begin() + static_cast<std::ptrdiff_t>(alias) + 1,
                   {SqlToken{Kind::symbol, "(", name.span}, name, SqlToken{Kind::symbol, ")", name.span}});
        return false;
    }

    Tokens in_;
    Tokens out_;
    std::size_t at_ = 0;
};

}  // namespace

Tokens rewrite_catalog_query(Tokens tokens) { return CatalogRewriter(std::move(tokens)).rewrite(); }

bool is_object_type(const SqlToken& token) noexcept { return find_object_type(token) != nullptr; }

}  // namespace laminar::postgres
