#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "connectors/net/tls_context.h"
#include "websocket_fixture.h"

using namespace std::chrono_literals;

namespace laminar {
namespace {

/// Certificates made by the openssl program in a directory of their own, which goes with them.
class Certificates {
public:
    Certificates() {
        std::string pattern = (std::filesystem::temp_directory_path() / "laminar-tls-XXXXXX").string();
        directory_ = mkdtemp(pattern.data());
        made_ = authority("ca") && authority("other_ca") && leaf("server", "ca", "DNS:localhost,IP:127.0.0.1", 2) &&
                leaf("elsewhere", "ca", "DNS:elsewhere.example,IP:192.0.2.1", 2) &&
                leaf("expired", "ca", "DNS:localhost,IP:127.0.0.1", -1) && leaf("client", "ca", "DNS:client", 2);
    }
    ~Certificates() { std::filesystem::remove_all(directory_); }
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    [[nodiscard]] bool made() const { return made_; }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream file(path(name));
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    [[nodiscard]] bool run(const std::string& arguments) const {
        const std::string command =
            "cd '" + directory_.string() + "' && openssl " + arguments + " >/dev/null 2>>openssl.log";
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
        return std::system(command.c_str()) == 0;
    }
    [[nodiscard]] bool authority(const std::string& name) const {
        return run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout " + name +
                   ".key -out " + name + ".pem -subj /CN=" + name);
    }
    [[nodiscard]] bool leaf(const std::string& name, const std::string& authority, const std::string& names,
                            int days) const {
        std::ofstream(directory_ / (name + ".ext")) << "subjectAltName=" << names << "\n";
        return run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -out " + name +
                   ".csr -subj /CN=" + name) &&
               run("x509 -req -in " + name + ".csr -CA " + authority + ".pem -CAkey " + authority +
                   ".key -CAcreateserial -days " + std::to_string(days) + " -extfile " + name + ".ext -out " + name +
                   ".pem");
    }

    std::filesystem::path directory_;
    bool made_ = false;
};

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

WebSocketOptions tls_server(const std::string& name) {
    WebSocketOptions options = NetworkFixture::server_options();
    options.tls_cert = certificates().path(name + ".pem");
    options.tls_key = certificates().path(name + ".key");
    return options;
}

WebSocketOptions tls_client(const Connection& server, const std::string& host = "localhost") {
    WebSocketOptions options = NetworkFixture::client_options(0);
    options.endpoint = {"wss://" + host + ":" + std::to_string(server.port()) + "/"};
    options.tls_ca_cert = certificates().path("ca.pem");
    return options;
}

/// "" when the client connects, else its error.
std::string outcome(NetworkFixture& network, const WebSocketOptions& options) {
    auto client = network.connect(options);
    CHECK(eventually(
        [&] { return client->status().state == ConnectionState::connected || !client->status().last_error.empty(); }));
    return client->status().last_error;
}

bool mentions(const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("tls: clients with the same settings share a context, as long as nothing has changed") {
    REQUIRE(certificates().made());
    TlsClientSettings mutual;
    mutual.trusted_authority = certificates().path("ca.pem");
    mutual.certificate = certificates().path("client.pem");
    mutual.private_key = certificates().path("client.key");
    const auto first = make_client_tls_context(mutual);
    CHECK(make_client_tls_context(mutual) == first);
    // The text of a file is as good as its path; the host is a matter of the connection.
    TlsClientSettings same = mutual;
    same.trusted_authority = certificates().text("ca.pem");
    same.verify_host = false;
    CHECK(make_client_tls_context(same) == first);

    const auto is_another = [&](auto change) {
        TlsClientSettings changed = mutual;
        change(changed);
        return make_client_tls_context(changed) != first;
    };
    CHECK(is_another([](auto& settings) { settings.verify = false; }));
    CHECK(is_another([](auto& settings) { settings.trusted_authority = certificates().path("other_ca.pem"); }));
    CHECK(is_another([](auto& settings) { settings.trusted_authority.clear(); }));
    CHECK(is_another([](auto& settings) { settings.certificate.clear(), settings.private_key.clear(); }));
    CHECK(is_another([](auto& settings) {
        settings.certificate = certificates().path("server.pem");
        settings.private_key = certificates().path("server.key");
    }));

    // With the system's authorities, too.
    const auto of_the_system = make_client_tls_context({});
    CHECK(make_client_tls_context({}) == of_the_system);

    // A file that has changed is read; one that is used no more is given back.
    const std::string path = certificates().path("changing.pem");
    std::ofstream(path) << certificates().text("ca.pem");
    TlsClientSettings changing;
    changing.trusted_authority = path;
    const auto before = make_client_tls_context(changing);
    std::ofstream(path) << certificates().text("other_ca.pem");
    const auto after = make_client_tls_context(changing);
    CHECK(after != before);
    CHECK(make_client_tls_context(changing) == after);
    std::filesystem::remove(path);
    CHECK_THROWS_AS((void)make_client_tls_context(changing), TlsSettingsError);
}

TEST_CASE("tls: connections keep the context that they share") {
    REQUIRE(certificates().made());
    NetworkFixture network;
    auto server = network.serve(tls_server("server"));
    TlsClientSettings settings;
    settings.trusted_authority = certificates().path("ca.pem");
    std::weak_ptr<boost::asio::ssl::context> shared;
    auto client = network.connect(tls_client(*server));
    REQUIRE(eventually([&] { return client->status().state == ConnectionState::connected; }));
    shared = make_client_tls_context(settings);
    CHECK_FALSE(shared.expired());
    auto another = network.connect(tls_client(*server));
    REQUIRE(eventually([&] { return another->status().state == ConnectionState::connected; }));
    CHECK(make_client_tls_context(settings) == shared.lock());
    CHECK(close_and_wait(*client));
    CHECK(close_and_wait(*another));
    CHECK(eventually([&] { return shared.expired(); }));
}

TEST_CASE("websocket TLS: a good certificate is accepted, by host name and by address, CA as path and as text") {
    REQUIRE(certificates().made());
    NetworkFixture network;
    TextConsumer consumer;
    auto server = network.serve(tls_server("server"));
    REQUIRE(server->status().last_error.empty());
    server->add_input(TableStream::messages, consumer.channel());
    CHECK(outcome(network, tls_client(*server)).empty());
    CHECK(outcome(network, tls_client(*server, "127.0.0.1")).empty());
    WebSocketOptions options = tls_client(*server);
    options.tls_ca_cert = certificates().text("ca.pem");
    auto client = network.connect(options);
    const std::string large(3'000'000, 'x');
    (void)client->send(text_message(large));
    for (int i = 0; i < 100; ++i) (void)client->send(text_message(std::to_string(i)));
    REQUIRE(eventually([&] { return consumer.has(101); }));
    CHECK((consumer.take()[0] == large));
    CHECK(consumer.take()[100] == "99");
    const std::vector<ConnectionTestStep> steps = test_and_wait(*client);
    REQUIRE(steps.size() == 4);
    CHECK(steps[2].step == "tls");
    CHECK(steps[2].detail == "TLSv1.3, CN=server");
    CHECK(close_and_wait(*client));
    CHECK(network.observer.last("client_disconnected").find("code 1000") != std::string::npos);
}

TEST_CASE("websocket TLS: bad certificates are refused, and the error says why") {
    REQUIRE(certificates().made());
    NetworkFixture network;
    {
        auto server = network.serve(tls_server("expired"));
        mentions(outcome(network, tls_client(*server)), "has expired on 20");
    }
    {
        auto server = network.serve(tls_server("elsewhere"));
        mentions(outcome(network, tls_client(*server)),
                 "wrong host: wanted \"localhost\", it is for elsewhere.example, 192.0.2.1");
        mentions(outcome(network, tls_client(*server, "127.0.0.1")), "wrong host: wanted \"127.0.0.1\"");
        WebSocketOptions unnamed = tls_client(*server);
        unnamed.tls_hostname_verification = false;
        CHECK(outcome(network, unnamed).empty());
    }
    auto server = network.serve(tls_server("server"));
    WebSocketOptions options = tls_client(*server);
    options.tls_ca_cert = certificates().path("other_ca.pem");
    mentions(outcome(network, options), "certificate authority \"CN=ca\" is unknown");
    options.tls_ca_cert.reset();
    mentions(outcome(network, options), "certificate authority \"CN=ca\" is unknown");
    options.tls_verify = false;
    CHECK(outcome(network, options).empty());
    {
        auto self_signed = network.serve(tls_server("ca"));
        options = tls_client(*self_signed);
        options.tls_ca_cert = certificates().path("other_ca.pem");
        mentions(outcome(network, options), "self-signed");
    }
    options.tls_ca_cert = certificates().path("no_such_file.pem");
    options.tls_verify = true;
    mentions(outcome(network, options), "tls_ca_cert: cannot read file");
}

TEST_CASE("websocket TLS: mutual TLS asks for a client certificate") {
    REQUIRE(certificates().made());
    NetworkFixture network;
    WebSocketOptions server_options = tls_server("server");
    server_options.tls_client_ca = certificates().path("ca.pem");
    auto server = network.serve(server_options);
    WebSocketOptions options = tls_client(*server);
    mentions(outcome(network, options), "requires a client certificate");
    options.tls_client_cert = certificates().path("client.pem");
    options.tls_client_key = certificates().text("client.key");
    CHECK(outcome(network, options).empty());
    options.tls_client_cert = certificates().path("other_ca.pem");
    options.tls_client_key = certificates().path("other_ca.key");
    mentions(outcome(network, options), "authority of our certificate");
    options.tls_client_key = certificates().path("client.key");
    mentions(outcome(network, options), "tls_client_key does not belong to the certificate");
}

TEST_CASE("websocket TLS: plain and encrypted peers that meet are told so") {
    REQUIRE(certificates().made());
    NetworkFixture network;
    auto plain = network.serve();
    mentions(outcome(network, tls_client(*plain)), "does not speak TLS");
    auto encrypted = network.serve(tls_server("server"));
    CHECK_FALSE(outcome(network, NetworkFixture::client_options(encrypted->port())).empty());
    WebSocketOptions broken = NetworkFixture::server_options();
    broken.tls_cert = certificates().path("server.pem");
    auto server = network.serve(broken);
    CHECK(server->status().state == ConnectionState::failed);
    CHECK(server->status().last_error == "tls_cert needs tls_key");
}

}  // namespace laminar
