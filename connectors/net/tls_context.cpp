#include "connectors/net/tls_context.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509err.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

#include "catalog/threads/mutex.h"

namespace laminar {

namespace net = boost::asio;

namespace {

constexpr std::streamsize largest_pem = 4 << 20;

/// The PEM text that an option stands for: itself, or what the file holds.
std::string load_pem(const std::string& value, std::string_view option) {
    if (value.find("-----BEGIN ") != std::string::npos) return value;
    std::ifstream file(value, std::ios::binary);
    if (!file) throw TlsSettingsError(fmt::format("{}: cannot read file \"{}\"", option, value));
    std::string text(static_cast<std::size_t>(largest_pem) + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > static_cast<std::size_t>(largest_pem)) {
        throw TlsSettingsError(fmt::format("{}: file \"{}\" is too large for a certificate", option, value));
    }
    if (text.find("-----BEGIN ") == std::string::npos) {
        throw TlsSettingsError(fmt::format("{}: file \"{}\" holds no PEM text", option, value));
    }
    return text;
}

void check(const boost::system::error_code& error, std::string_view option, std::string_view what) {
    if (error) throw TlsSettingsError(fmt::format("{}: {}: {}", option, what, error.message()));
}

void use_certificate(net::ssl::context& context, const std::string& certificate, const std::string& key,
                     std::string_view certificate_option, std::string_view key_option) {
    boost::system::error_code error;
    const std::string chain = load_pem(certificate, certificate_option);
    context.use_certificate_chain(net::buffer(chain), error);
    check(error, certificate_option, "not a usable certificate");
    if (key.empty()) throw TlsSettingsError(fmt::format("{} needs {}", certificate_option, key_option));
    const std::string private_key = load_pem(key, key_option);
    context.use_private_key(net::buffer(private_key), net::ssl::context::pem, error);
    const auto code = static_cast<unsigned long>(error.value());
    const bool foreign = error.category() == net::error::get_ssl_category() && ERR_GET_LIB(code) == ERR_LIB_X509 &&
                         ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
    if (!foreign) check(error, key_option, "not a usable private key");
    if (foreign || SSL_CTX_check_private_key(context.native_handle()) != 1) {
        ERR_clear_error();
        throw TlsSettingsError(
            fmt::format("{} does not belong to the certificate of {}", key_option, certificate_option));
    }
}

void set_floor(net::ssl::context& context) {
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
    // An idle connection gives its record buffers back.
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
}

std::string name_text(const X509_NAME* name) {
    if (!name) return {};
    BIO* memory = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* data = nullptr;
    const long length = BIO_get_mem_data(memory, &data);
    std::string text(data, static_cast<std::size_t>(length));
    BIO_free(memory);
    return text;
}

std::string time_text(const ASN1_TIME* time) {
    tm parts{};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string alternative_names(X509* certificate) {
    std::string text;
    auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = names ? sk_GENERAL_NAME_num(names) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        std::string one;
        if (name->type == GEN_DNS) {
            one.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                       static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            const unsigned char* bytes = ASN1_STRING_get0_data(name->d.iPAddress);
            const int length = ASN1_STRING_length(name->d.iPAddress);
            if (length == 4) {
                one = fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
            } else if (length == 16) {
                for (int part = 0; part < 16; part += 2) {
                    one += fmt::format("{}{:x}", part ? ":" : "", (bytes[part] << 8) | bytes[part + 1]);
                }
            }
        }
        if (one.empty()) continue;
        if (!text.empty()) text += ", ";
        text += one;
    }
    GENERAL_NAMES_free(names);
    return text;
}

int report_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// Notes the first problem; the verdict stays OpenSSL's.
int note_verification(int verified, X509_STORE_CTX* store) {
    if (verified) return verified;
    auto* connection = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* report = connection ? static_cast<TlsPeerReport*>(SSL_get_ex_data(connection, report_index())) : nullptr;
    if (!report || report->verify_error != 0) return verified;
    report->verify_error = X509_STORE_CTX_get_error(store);
    if (X509* certificate = X509_STORE_CTX_get_current_cert(store)) {
        report->subject = name_text(X509_get_subject_name(certificate));
        report->issuer = name_text(X509_get_issuer_name(certificate));
        report->expires_at = time_text(X509_get0_notAfter(certificate));
        report->valid_from = time_text(X509_get0_notBefore(certificate));
    }
    if (X509* own = X509_STORE_CTX_get0_cert(store)) report->names = alternative_names(own);
    return verified;
}

bool is_address(const std::string& host) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
    if (!address) {
        ERR_clear_error();
        return false;
    }
    ASN1_OCTET_STRING_free(address);
    return true;
}

std::string describe_verification(const TlsPeerReport& report, const std::string& host) {
    const char* trust = report.peer_is_client ? "tls_client_ca" : "tls_ca_cert";
    switch (report.verify_error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fmt::format("certificate of \"{}\" has expired on {}", report.subject, report.expires_at);
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("certificate of \"{}\" is not valid before {}", report.subject, report.valid_from);
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return fmt::format("certificate of \"{}\" is self-signed and not trusted ({} can name it)", report.subject,
                               trust);
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return fmt::format(
                "certificate authority \"{}\" is unknown, its certificate is self-signed ({} can name it)",
                report.subject, trust);
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return fmt::format("certificate authority \"{}\" is unknown ({} can name it)", report.issuer, trust);
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return fmt::format("certificate is for the wrong host: wanted \"{}\", it is for {}", host,
                               report.names.empty() ? "\"" + report.subject + "\"" : report.names);
        default:
            return fmt::format("certificate of \"{}\" was refused: {}", report.subject,
                               X509_verify_cert_error_string(report.verify_error));
    }
}

std::string describe_alert(unsigned long code, bool peer_is_client) {
    if (ERR_GET_LIB(code) != ERR_LIB_SSL) return {};
    switch (ERR_GET_REASON(code)) {
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return "the server requires a client certificate (tls_client_cert, tls_client_key)";
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return "the client showed no certificate";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return "the peer does not know the authority of our certificate";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
            return "the peer refused our certificate";
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            return "the peer refused our certificate as expired";
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
            return "the peer refused the handshake (no common protocol or cipher, or a client certificate is required)";
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        case SSL_R_UNSUPPORTED_PROTOCOL:
            return "no common protocol version (TLS 1.2 is the least accepted)";
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
            return peer_is_client ? "the client does not speak TLS on this port"
                                  : "the peer does not speak TLS on this port";
        default:
            return {};
    }
}

/// The same with the text of the files that are named, so that no two looks at one can differ.
TlsClientSettings with_loaded_files(const TlsClientSettings& settings) {
    TlsClientSettings loaded = settings;
    if (!settings.verify) loaded.trusted_authority.clear();
    if (!loaded.trusted_authority.empty())
        loaded.trusted_authority = load_pem(settings.trusted_authority, "tls_ca_cert");
    if (!settings.certificate.empty()) {
        loaded.certificate = load_pem(settings.certificate, "tls_client_cert");
        if (!settings.private_key.empty()) loaded.private_key = load_pem(settings.private_key, "tls_client_key");
    }
    return loaded;
}

std::shared_ptr<net::ssl::context> build_client_context(const TlsClientSettings& settings) {
    auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_client);
    set_floor(*context);
    boost::system::error_code error;
    if (settings.verify) {
        context->set_verify_mode(net::ssl::verify_peer);
        if (settings.trusted_authority.empty()) {
            context->set_default_verify_paths(error);
            check(error, "tls_verify", "the system's certificate authorities cannot be loaded");
        } else {
            context->add_certificate_authority(net::buffer(settings.trusted_authority), error);
            check(error, "tls_ca_cert", "not a usable certificate");
        }
    } else {
        context->set_verify_mode(net::ssl::verify_none);
    }
    if (!settings.certificate.empty()) {
        use_certificate(*context, settings.certificate, settings.private_key, "tls_client_cert", "tls_client_key");
    }
    return context;
}

/// Changes when a file is replaced or written to, or files come into a folder or go.
std::string state_of_file(const char* variable, const char* usual_path) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program changes its environment
    const char* path = std::getenv(variable);
    if (path == nullptr) path = usual_path;
    struct stat facts {};
    if (stat(path, &facts) != 0) return fmt::format("{} is not there", path);
    return fmt::format("{} {} {} {} {}.{}", path, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                       facts.st_mtim.tv_nsec);
}

/// Of everything that makes one context different from another. A digest: private keys are not kept for it.
std::string fingerprint(const TlsClientSettings& loaded) {
    std::string text = fmt::format("{}", loaded.verify);
    if (loaded.verify && loaded.trusted_authority.empty()) {
        text += state_of_file(X509_get_default_cert_file_env(), X509_get_default_cert_file());
        text += state_of_file(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
    }
    for (const std::string* part : {&loaded.trusted_authority, &loaded.certificate, &loaded.private_key}) {
        text += fmt::format("\n{}\n", part->size()) + *part;
    }
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    const int done = EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                                EVP_sha256(), nullptr);
    OPENSSL_cleanse(text.data(), text.size());
    if (done != 1) throw TlsSettingsError("the TLS settings cannot be compared with those of others");
    digest.resize(size);
    return digest;
}

/// Contexts that are in use now. Thread-safe.
class SharedTlsContexts {
public:
    using Context = std::shared_ptr<net::ssl::context>;

    template <class Make>
    Context find_or_make(const std::string& key, const Make& make) {
        // Held while one is made: many that open at once wait for the first, instead of each making its own.
        const MutexLock lock(mutex_);
        std::weak_ptr<net::ssl::context>& known = contexts_[key];
        if (Context context = known.lock()) return context;
        std::erase_if(contexts_, [&key](const auto& entry) { return entry.first != key && entry.second.expired(); });
        Context made = make();
        contexts_[key] = made;
        return made;
    }

private:
    Mutex mutex_;
    std::map<std::string, std::weak_ptr<net::ssl::context>> contexts_;
};

}  // namespace

std::shared_ptr<net::ssl::context> make_client_tls_context(const TlsClientSettings& settings) {
    static SharedTlsContexts shared;
    const TlsClientSettings loaded = with_loaded_files(settings);
    return shared.find_or_make(fingerprint(loaded), [&loaded] { return build_client_context(loaded); });
}

std::shared_ptr<net::ssl::context> make_server_tls_context(const TlsServerSettings& settings) {
    auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_server);
    set_floor(*context);
    use_certificate(*context, settings.certificate, settings.private_key, "tls_cert", "tls_key");
    if (!settings.client_authority.empty()) {
        boost::system::error_code error;
        const std::string authority = load_pem(settings.client_authority, "tls_client_ca");
        context->add_certificate_authority(net::buffer(authority), error);
        check(error, "tls_client_ca", "not a usable certificate");
        context->set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert);
        // Resumption with client certificates needs an id context; every connection shakes hands in full instead.
        SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
    }
    return context;
}

void prepare_client_tls(SSL* connection, const std::string& host, const TlsClientSettings& settings,
                        TlsPeerReport& report) {
    SSL_set_ex_data(connection, report_index(), &report);
    const bool address = is_address(host);
    if (!address) SSL_set_tlsext_host_name(connection, host.c_str());
    if (!settings.verify) return;
    SSL_set_verify(connection, SSL_VERIFY_PEER, note_verification);
    if (!settings.verify_host) return;
    if (address) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str());
    } else {
        SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(connection, host.c_str());
    }
}

void prepare_server_tls(SSL* connection, TlsPeerReport& report) {
    report.peer_is_client = true;
    SSL_set_ex_data(connection, report_index(), &report);
    SSL_set_verify(connection, SSL_get_verify_mode(connection), note_verification);
}

std::string describe_tls_failure(const boost::system::error_code& error, const TlsPeerReport& report,
                                 const std::string& host) {
    if (report.verify_error != 0) return describe_verification(report, host);
    if (error.category() == net::error::get_ssl_category()) {
        std::string alert = describe_alert(static_cast<unsigned long>(error.value()), report.peer_is_client);
        if (!alert.empty()) return alert;
    }
    if (error == net::error::eof || error == net::ssl::error::stream_truncated) {
        return "the peer closed the connection during the handshake";
    }
    return error.message();
}

std::string tls_peer_subject(SSL* connection) {
    const X509* certificate = SSL_get0_peer_certificate(connection);
    return certificate ? name_text(X509_get_subject_name(certificate)) : std::string();
}

std::string describe_tls_connection(SSL* connection) {
    const std::string subject = tls_peer_subject(connection);
    return subject.empty() ? SSL_get_version(connection) : fmt::format("{}, {}", SSL_get_version(connection), subject);
}

}  // namespace laminar
