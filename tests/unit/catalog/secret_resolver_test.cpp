#include "catalog/options/secret_resolver.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace laminar {
namespace {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "laminar-secrets-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void write(const std::string& name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }

private:
    std::filesystem::path path_;
};

TEST_CASE("references are found with their place") {
    std::vector<std::size_t> malformed;
    const auto found = find_secret_references("Bearer ${secret:api_token} ${resume} ${secret:a.b-c}", &malformed);
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "api_token");
    CHECK(found[0].offset == 7);
    CHECK(found[0].length == 19);
    CHECK(found[1].name == "a.b-c");
    CHECK(malformed.empty());
}

TEST_CASE("malformed references are told from others") {
    for (const std::string_view text : {"${secret:", "${secret:}", "${secret}", "${secret:a b}", "${secret:a/b}",
                                        "${secrets:a}", "${secret:..}", "${secret"}) {
        std::vector<std::size_t> malformed;
        CHECK(find_secret_references(text, &malformed).empty());
        CHECK_MESSAGE(malformed == std::vector<std::size_t>{0}, text);
    }
    std::vector<std::size_t> malformed;
    CHECK(find_secret_references("${other:x} $secret {secret:x}", &malformed).empty());
    CHECK(malformed.empty());
}

TEST_CASE("the secrets directory comes before the env file, and that before the environment") {
    const TemporaryDirectory directory;
    const std::filesystem::path env_file = directory.path() / "env";
    std::ofstream(env_file) << "# comment\nexport FROM_ENV_FILE=\"two\\nlines\"\nin_both = 'from file'\nPLAIN=x=y\n";
    directory.write("in_both", "from directory\n");
    directory.write("no_newline", "abcd");
    directory.write("two_newlines", "abcd\n\n");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
    ::setenv("LAMINAR_SECRET_FROM_ENVIRONMENT", "environment value", 1);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
    ::setenv("LAMINAR_SECRET_IN_BOTH", "from environment", 1);
    const SecretResolver resolver({directory.path(), env_file});
    CHECK(resolver.find("in_both") == "from directory");
    CHECK(resolver.find("no_newline") == "abcd");
    CHECK(resolver.find("two_newlines") == "abcd\n");
    CHECK(resolver.find("from_env_file") == "two\nlines");
    CHECK(resolver.find("plain") == "x=y");
    CHECK(resolver.find("from-environment") == "environment value");
    CHECK_FALSE(resolver.find("nowhere"));
    CHECK_FALSE(resolver.find("../in_both"));
    CHECK_FALSE(resolver.find(""));
    const SecretResolver without_directory({std::nullopt, env_file});
    CHECK(without_directory.find("in_both") == "from file");
}

TEST_CASE("a secret that has changed is seen at the next look") {
    const TemporaryDirectory directory;
    directory.write("token", "first-value");
    const SecretResolver resolver({directory.path(), std::nullopt});
    CHECK(resolver.resolve("Bearer ${secret:token}").text == "Bearer first-value");
    directory.write("token", "second-value");
    CHECK(resolver.resolve("Bearer ${secret:token}").text == "Bearer second-value");
    CHECK(resolver.redact("was first-value, is second-value") == "was ***, is ***");
}

TEST_CASE("what is missing is named with where it was looked for") {
    const TemporaryDirectory directory;
    const SecretResolver resolver({directory.path(), std::nullopt});
    const auto result = resolver.resolve("${secret:no-such.one} and ${resume}");
    REQUIRE(result.missing.size() == 1);
    CHECK(result.missing[0] ==
          "secret \"no-such.one\" not found in " + directory.path().string() + " or LAMINAR_SECRET_NO_SUCH_ONE");
}

TEST_CASE("what is there and cannot be read is not called missing") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory.path() / "token");
    const SecretResolver resolver({directory.path(), std::nullopt});
    const auto result = resolver.resolve("${secret:token}");
    REQUIRE(result.missing.size() == 1);
    CHECK(result.missing[0] ==
          "secret \"token\" cannot be read from " + (directory.path() / "token").string() + ": it is not a file");
}

TEST_CASE("inside JSON a value is escaped, and redacted so, too") {
    const TemporaryDirectory directory;
    directory.write("odd", "a\"b\\c\td\x01");
    const SecretResolver resolver({directory.path(), std::nullopt});
    CHECK(resolver.resolve(R"({"x":"${secret:odd}"})").text == "{\"x\":\"a\"b\\c\td\x01\"}");
    const std::string text = resolver.resolve_in_json(R"({"x":"${secret:odd}","y":"${other}"})").text;
    CHECK(text == R"({"x":"a\"b\\c\td\u0001","y":"${other}"})");
    CHECK(resolver.redact(text) == R"({"x":"***","y":"${other}"})");
}

TEST_CASE("in the path and query of a URL a value is percent-encoded") {
    const TemporaryDirectory directory;
    directory.write("odd", "a b/c&d=%?#");
    directory.write("url", "wss://h/p?q=a%20b");
    directory.write("host", "example.com");
    const SecretResolver resolver({directory.path(), std::nullopt});
    CHECK(resolver.resolve_in_url("wss://h/p?k=${secret:odd}&x=1").text == "wss://h/p?k=a%20b%2Fc%26d%3D%25%3F%23&x=1");
    CHECK(resolver.resolve_in_url("wss://h?k=${secret:odd}").text == "wss://h?k=a%20b%2Fc%26d%3D%25%3F%23");
    CHECK(resolver.resolve_in_url("wss://h/${secret:odd}/z").text == "wss://h/a%20b/c%26d%3D%25%3F%23/z");
    CHECK(resolver.resolve_in_url("wss://${secret:host}/p").text == "wss://example.com/p");
    CHECK(resolver.resolve_in_url("${secret:url}").text == "wss://h/p?q=a%20b");
    CHECK(resolver.redact("/p?k=a%20b%2Fc%26d%3D%25%3F%23 /a%20b/c%26d%3D%25%3F%23/z") == "/p?k=*** /***/z");
}

TEST_CASE("what is left of a value where an excerpt was cut is redacted, too") {
    RememberedSecrets secrets;
    secrets.remember("0123456789abcdef");
    CHECK(secrets.redact("found string \"xx0123456\"...") == "found string \"xx***\"...");
    CHECK(secrets.redact("Input: \"0123456789abc...\" ") == "Input: \"***...\" ");
    CHECK(secrets.redact("012... and 01234") == "012... and 01234");
    CHECK(secrets.redact("0123456789abcdef... 0123...") == "***... ***...");
}

TEST_CASE("a value is found however often it is escaped for JSON") {
    RememberedSecrets secrets;
    secrets.remember("se\"cret\x01/");
    CHECK(secrets.redact(R"("se\"cret\u0001/")") == R"("***")");
    CHECK(secrets.redact(R"("{\"k\": \"se\\\"cret\\u0001/\"}")") == R"("{\"k\": \"***\"}")");
    // As other programs escape: more than has to be, and in either case.
    CHECK(secrets.redact(R"(["se\"cret\u0001\/","\u0073e\u0022cret\u0001\u002F"])") == R"(["***","***"])");
    CHECK(secrets.redact(R"("{\"k\": \"se\\\"cret\\u0001\\/\", \"n\": 1}")") == R"("{\"k\": \"***\", \"n\": 1}")");
    secrets.remember("caf\xC3\xA9 \xF0\x9F\x98\x80");
    CHECK(secrets.redact(R"("caf\u00e9 \ud83d\ude00!")") == R"("***!")");
    CHECK(secrets.redact(R"(C:\users\new \u12 \ud83d)") == R"(C:\users\new \u12 \ud83d)");
}

TEST_CASE("a value is found through four levels of escapes, spelled as no encoder of ours would") {
    RememberedSecrets secrets;
    secrets.remember("se\"cret/");
    std::string text = R"(se\u0022cret\/)";
    for (int level = 1; level <= 4; ++level) {
        CAPTURE(level);
        CHECK(secrets.redact("<" + text + ">") == "<***>");
        std::string escaped;
        for (const char c : text) escaped += c == '\\' ? "\\\\" : std::string(1, c);
        text = escaped;
    }
}

TEST_CASE("values that overlap where they are escaped are redacted as one") {
    RememberedSecrets secrets;
    secrets.remember("first/middle");
    secrets.remember("middle/last");
    CHECK(secrets.redact(R"(<first\/middle\/last>)") == "<******>");
}

TEST_CASE("a text of several lines is found line by line") {
    RememberedSecrets secrets;
    secrets.remember("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nshort\n-----END KEY-----\n");
    CHECK(secrets.redact("line 2: MIIEvQIBADANBgkq, line 3: hkiG9w0BAQEFAASC") == "line 2: ***, line 3: ***");
    CHECK(secrets.redact("short") == "short");
}

TEST_CASE("copies of the sources remember together") {
    const TemporaryDirectory directory;
    directory.write("token", "some-value");
    const SecretResolver::Sources sources{directory.path(), std::nullopt};
    const SecretResolver resolver(sources);
    static_cast<void>(resolver.find("token"));
    CHECK(sources.remembered->redact("some-value") == "***");
    CHECK(SecretResolver::Sources().remembered->redact("some-value") == "some-value");
}

TEST_CASE("values are redacted in every form they travel in") {
    const TemporaryDirectory directory;
    directory.write("password", "p@ss word/42");
    directory.write("short", "abc");
    const SecretResolver resolver({directory.path(), std::nullopt});
    CHECK(resolver.redact("p@ss word/42") == "p@ss word/42");  // Not yet resolved, so not known.
    static_cast<void>(resolver.find("password"));
    static_cast<void>(resolver.find("short"));
    CHECK(resolver.redact("x p@ss word/42 y") == "x *** y");
    CHECK(resolver.redact("?p=p%40ss%20word%2F42&q") == "?p=***&q");
    CHECK(resolver.redact("?p=p%40ss%20word%2f42&q") == "?p=***&q");
    CHECK(resolver.redact("abc") == "abc");
    // base64("p@ss word/42"), base64("u:p@ss word/42"), base64("me:p@ss word/42")
    for (const std::string_view encoded : {"cEBzcyB3b3JkLzQy", "dTpwQHNzIHdvcmQvNDI=", "bWU6cEBzcyB3b3JkLzQy"}) {
        const std::string redacted = resolver.redact(std::string("Basic ") + std::string(encoded));
        CHECK_MESSAGE(redacted.find("***") != std::string::npos, encoded);
        CHECK_MESSAGE(redacted.size() < encoded.size() + 4, encoded);
    }
}

TEST_CASE("URLs are shown without credentials") {
    CHECK(redact_url("wss://user:secret@host/path") == "wss://user:***@host/path");
    CHECK(redact_url("wss://token@host/path") == "wss://***@host/path");
    CHECK(redact_url("wss://host/path?api_key=1&x=2&Token=3&sig=4#f") ==
          "wss://host/path?api_key=***&x=2&Token=***&sig=***#f");
    CHECK(redact_url("wss://host/path#state=1&access_token=2") == "wss://host/path#state=1&access_token=***");
    CHECK(redact_url("wss://host/path?x=1#access_token=2") == "wss://host/path?x=1#access_token=***");
    CHECK(redact_url("wss://host/path#frag?ment") == "wss://host/path#frag?ment");
    CHECK(redact_url("wss://host:80/a@b?symbol=AAPL") == "wss://host:80/a@b?symbol=AAPL");
    CHECK(redact_url("wss://user:sec/ret@host/path?x=1") == "wss://user:***@host/path?x=1");
    CHECK(redact_url("user:secret@host:3128") == "user:***@host:3128");
    CHECK(redact_url("host") == "host");
    CHECK(redact_url("") == "");
    CHECK(redact_url("wss://h?") == "wss://h?");
}

}  // namespace
TEST_CASE("secrets: what is made of one stays hidden however many others are made") {
    RememberedSecrets secrets;
    secrets.remember("abcdefgh");
    CHECK(secrets.redact("token 6162636465666768") == "token ***");
    secrets.remember_derived("signature of the handshake", SecretUse::opening);
    for (int i = 0; i < 500; ++i) secrets.remember_derived(fmt::format("answer number {}", i), SecretUse::messages);
    CHECK(secrets.redact("bad signature of the handshake!") == "bad ***!");
    CHECK(secrets.redact("answer number 499") == "***");
    CHECK(secrets.redact("answer number 1.") == "answer number 1.");
    // One that is used again is among the latest.
    RememberedSecrets used;
    for (int i = 0; i < 500; ++i) {
        used.remember_derived("the same hash", SecretUse::messages);
        used.remember_derived(fmt::format("answer number {}", i), SecretUse::messages);
    }
    CHECK(used.redact("the same hash") == "***");
}

TEST_CASE("secrets: long texts made of them are not kept") {
    RememberedSecrets secrets;
    const std::string text(5000, 'x');
    secrets.remember_derived(text, SecretUse::messages);
    CHECK(secrets.redact(text) == text);
}

TEST_CASE("secrets: a URL that ends within a credential") {
    CHECK(ends_with_credential_name("wss://h/?token="));
    CHECK(ends_with_credential_name("wss://h/?a=b&api_key="));
    CHECK_FALSE(ends_with_credential_name("wss://h/?channel="));
    CHECK_FALSE(ends_with_credential_name("wss://h/?token=a"));
    CHECK_FALSE(ends_with_credential_name("token="));
}

}  // namespace laminar
