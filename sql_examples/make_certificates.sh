#!/bin/sh
# Makes the certificates that tls.sql and mutual_tls.sql use: an authority, a server for localhost, a client. They are
# files of a folder for --secrets-dir: ca_cert, server_cert, server_key, client_cert, client_key.
#
#   sql_examples/make_certificates.sh /tmp/certificates
#   laminar run --secrets-dir /tmp/certificates sql_examples/tls.sql
set -eu
folder=${1:?usage: make_certificates.sh FOLDER}
mkdir -p "$folder"
cd "$folder"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=example authority" \
    -keyout ca_key -out ca_cert 2>/dev/null

issue() { # NAME ALTERNATIVE_NAMES
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=example $1" \
        -keyout "$1_key" -out "$1_request" 2>/dev/null
    printf 'subjectAltName=%s\n' "$2" > "$1_extensions"
    openssl x509 -req -in "$1_request" -CA ca_cert -CAkey ca_key -CAcreateserial -days 30 \
        -extfile "$1_extensions" -out "$1_cert" 2>/dev/null
    rm "$1_request" "$1_extensions"
}

issue server DNS:localhost
issue client DNS:client
