#pragma once

#include <string>
#include <variant>
#include <vector>

#include "parser/ast/expression.h"

namespace laminar::ast {

/// An option value as written: a tree of constants, with an expression wherever something is none. Numbers keep their
/// text.
struct OptionValue {
    struct Null {};
    struct Boolean {
        bool value = false;
    };
    struct Number {
        std::string text;
    };  ///< Sign, digits, fraction, exponent.
    struct String {
        std::string text;
    };
    struct Interval {
        std::string text;
        std::string unit;
    };  ///< As in IntervalLiteral.
    struct List {
        std::vector<OptionValue> elements;
        bool json = false;
    };  ///< [..], JSON_ARRAY(..) has json = true.
    struct Entry;
    struct Object {
        std::vector<Entry> entries;
        bool json = false;
    };  ///< MAP {..}; JSON_OBJECT(..) has json = true.
    struct Name {
        std::string text;
    };  ///< A bare word: mode = client. Accepted where a string is.
    struct TextStart {
        std::string text;
    };                 ///< STARTS_WITH('text'), a condition: whatever follows.
    struct Exists {};  ///< EXISTS, a condition: whatever is there.
    struct Computed {
        ExpressionBox expression;
    };  ///< Anything else that SQL can say. JSON_OBJECT and JSON_ARRAY are this as a whole if any part of them is.

    SourceSpan span;
    std::variant<Null, Boolean, Number, String, Interval, List, Object, Name, TextStart, Exists, Computed> node;
};

/// Not a pair: the constraints on a pair's constructors would ask for this type before it is complete.
struct OptionValue::Entry {
    OptionValue key;
    OptionValue value;
};

struct Option {
    Identifier name;
    OptionValue value;
    SourceSpan span;
};

}  // namespace laminar::ast
