// Passwords: verifiers as PostgreSQL keeps them, the exchange that proves one, the users file.

#include <doctest/doctest.h>

#include <stdexcept>

#include "connectors/codec/values/base64.h"
#include "server/login/scram_exchange.h"
#include "server/login/users_file.h"

using namespace laminar;

namespace {

std::string bytes_of(std::string_view base64) {
    std::string bytes;
    REQUIRE(decode_base64(base64, bytes));
    return bytes;
}

std::string base64(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

std::string problem_of(std::string_view file) {
    try {
        (void)Users::parse(file, "users");
    } catch (const std::runtime_error& problem) {
        return problem.what();
    }
    return {};
}

/// The client's side, written from RFC 5802 on its own: knows the salted password.
std::string client_proof(const std::string& salted, const std::string& bare, const std::string& question,
                         const std::string& final_without_proof) {
    const std::string client_key = hmac_sha256(salted, "Client Key");
    const std::string signature = hmac_sha256(sha256(client_key), bare + "," + question + "," + final_without_proof);
    std::string proof(client_key);
    for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ signature[i]);
    return final_without_proof + ",p=" + base64(proof);
}

/// Of the password "pencil", RFC 7677: PBKDF2 of it with that salt and 4096 rounds.
const char* const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
const char* const verifier_text =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

}  // namespace

TEST_CASE("a verifier is what PostgreSQL keeps") {
    CHECK(to_text(make_scram_verifier("pencil", bytes_of(salt), 4096)) == verifier_text);
    const auto parsed = parse_scram_verifier(verifier_text);
    REQUIRE(parsed);
    CHECK(to_text(*parsed) == verifier_text);
    CHECK(to_text(make_scram_verifier("pencil")) != to_text(make_scram_verifier("pencil")));
}

TEST_CASE("compatible characters of a password are one") {
    const auto text = [](std::string_view password) {
        return to_text(make_scram_verifier(password, bytes_of(salt), 1));
    };
    CHECK(text("\xE2\x85\xA8") == text("IX"));  // ROMAN NUMERAL NINE, as RFC 4013 has it.
    CHECK(text("I\xC2\xADX") == text("IX"));    // SOFT HYPHEN.
    CHECK(text("\xC2\xAA") == text("a"));       // FEMININE ORDINAL INDICATOR.
    CHECK(text("pass\xC2\xA0word") == text("pass word"));
    CHECK_THROWS_WITH(text(""), "the password is empty");
    CHECK_THROWS_WITH(text("\xFF"), "the password is not valid UTF-8");
}

TEST_CASE("what is not a verifier is refused") {
    for (const char* text : {"", "md5abc", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA",
                             "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                             "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                             "SCRAM-SHA-256$4096x:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                             ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="})
        CHECK_MESSAGE(!parse_scram_verifier(text), text);
}

TEST_CASE("a password is proven, and proves the server") {
    const ScramVerifier verifier = *parse_scram_verifier(verifier_text);
    const std::string salted = bytes_of("xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=");
    for (const bool is_known : {true, false}) {
        ScramExchange exchange(verifier, is_known);
        const std::string bare = "n=,r=rOprNGfwEbeRWgbNEkqO";
        const auto question = exchange.answer_first("n,," + bare);
        REQUIRE(question);
        CHECK(question->starts_with("r=rOprNGfwEbeRWgbNEkqO"));
        CHECK(question->ends_with(",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
        const std::string nonce = question->substr(0, question->find(','));
        const auto answer = exchange.answer_final(client_proof(salted, bare, *question, "c=biws," + nonce));
        CHECK(answer.has_value() == is_known);
        if (answer) CHECK(answer->starts_with("v="));
    }
}

TEST_CASE("a proof of another exchange, password or nonce is refused") {
    const ScramVerifier verifier = *parse_scram_verifier(verifier_text);
    const std::string salted = bytes_of("xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=");
    const std::string bare = "n=,r=abc";
    const auto answers = [&](const std::string& key, const std::string& binding, const std::string& nonce_end) {
        ScramExchange exchange(verifier, true);
        const std::string question = *exchange.answer_first("n,," + bare);
        const std::string nonce = question.substr(0, question.find(','));
        return exchange.answer_final(client_proof(key, bare, question, "c=" + binding + "," + nonce + nonce_end))
            .has_value();
    };
    CHECK(answers(salted, "biws", ""));
    CHECK_FALSE(answers(std::string(32, 'x'), "biws", ""));
    CHECK_FALSE(answers(salted, "eSws", ""));  // Another header than the first message had.
    CHECK_FALSE(answers(salted, "biws", "x"));
}

TEST_CASE("a malformed exchange is refused") {
    for (const char* first : {"", "n", "n,,", "n,,n=", "n,,n=,r=", "n,,r=abc", "p=tls-unique,,n=,r=abc",
                              "n,a=other,n=,r=abc", "n,,m=x,n=,r=abc", "x,,n=,r=abc"}) {
        ScramExchange exchange(*parse_scram_verifier(verifier_text), true);
        CHECK_MESSAGE(!exchange.answer_first(first), first);
    }
    for (const char* last : {"", "c=biws", "c=biws,r=abc", ",p=", "c=biws,r=abc,p=!!!!"}) {
        ScramExchange exchange(*parse_scram_verifier(verifier_text), true);
        REQUIRE(exchange.answer_first("n,,n=,r=abc"));
        CHECK_MESSAGE(!exchange.answer_final(last), last);
    }
}

TEST_CASE("a users file has a line for each") {
    const Users users = Users::parse(
        std::string("# who may log in\n\n  alice \t") + verifier_text + "\r\nbob " + verifier_text, "users");
    CHECK(users.size() == 2);
    CHECK(users.claim("alice").is_known);
    CHECK(to_text(users.claim("bob").verifier) == verifier_text);
    CHECK_FALSE(users.claim("Alice").is_known);
    CHECK(*users_file_line("carol", *parse_scram_verifier(verifier_text)) == std::string("carol ") + verifier_text);
    for (const char* name : {"", "#x", "a b", "a\nb"}) CHECK_FALSE(users_file_line(name, {}));
}

TEST_CASE("who is not in the users file is asked like everybody, and the same each time") {
    const Users users = Users::parse(std::string("alice ") + verifier_text, "users");
    const Users::Claim nobody = users.claim("nobody");
    CHECK_FALSE(nobody.is_known);
    CHECK(nobody.verifier.iterations == 4096);
    CHECK(nobody.verifier.salt.size() == 16);
    CHECK(nobody.verifier.salt == users.claim("nobody").verifier.salt);
    CHECK(nobody.verifier.salt != users.claim("somebody").verifier.salt);
}

TEST_CASE("who is not in the users file looks the same when it is read again, and as those who are there") {
    const std::string other =
        to_text(make_scram_verifier("secret", std::string(24, 's'), 7)) + "\n";  // As another program may make them.
    const std::string text = "alice " + other + "bob " + other + "carol " + verifier_text;
    const Users users = Users::parse(text, "users");
    const ScramVerifier nobody = users.claim("nobody").verifier;
    CHECK(nobody.iterations == 7);
    CHECK(nobody.salt.size() == 24);
    CHECK(to_text(Users::parse(text, "users").claim("nobody").verifier) == to_text(nobody));
    Users changed = Users::parse(text + "\ndave " + verifier_text, "users");
    CHECK(to_text(changed.claim("nobody").verifier) != to_text(nobody));
    changed.disguise_as(users);
    CHECK(to_text(changed.claim("nobody").verifier) == to_text(nobody));
    const std::string long_salt = to_text(make_scram_verifier("secret", std::string(80, 's'), 7));
    CHECK(Users::parse("alice " + long_salt, "users").claim("nobody").verifier.salt.size() == 80);
}

TEST_CASE("what is wrong in a users file is told, and no verifier with it") {
    const std::string line = std::string("alice ") + verifier_text;
    CHECK(problem_of("") == "users: there is no user in it");
    CHECK(problem_of("alice") == "users:1: a line has a name, a space and a verifier");
    CHECK(
        problem_of("\nalice secret") ==
        "users:2: what follows the name is not SCRAM-SHA-256$iterations:salt$key:key; laminar hash-password makes it");
    CHECK(problem_of(line + "\n" + line) == "users:2: the name is there twice");
    CHECK_THROWS_WITH((void)Users::read("/nowhere/users"), "cannot read the users file \"/nowhere/users\"");
}

TEST_CASE("a user has a role, and a token of which the file has the hash") {
    const std::string token = "a-token-that-is-long-enough";
    const std::string made = users_file_token_line("grafana", token, Role::read).value();
    CHECK(made.starts_with("grafana TOKEN-SHA-256$"));
    CHECK(made.ends_with(" read"));
    CHECK(made.find(token) == std::string::npos);
    const std::string password = users_file_line("alice", make_scram_verifier("secret"), Role::write).value();
    const Users users =
        Users::parse(made + "\n" + password + "\nbob " + to_text(make_scram_verifier("x")) + "\n", "users");
    REQUIRE(users.owner_of(token));
    CHECK(users.owner_of(token)->name == "grafana");
    CHECK(users.owner_of(token)->role == Role::read);
    CHECK_FALSE(users.owner_of(""));
    CHECK_FALSE(users.owner_of(token + "x"));
    CHECK(users.claim("alice").role == Role::write);
    CHECK(users.claim("bob").role == Role::admin);
    // One that has a token alone has no password to log in with.
    CHECK_FALSE(users.claim("grafana").is_known);
    CHECK_FALSE(users_file_token_line("a b", token));
    CHECK_THROWS_WITH((void)users_file_token_line("a", "short"),
                      "a token has at least 20 characters; openssl rand -hex 32 makes one");
    CHECK_THROWS_WITH((void)users_file_token_line("a", "white space is not sent"),
                      "a token has letters, digits and -._~+/= alone");
    CHECK(problem_of("carl read") == "users:1: a user has a password or a token");
    CHECK(problem_of("carl TOKEN-SHA-256$x") ==
          "users:1: what follows TOKEN-SHA-256$ is no SHA-256; laminar hash-password --token makes it");
    CHECK(problem_of(made + "\nother" + made.substr(made.find(' '))) == "users:2: the token is another user's as well");
}
