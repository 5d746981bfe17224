#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "server/postgres/catalog/catalog_passes.h"
#include "server/postgres/catalog/catalog_rewriter.h"
#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

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

class CastPass final : public TokenPass {
public:
    CastPass(Tokens tokens, Work& work) : TokenPass(std::move(tokens), work) { find_enclosing(); }

private:
    bool take() override {
        if (peek().is_symbol("::") && peek(1).is_identifier()) {
            const std::size_t operand = operand_begin();
            ++at_;
            return take_type(operand, false);
        }
        if (!peek().is_word("as") || !peek(1).is_identifier() || !is_in_cast_[at_]) return false;
        const std::size_t open = open_parenthesis();
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
            turn_written_braces(is_array);
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
        work_.step(out_.size() - operand);
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

    /// '{a,b}' before ::type[].
    void turn_written_braces(bool is_array) {
        if (is_array && !out_.empty()) turn_braces(out_.back());
    }

    /// Of each token, whether the innermost parenthesis that is open there is that of CAST.
    void find_enclosing() {
        is_in_cast_.assign(in_.size(), false);
        std::vector<bool> open;
        for (std::size_t i = 0; i < in_.size(); ++i) {
            if (in_[i].is_symbol("(")) open.push_back(i > 0 && in_[i - 1].is_word("cast"));
            if (in_[i].is_symbol(")") && !open.empty()) open.pop_back();
            is_in_cast_[i] = !open.empty() && open.back();
        }
    }

    std::vector<bool> is_in_cast_;  ///< Of in_.
};

}  // namespace

Tokens rewrite_casts(Tokens tokens, Work& work) { return CastPass(std::move(tokens), work).run(); }

bool is_object_type(const SqlToken& token) noexcept { return find_object_type(token) != nullptr; }

}  // namespace laminar::postgres
