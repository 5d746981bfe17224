"""laminar under a service manager: what it is told over NOTIFY_SOCKET, and the unit in packaging/."""

import os
import re
import shutil
import signal
import socket
import subprocess
import unittest

from laminar_process import LIMIT_SECONDS, PROJECT, Laminar, LaminarTestCase, binary

UNIT = PROJECT / "packaging" / "laminar.service"


class Manager:
    """The side of systemd: a socket that takes what a service says."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(LIMIT_SECONDS)
        self.lines = []

    def wait_for(self, line):
        while line not in self.lines:
            self.lines += self.socket.recv(4096).decode().split("\n")

    def drain(self):
        self.socket.setblocking(False)
        try:
            while True:
                self.lines += self.socket.recv(4096).decode().split("\n")
        except BlockingIOError:
            return self.lines


class NotifyTest(LaminarTestCase):
    def manager(self, address=None):
        address = address or str(self.temporary_folder() / "notify")
        manager = Manager(address)
        self.addCleanup(manager.socket.close)
        return manager, {"NOTIFY_SOCKET": address}

    def start(self, script, environment, *arguments):
        laminar = Laminar("run", "--log-level", "warn", *arguments, "-e", script, environment=environment)
        self.addCleanup(laminar.__exit__)
        return laminar

    STREAM = "CREATE TABLE ticks WITH (connector = 'generator', rows_per_second = 10); CREATE PIPELINE p AS SELECT * FROM ticks;"

    def test_a_service_from_its_start_to_its_end(self):
        manager, environment = self.manager()
        laminar = self.start(self.STREAM, environment)
        manager.wait_for("READY=1")
        self.assertNotIn("STOPPING=1", manager.lines)
        laminar.process.terminate()
        manager.wait_for("STOPPING=1")
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        lines = manager.drain()
        self.assertEqual(lines.count("READY=1"), 1)
        self.assertIn("STATUS=running", lines)
        self.assertFalse([line for line in lines if line.startswith("WATCHDOG")], "nobody watches")

    def test_it_is_ready_only_when_its_scripts_have_run(self):
        manager, environment = self.manager()
        laminar = self.start(self.STREAM + "WAIT FOR ticks COUNT 1000000", environment)
        manager.wait_for("STATUS=executing scripts")
        laminar.process.terminate()
        laminar.wait()
        self.assertNotIn("READY=1", manager.drain())

    def test_a_script_that_fails_is_never_ready(self):
        manager, environment = self.manager()
        self.assertEqual(self.start("SELECT nothing", environment).wait(), 1)
        self.assertNotIn("READY=1", manager.drain())

    def test_servers_listen_when_it_is_ready(self):
        manager, environment = self.manager("@laminar-test-%d" % os.getpid())
        script = self.temporary_folder() / "service.sql"
        script.write_text("CREATE TABLE t (n INT);")
        laminar = Laminar("serve", script, "--postgres", "127.0.0.1:0", environment=environment)
        self.addCleanup(laminar.__exit__)
        manager.wait_for("READY=1")
        line = laminar.stderr.wait_for(lambda line: "127.0.0.1:" in line, "address")
        port = int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])
        socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS).close()
        laminar.process.terminate()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_the_watchdog_is_fed(self):
        manager, environment = self.manager()
        laminar = self.start(self.STREAM, {**environment, "WATCHDOG_USEC": "300000"})
        for _ in range(5):
            manager.wait_for("WATCHDOG=1")
            manager.lines.remove("WATCHDOG=1")
        laminar.process.terminate()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_the_watchdog_of_another_process_is_not(self):
        manager, environment = self.manager()
        laminar = self.start(self.STREAM, {**environment, "WATCHDOG_USEC": "300000", "WATCHDOG_PID": "1"})
        manager.wait_for("READY=1")
        laminar.process.terminate()
        laminar.wait()
        self.assertNotIn("WATCHDOG=1", manager.drain())

    def test_a_manager_that_cannot_be_told_holds_nothing_up(self):
        for address, said in ((str(self.temporary_folder() / "none"), "the service manager cannot be told how this process is doing (NOTIFY_SOCKET): No such file"),
                              ("relative", 'NOTIFY_SOCKET: "relative" is no socket that can be written to'),
                              ("/" + "x" * 200, "is no socket that can be written to")):
            with self.subTest(address):
                laminar = self.start("SELECT 1 AS one", {"NOTIFY_SOCKET": address}, "--once")
                self.assertEqual(laminar.wait(), 0)
                self.assertEqual(laminar.stderr.text.count(said), 1, laminar.stderr.text)


class UnitTest(LaminarTestCase):
    def settings(self):
        return re.findall(r"^([A-Za-z]+)=(.*)$", UNIT.read_text(), re.MULTILINE)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not there")
    def test_systemd_understands_it(self):
        """With the program where this one is: systemd looks whether it is there."""
        unit = self.temporary_folder() / "laminar.service"
        unit.write_text(UNIT.read_text().replace("/usr/bin/laminar ", f"{binary()} "))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=LIMIT_SECONDS)
        complaints = [line for line in (done.stdout + done.stderr).splitlines() if "laminar" in line]
        self.assertEqual((complaints, done.returncode), ([], 0), done.stdout + done.stderr)

    def test_what_it_starts_starts(self):
        """Its command line, as systemd makes it of the unit, with the directories and the credentials of systemd."""
        folder = self.temporary_folder()
        state, credentials = folder / "state", folder / "credentials"
        credentials.mkdir()
        (credentials / "feed_token").write_text("hunter2hunter2")
        script = folder / "laminar.sql"
        script.write_text("""CREATE CONNECTION IF NOT EXISTS feed TO websocket (endpoint = 'ws://127.0.0.1:1/', mode = 'client', format = 'json',
                                                                  headers = MAP {'Authorization': '${secret:feed_token}'});
                             CREATE TABLE IF NOT EXISTS t (n INT);""")
        settings = dict(self.settings())
        command = settings["ExecStart"].replace("${STATE_DIRECTORY}", str(state)).replace("${CREDENTIALS_DIRECTORY}", str(credentials))
        command = command.replace("/etc/laminar/laminar.sql", str(script)).replace(":5433", ":0").replace(":8433", ":0")
        self.assertEqual(settings["Type"], "notify")
        manager = Manager(str(folder / "notify"))
        self.addCleanup(manager.socket.close)
        watchdog = int(settings["WatchdogSec"]) * 1_000_000
        environment = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": str(watchdog)}
        for _ in range(2):
            laminar = Laminar(*command.split()[1:], environment=environment)
            self.addCleanup(laminar.__exit__)
            manager.lines.clear()
            manager.wait_for("READY=1")
            manager.wait_for("WATCHDOG=1")
            # systemd's reload, and its stop.
            laminar.process.send_signal(signal.SIGHUP)
            laminar.stderr.wait_for(lambda line: "secrets reloaded" in line, "reload")
            laminar.process.terminate()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertTrue((state / "laminar.duckdb").exists())

    def test_it_is_hardened(self):
        settings = dict(self.settings())
        for name, value in (("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("ProtectHome", "yes"), ("DynamicUser", "yes"), ("StateDirectory", "laminar"),
                            ("StateDirectoryMode", "0700"), ("UMask", "0077"), ("CapabilityBoundingSet", "")):
            self.assertEqual(settings[name], value, name)


if __name__ == "__main__":
    unittest.main()
