#include "cli/infer/sample/yaml_document.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t most_depth = 500;

struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// What a scalar without quotes says, as JSON; nothing where it is a text.
std::optional<std::string> plain_value(const std::string& text) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return "null";
    if (is_one_of(text, {"true", "True", "TRUE"})) return "true";
    if (is_one_of(text, {"false", "False", "FALSE"})) return "false";
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.starts_with("0x") || digits.starts_with("0o")) {
        const int base = digits[1] == 'x' ? 16 : 8;
        std::size_t used = 0;
        try {
            const unsigned long long value = std::stoull(std::string(digits.substr(2)), &used, base);
            if (used == digits.size() - 2) return std::to_string(value);
        } catch (const std::exception&) {
        }
        return std::nullopt;
    }
    // A number of JSON, or one with digits on one side of the point alone or zeros in front.
    std::string number(digits);
    const bool is_negative = number.starts_with('-');
    if (is_negative) number.erase(0, 1);
    if (number.starts_with('.')) number.insert(0, "0");
    const std::size_t zeros = std::min(number.find_first_not_of('0'), number.size());
    if (zeros > 0) number.erase(0, zeros < number.size() && is_digit(number[zeros]) ? zeros : zeros - 1);
    if (number.ends_with('.')) number += '0';
    if (number.empty() || !is_digit(number.front()) || !is_json_value(number)) return std::nullopt;
    return is_negative ? "-" + number : number;
}

class JsonOfYaml {
public:
    explicit JsonOfYaml(std::size_t limit) : limit_(limit) {}

    void write(const YAML::Node& node, std::size_t depth) {
        if (depth > most_depth) throw Refusal(fmt::format("it is nested deeper than {} levels", most_depth));
        switch (node.Type()) {
            case YAML::NodeType::Map:
                write_map(node, depth);
                break;
            case YAML::NodeType::Sequence: {
                json += '[';
                bool is_first = true;
                for (const YAML::Node& each : node) {
                    if (!is_first) json += ',';
                    is_first = false;
                    write(each, depth + 1);
                }
                json += ']';
                break;
            }
            case YAML::NodeType::Scalar: {
                const auto value = node.Tag() == "?" ? plain_value(node.Scalar()) : std::nullopt;
                if (value)
                    json += *value;
                else
                    append_json_quoted(json, node.Scalar());
                break;
            }
            default:
                json += "null";
        }
        if (json.size() > limit_)
            throw Refusal(fmt::format("with its aliases written out it is larger than {} bytes", limit_));
    }

    std::string json;

private:
    void write_map(const YAML::Node& map, std::size_t depth) {
        json += '{';
        std::set<std::string> written;
        write_members(map, depth, written);
        json += '}';
    }

    /// Those of a map itself come before those that it takes from others.
    void write_members(const YAML::Node& map, std::size_t depth, std::set<std::string>& written) {
        if (depth > most_depth) throw Refusal(fmt::format("it is nested deeper than {} levels", most_depth));
        std::vector<YAML::Node> merged;
        for (const auto& member : map) {
            const YAML::Node& key = member.first;
            const YAML::Node& value = member.second;
            if (!key.IsScalar()) throw Refusal("a key is no text");
            if (key.Scalar() == "<<" && (value.IsMap() || value.IsSequence())) {
                if (value.IsMap()) merged.push_back(value);
                for (const YAML::Node& each : value.IsSequence() ? value : YAML::Node()) merged.push_back(each);
                continue;
            }
            if (!written.insert(key.Scalar()).second) continue;
            if (written.size() > 1) json += ',';
            append_json_quoted(json, key.Scalar());
            json += ':';
            write(value, depth + 1);
        }
        for (const YAML::Node& each : merged) {
            if (each.IsMap()) write_members(each, depth + 1, written);
        }
    }

    std::size_t limit_;
};

}  // namespace

std::optional<std::string> yaml_as_json(std::string_view text, std::size_t limit, std::string& problem) {
    try {
        JsonOfYaml document(limit);
        document.write(YAML::Load(std::string(text)), 0);
        return std::move(document.json);
    } catch (const YAML::Exception& error) {
        problem = error.mark.is_null() ? fmt::format("it is no YAML: {}", error.msg)
                                       : fmt::format("it is no YAML: line {}, column {}: {}", error.mark.line + 1,
                                                     error.mark.column + 1, error.msg);
    } catch (const Refusal& refusal) {
        problem = refusal.what();
    }
    return std::nullopt;
}

}  // namespace laminar
