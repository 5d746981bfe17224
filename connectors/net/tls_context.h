#pragma once

#include <openssl/types.h>

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <stdexcept>
#include <string>

namespace laminar {

/// A TLS option that cannot be used; what() names the option and what is wrong with it.
class TlsSettingsError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Each text is a path of a file or PEM itself. Empty means absent.
struct TlsClientSettings {
    bool verify = true;             ///< The server's certificate chain.
    bool verify_host = true;        ///< That the certificate is for the host we wanted; only with verify.
    std::string trusted_authority;  ///< Trusted instead of the system's authorities.
    std::string certificate;        ///< Chain of our own, for mutual TLS.
    std::string private_key;
};

struct TlsServerSettings {
    std::string certificate;
    std::string private_key;
    std::string client_authority;  ///< When given, clients must show a certificate of it.
};

/// Contexts with TLS 1.2 as the floor. Throw TlsSettingsError. Any thread. Clients with the same settings share one, as
/// long as one of them uses it and the files behind it (the system's authorities among them) are as they were: the
/// authorities are a large part of what a connection costs. What differs from connection to connection is set on the
/// connection (prepare_client_tls).
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_client_tls_context(const TlsClientSettings& settings);
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_server_tls_context(const TlsServerSettings& settings);

/// What verification found wrong with the peer's certificate; filled during the handshake.
struct TlsPeerReport {
    int verify_error = 0;  ///< X509_V_ERR_...; 0: nothing.
    std::string subject;   ///< Of the certificate at fault.
    std::string issuer;
    std::string names;       ///< DNS names and addresses of the peer's own certificate, comma-separated.
    std::string expires_at;  ///< Of the certificate at fault.
    std::string valid_from;
    bool peer_is_client = false;  ///< We are the server.
};

/// Sets server name indication and host-name verification on a connection about to shake hands. The report must live as
/// long as the connection.
void prepare_client_tls(SSL* connection, const std::string& host, const TlsClientSettings& settings,
                        TlsPeerReport& report);
void prepare_server_tls(SSL* connection, TlsPeerReport& report);

/// Why a handshake failed, in words: expired, self-signed, unknown authority, wrong host (and the names the certificate
/// has), missing client certificate, or what OpenSSL says.
[[nodiscard]] std::string describe_tls_failure(const boost::system::error_code& error, const TlsPeerReport& report,
                                               const std::string& host);
/// "TLSv1.3, CN=example.com".
[[nodiscard]] std::string describe_tls_connection(SSL* connection);
/// Subject of the peer's certificate; empty without one.
[[nodiscard]] std::string tls_peer_subject(SSL* connection);

}  // namespace laminar
