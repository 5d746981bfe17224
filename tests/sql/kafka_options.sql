-- args: check {file}
-- What a connection and tables of Kafka may say; no broker is asked.
CREATE CONNECTION k TO kafka (bootstrap_servers = 'localhost:9092', client_options = MAP {'security.protocol': 'sasl_ssl', 'sasl.password': '${secret:kafka}'});
CREATE TABLE read (n BIGINT) WITH (connector = 'k', topic = 'numbers', format = 'json', group_id = 'g', offset = 'group');
CREATE TABLE written (n BIGINT) WITH (connector = 'k', topic = 'numbers', mode = 'sink', key_columns = 'n');
CREATE TABLE alone (n BIGINT) WITH (connector = 'kafka', bootstrap_servers = 'localhost:9092', topic = 'numbers');
CREATE TABLE without_topic (n BIGINT) WITH (connector = 'k', mode = 'sink');
CREATE TABLE wrong_topic (n BIGINT) WITH (connector = 'k', topic = 'a b');
CREATE TABLE wrong_offset (n BIGINT) WITH (connector = 'k', topic = 'a', offset = 'soon');
CREATE TABLE no_group (n BIGINT) WITH (connector = 'k', topic = 'a', offset = 'group');
CREATE TABLE both (n BIGINT) WITH (connector = 'k', topic = 'a', group_id = 'g', partition = 0);
CREATE TABLE no_fields (line TEXT) WITH (connector = 'k', topic = 'a', mode = 'sink', format = 'text', key_columns = 'line');
CREATE TABLE unknown (n BIGINT) WITH (connector = 'k', topic = 'a', topics = 'b');
CREATE CONNECTION no_servers TO kafka (topic = 'a');
CREATE CONNECTION unknown_setting TO kafka (bootstrap_servers = 'a', client_options = MAP {'no.such.setting': '1'});
CREATE CONNECTION wrong_setting TO kafka (bootstrap_servers = 'a', client_options = MAP {'socket.timeout.ms': 'soon'});
CREATE CONNECTION own_setting TO kafka (bootstrap_servers = 'a', client_options = MAP {'enable.idempotence': 'false'});
CREATE CONNECTION plain_secret TO kafka (bootstrap_servers = 'a', client_options = MAP {'sasl.password': 'hunter2'});
CREATE CONNECTION code TO kafka (bootstrap_servers = 'a', client_options = MAP {'plugin.library.paths': '/tmp/evil.so'});
CREATE CONNECTION shell_command TO kafka (bootstrap_servers = 'a', client_options = MAP {'sasl.kerberos.principal': 'x; touch /tmp/evil'});
ALTER CONNECTION k SET (bootstrap_servers = 'other:9092');
DROP CONNECTION k;
