// What pgjdbc makes of laminar serve: told its port, it prints a line for each thing that went well, and ends with an
// exception at the first that did not. Run as a single file: java -cp postgresql.jar JdbcClient.java PORT

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import java.util.UUID;
import java.io.StringReader;
import java.io.StringWriter;

public class JdbcClient {
    static String url;

    static void expect(Object wanted, Object got, String what) {
        if (!Objects.deepEquals(wanted, got)) throw new AssertionError(what + ": wanted " + wanted + ", got " + got);
    }

    static Connection connect(String... settings) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "alice");
        for (int i = 0; i < settings.length; i += 2) properties.setProperty(settings[i], settings[i + 1]);
        return DriverManager.getConnection(url, properties);
    }

    static List<String> column(ResultSet rows, String name) throws SQLException {
        List<String> values = new ArrayList<>();
        while (rows.next()) values.add(rows.getString(name));
        return values;
    }

    static void metadata() throws SQLException {
        try (Connection connection = connect()) {
            var meta = connection.getMetaData();
            expect("PostgreSQL", meta.getDatabaseProductName(), "product");
            expect(Arrays.asList("items", "ticks"), column(meta.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME"), "tables");
            expect(Arrays.asList("dear"), column(meta.getTables(null, "public", "%", new String[] {"VIEW"}), "TABLE_NAME"), "views");
            expect(Arrays.asList("id", "name", "price"), column(meta.getColumns(null, "public", "items", "%"), "COLUMN_NAME"), "columns");
            expect(Arrays.asList("int8", "text", "numeric"), column(meta.getColumns(null, "public", "items", "%"), "TYPE_NAME"), "types");
            expect(Arrays.asList("id"), column(meta.getPrimaryKeys(null, "public", "items"), "COLUMN_NAME"), "key");
            expect(Arrays.asList("items_pkey"), column(meta.getIndexInfo(null, "public", "items", true, false), "INDEX_NAME"), "index");
            if (!new TreeSet<>(column(meta.getSchemas(), "TABLE_SCHEM")).containsAll(Arrays.asList("public", "system"))) throw new AssertionError("schemas");
            expect(Arrays.asList("laminar"), column(meta.getCatalogs(), "TABLE_CAT"), "catalogs");
            if (!column(meta.getTypeInfo(), "TYPE_NAME").contains("numeric")) throw new AssertionError("type info");
            column(meta.getTableTypes(), "TABLE_TYPE");
            column(meta.getProcedures(null, null, "%"), "PROCEDURE_NAME");
            column(meta.getFunctions(null, "public", "%"), "FUNCTION_NAME");
            column(meta.getImportedKeys(null, "public", "items"), "FK_NAME");
            column(meta.getExportedKeys(null, "public", "items"), "FK_NAME");
            column(meta.getTablePrivileges(null, "public", "items"), "PRIVILEGE");
            column(meta.getColumnPrivileges(null, "public", "items", "%"), "PRIVILEGE");
            column(meta.getBestRowIdentifier(null, "public", "items", 0, true), "COLUMN_NAME");
            column(meta.getUDTs(null, "public", "%", null), "TYPE_NAME");
            column(meta.getClientInfoProperties(), "NAME");
            // Those that are not of SQL:2003.
            List<String> keywords = Arrays.asList(meta.getSQLKeywords().split(","));
            if (!keywords.contains("limit") || keywords.contains("select")) throw new AssertionError("keywords: " + keywords);
            meta.getMaxColumnNameLength();
        }
        System.out.println("metadata");
    }

    /** As text first, and in binary once the driver has prepared it. */
    static void values() throws SQLException {
        Object[][] cases = {
            {"BOOLEAN", true}, {"SMALLINT", (short) -7}, {"INTEGER", 2147483647}, {"BIGINT", Long.MIN_VALUE}, {"REAL", 0.5f}, {"DOUBLE", -1e300},
            {"DECIMAL(20,4)", new BigDecimal("-1234567890.1250")}, {"TEXT", "it's; -- $1 \" äöü"}, {"DATE", LocalDate.of(2026, 1, 2)},
            {"TIME", LocalTime.of(3, 4, 5, 500_000_000)}, {"TIMESTAMP", LocalDateTime.of(2026, 1, 2, 3, 4, 5, 250_000_000)},
            {"TIMESTAMPTZ", OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC)}, {"UUID", UUID.fromString("12345678-1234-1234-1234-123456789abc")}};
        try (Connection connection = connect("prepareThreshold", "2")) {
            for (Object[] each : cases) {
                try (PreparedStatement statement = connection.prepareStatement("SELECT ?::" + each[0] + " AS x, ?::" + each[0] + " IS NULL AS missing")) {
                    for (int round = 0; round < 4; ++round) {
                        statement.setObject(1, each[1]);
                        statement.setNull(2, Types.OTHER);
                        try (ResultSet rows = statement.executeQuery()) {
                            rows.next();
                            expect(each[1], rows.getObject(1, each[1].getClass()), each[0] + " in round " + round);
                            expect(true, rows.getBoolean(2), "null of " + each[0]);
                        }
                    }
                }
            }
            try (PreparedStatement statement = connection.prepareStatement("SELECT ?::BLOB, ?::INTEGER[], ?::TEXT[]")) {
                for (int round = 0; round < 4; ++round) {
                    statement.setBytes(1, new byte[] {0, -1, 39, 92});
                    statement.setArray(2, connection.createArrayOf("int4", new Integer[] {1, null, -3}));
                    statement.setArray(3, connection.createArrayOf("text", new String[] {"a,b", "q\"\\", null, "null", ""}));
                    try (ResultSet rows = statement.executeQuery()) {
                        rows.next();
                        expect(new byte[] {0, -1, 39, 92}, rows.getBytes(1), "bytes");
                        expect(new Integer[] {1, null, -3}, (Object[]) rows.getArray(2).getArray(), "numbers");
                        expect(new String[] {"a,b", "q\"\\", null, "null", ""}, (Object[]) rows.getArray(3).getArray(), "texts");
                    }
                }
            }
        }
        System.out.println("values");
    }

    static void batches() throws SQLException {
        try (Connection connection = connect("reWriteBatchedInserts", "true")) {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO items VALUES (?, ?, ?)")) {
                for (long id = 100; id < 150; ++id) {
                    insert.setLong(1, id);
                    insert.setString(2, "item " + id);
                    insert.setBigDecimal(3, new BigDecimal("2.50"));
                    insert.addBatch();
                }
                expect(50, insert.executeBatch().length, "batch");
                insert.setLong(1, 100);
                insert.setString(2, "again");
                insert.setBigDecimal(3, null);
                insert.addBatch();
                try {
                    insert.executeBatch();
                    throw new AssertionError("a key that is there twice");
                } catch (BatchUpdateException error) {
                    expect("23505", error.getSQLState(), "state of a key that is there twice");
                }
            }
            connection.setAutoCommit(false);
            try (PreparedStatement select = connection.prepareStatement("SELECT id FROM items WHERE id >= ? ORDER BY id")) {
                select.setFetchSize(7);
                select.setLong(1, 100);
                try (ResultSet rows = select.executeQuery()) {
                    long next = 100;
                    while (rows.next()) expect(next++, rows.getLong(1), "row");
                    expect(150L, next, "rows");
                }
            }
            connection.commit();
        }
        System.out.println("batches");
    }

    static void transactions() throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setReadOnly(false);
            try (Statement statement = connection.createStatement()) {
                Savepoint savepoint = connection.setSavepoint("here");
                try {
                    statement.executeQuery("SELECT nam FROM items");
                    throw new AssertionError("a column that there is not");
                } catch (SQLException error) {
                    expect("42703", error.getSQLState(), "state");
                    var told = ((org.postgresql.util.PSQLException) error).getServerErrorMessage();
                    expect(8, told.getPosition(), "position");
                    expect("did you mean \"name\"?", told.getHint(), "hint");
                }
                connection.rollback(savepoint);
                statement.executeQuery("SELECT 1").close();
                connection.releaseSavepoint(connection.setSavepoint());
            }
            connection.rollback();
            connection.setAutoCommit(true);
            expect(true, connection.isValid(5), "valid");
        }
        System.out.println("transactions");
    }

    static void cancels() throws Exception {
        String endless = "SELECT count(*) FROM range(1000000000000) AS r(i) WHERE hash(i) = 1";
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            Thread canceller = new Thread(() -> {
                try {
                    // Until it meets the statement, which may not have begun yet. Statement.cancel() asks once.
                    while (!Thread.interrupted()) {
                        connection.unwrap(org.postgresql.PGConnection.class).cancelQuery();
                        Thread.sleep(20);
                    }
                } catch (SQLException | InterruptedException ended) {
                    // The statement has.
                }
            });
            canceller.start();
            try {
                statement.executeQuery(endless);
                throw new AssertionError("an endless statement");
            } catch (SQLException error) {
                expect("57014", error.getSQLState(), "state of what was cancelled");
            }
            canceller.interrupt();
            canceller.join();
        }
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(2);
            try {
                statement.executeQuery(endless);
                throw new AssertionError("an endless statement");
            } catch (SQLException error) {
                expect("57014", error.getSQLState(), "state of what took too long");
            }
        }
        System.out.println("cancels");
    }

    static void copies() throws Exception {
        try (Connection connection = connect()) {
            var manager = connection.unwrap(org.postgresql.PGConnection.class).getCopyAPI();
            expect(2L, manager.copyIn("COPY items FROM STDIN (FORMAT csv)", new StringReader("200,\"a, b\",1.25\n201,,\n")), "copied in");
            StringWriter out = new StringWriter();
            manager.copyOut("COPY (SELECT * FROM items WHERE id >= 200 ORDER BY id) TO STDOUT (FORMAT csv)", out);
            expect("200,\"a, b\",1.25\n201,,\n", out.toString(), "copied out");
        }
        System.out.println("copies");
    }

    static void subscribes() throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("DECLARE c CURSOR FOR SUBSCRIBE TO ticks");
                long seen = 0;
                while (seen < 20) {
                    try (ResultSet rows = statement.executeQuery("FETCH 10 FROM c")) {
                        while (rows.next()) ++seen;
                    }
                }
                statement.execute("CLOSE c");
            }
            connection.rollback();
        }
        System.out.println("subscribes");
    }

    public static void main(String[] arguments) throws Exception {
        url = "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/laminar";
        metadata();
        values();
        batches();
        transactions();
        cancels();
        copies();
        subscribes();
    }
}
