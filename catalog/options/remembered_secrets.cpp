#include "catalog/options/remembered_secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "catalog/threads/mutex.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

constexpr std::string_view mask = "***";
// Shorter texts occur by chance everywhere; replacing them would make logs unreadable without hiding anything.
constexpr std::size_t shortest_redacted = 4;
// A line of a PEM text; shorter ones are in any text.
constexpr std::size_t shortest_line = 16;
// Rotation adds values; the oldest are the least likely to be seen again.
constexpr std::size_t most_remembered = 1024;
// Signatures and hashes of the latest messages and requests: those that a peer may yet quote.
constexpr std::size_t most_opened_with = 256;
constexpr std::size_t most_derived = 64;
constexpr std::size_t longest_derived = 4096;
constexpr std::string_view ellipsis = "...";

/// Base64 of text that starts at this many bytes into a group of three, without the characters that neighbours share:
/// so a value is found also within the encoding of a longer text ("user:password").
std::string base64_core(std::string_view text, std::size_t shift, bool url_alphabet) {
    const std::string_view alphabet = url_alphabet ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                                   : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string padded(shift, '\0');
    padded += text;
    std::string encoded;
    unsigned bits = 0;
    int count = 0;
    for (const char character : padded) {
        bits = (bits << 8) | static_cast<unsigned char>(character);
        count += 8;
        while (count >= 6) {
            count -= 6;
            encoded += alphabet[(bits >> count) & 63U];
        }
    }
    // Bits left over belong to a character that the next byte completes; the first ones hold the shift.
    const std::size_t shared = shift == 0 ? 0 : shift + 1;
    return encoded.size() > shared ? encoded.substr(shared) : std::string();
}

std::string lower_escapes(std::string text, std::string_view opening, std::size_t digits) {
    for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at + opening.size())) {
        const std::size_t end = std::min(at + opening.size() + digits, text.size());
        std::transform(text.begin() + static_cast<std::ptrdiff_t>(at + opening.size()),
                       text.begin() + static_cast<std::ptrdiff_t>(end),
                       text.begin() + static_cast<std::ptrdiff_t>(at + opening.size()), to_lower);
    }
    return text;
}

std::string with_plus_for_space(std::string encoded) {
    for (std::size_t at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20", at))
        encoded.replace(at, 3, "+");
    return encoded;
}

bool longer(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; }

/// The longest first, each once.
void in_order(std::vector<std::string>& forms) {
    std::sort(forms.begin(), forms.end(), longer);
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
}

std::string hexadecimal(std::string_view bytes, bool upper) {
    const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

std::vector<std::string> forms_of(const std::string& value) {
    std::vector<std::string> forms{value};
    const std::string encoded = percent_encoded(value);
    const std::string escaped = json_escaped(value);
    for (const std::string& form :
         {encoded, lower_escapes(encoded, "%", 2), with_plus_for_space(encoded), percent_encoded(value, "/"), escaped,
          lower_escapes(escaped, "\\u00", 2), json_escaped(escaped), json_escaped(json_escaped(escaped))})
        forms.push_back(form);
    for (const bool upper : {false, true}) forms.push_back(hexadecimal(value, upper));
    for (std::size_t shift = 0; shift < 3; ++shift) {
        forms.push_back(base64_core(value, shift, false));
        forms.push_back(base64_core(value, shift, true));
    }
    // PEM and other texts of several lines may be quoted line by line.
    for (std::size_t begin = 0; value.find('\n') != std::string::npos && begin < value.size();) {
        const std::size_t end = std::min(value.find('\n', begin), value.size());
        if (end - begin >= shortest_line) forms.push_back(value.substr(begin, end - begin));
        begin = end + 1;
    }
    std::erase_if(forms, [](const std::string& form) { return form.size() < shortest_redacted; });
    in_order(forms);
    return forms;
}

void replace_all(std::string& text, std::string_view from) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + mask.size()))
        text.replace(at, from.size(), mask);
}

/// A text without the escapes of a JSON string, and where each of its bytes comes from; one more for the end.
struct Unescaped {
    std::string text;
    std::vector<std::size_t> origins;
};

/// Takes the escape at at (its backslash), whatever program wrote it: \/ and \u002f are the same. Returns its length; 0
/// when it is none.
std::size_t take_escape(std::string_view text, std::size_t at, std::string& out) {
    if (at + 1 >= text.size()) return 0;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t letter = letters.find(text[at + 1]); letter != std::string_view::npos) {
        out += meanings[letter];
        return 2;
    }
    const auto code_unit = [&](std::size_t begin) -> std::optional<char32_t> {
        if (begin + 6 > text.size() || text[begin] != '\\' || text[begin + 1] != 'u') return std::nullopt;
        char32_t unit = 0;
        for (const char character : text.substr(begin + 2, 4)) {
            const int digit = hexadecimal_digit(character);
            if (digit < 0) return std::nullopt;
            unit = unit << 4 | static_cast<char32_t>(digit);
        }
        return unit;
    };
    const std::optional<char32_t> unit = code_unit(at);
    if (!unit || (*unit >= 0xDC00 && *unit <= 0xDFFF)) return 0;
    if (*unit < 0xD800 || *unit > 0xDFFF) {
        append_code_point(out, *unit);
        return 6;
    }
    const std::optional<char32_t> low = code_unit(at + 6);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return 0;
    append_code_point(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
    return 12;
}

Unescaped unescape(const Unescaped& escaped) {
    Unescaped plain;
    for (std::size_t at = 0; at < escaped.text.size();) {
        std::size_t length = escaped.text[at] == '\\' ? take_escape(escaped.text, at, plain.text) : 0;
        if (length == 0) {
            plain.text += escaped.text[at];
            length = 1;
        }
        plain.origins.resize(plain.text.size(), escaped.origins[at]);
        at += length;
    }
    plain.origins.push_back(escaped.origins.back());
    return plain;
}

/// JSON within JSON within a quotation.
constexpr int most_levels_of_escapes = 4;

/// Values in whatever way a JSON string spells them.
void replace_escaped(std::string& text, const std::vector<std::string>& forms) {
    for (int level = 1; level <= most_levels_of_escapes; ++level) {
        Unescaped plain{text, std::vector<std::size_t>(text.size() + 1)};
        std::iota(plain.origins.begin(), plain.origins.end(), std::size_t{0});
        for (int taken = 0; taken < level; ++taken) {
            if (plain.text.find('\\') == std::string::npos) return;
            plain = unescape(plain);
        }
        std::vector<std::pair<std::size_t, std::size_t>> found;  // Begin and end in text.
        for (const std::string& form : forms) {
            for (std::size_t at = plain.text.find(form); at != std::string::npos; at = plain.text.find(form, at + 1))
                found.emplace_back(plain.origins[at], plain.origins[at + form.size()]);
        }
        std::sort(found.begin(), found.end());
        std::size_t kept_to = text.size();
        for (auto range = found.rbegin(); range != found.rend(); ++range) {
            if (range->second > kept_to) range->second = kept_to;  // Overlaps the one behind it.
            kept_to = range->first;
            text.replace(range->first, range->second - range->first, mask);
        }
    }
}

/// How many of the form's first characters the text ends with.
std::size_t length_of_cut_form(std::string_view text, std::string_view form) {
    for (std::size_t length = std::min(form.size(), text.size()); length >= shortest_redacted; --length) {
        if (text.ends_with(form.substr(0, length))) return length;
    }
    return 0;
}

/// An excerpt that was cut within a secret ends with a part of it, and then "..." (after a quote, or not).
void replace_cut_forms(std::string& text, const std::vector<std::string>& forms) {
    for (std::size_t at = text.find(ellipsis); at != std::string::npos; at = text.find(ellipsis, at + 1)) {
        std::size_t end = at;
        while (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'')) --end;
        for (const std::string& form : forms) {
            const std::size_t length = length_of_cut_form(std::string_view(text).substr(0, end), form);
            if (length == 0) continue;
            text.replace(end - length, length, mask);
            at = at - length + mask.size();
            break;
        }
    }
}

}  // namespace

void RememberedSecrets::remember(const std::string& value) {
    if (value.size() < shortest_redacted) return;
    const auto is_known = [&]() LAMINAR_REQUIRES_SHARED(mutex_) {
        return std::any_of(secrets_.begin(), secrets_.end(),
                           [&](const Secret& secret) { return secret.value == value; });
    };
    {
        const ReaderLock lock(mutex_);
        if (is_known()) return;
    }
    Secret secret{value, forms_of(value)};
    const WriterLock lock(mutex_);
    if (is_known()) return;
    if (secrets_.size() >= most_remembered) secrets_.pop_front();
    secrets_.push_back(std::move(secret));
    forms_.clear();
    for (const Secret& known : secrets_) forms_.insert(forms_.end(), known.forms.begin(), known.forms.end());
    in_order(forms_);
}

void RememberedSecrets::remember_derived(const std::string& value, SecretUse use) {
    if (value.size() < shortest_redacted || value.size() > longest_derived) return;
    const WriterLock lock(mutex_);
    std::deque<Secret>& known = use == SecretUse::opening ? opened_with_ : derived_;
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const Secret& each) { return each.value == value; });
    if (found != known.end()) {
        std::rotate(found, std::next(found), known.end());
        return;
    }
    Secret derived{value, {value}};
    if (std::string encoded = percent_encoded(value); encoded != value) derived.forms.push_back(std::move(encoded));
    if (known.size() >= (use == SecretUse::opening ? most_opened_with : most_derived)) known.pop_front();
    known.push_back(std::move(derived));
    collect_derived_forms();
}

void RememberedSecrets::collect_derived_forms() {
    derived_forms_.clear();
    for (const std::deque<Secret>* values : {&opened_with_, &derived_}) {
        for (const Secret& known : *values)
            derived_forms_.insert(derived_forms_.end(), known.forms.begin(), known.forms.end());
    }
    in_order(derived_forms_);
}

std::string RememberedSecrets::redact(std::string_view text) const {
    std::string result(text);
    const ReaderLock lock(mutex_);
    // What is made of secrets may contain them, and not the other way round.
    for (const std::vector<std::string>* forms : {&derived_forms_, &forms_}) {
        if (forms->empty()) continue;
        for (const std::string& form : *forms) replace_all(result, form);
        if (result.find('\\') != std::string::npos) replace_escaped(result, *forms);
        if (result.find(ellipsis) != std::string::npos) replace_cut_forms(result, *forms);
    }
    return result;
}

}  // namespace laminar
