"""A real PostgreSQL server for tests: its own data folder and user, on a unix socket and on loopback with TLS."""

from __future__ import annotations

import datetime
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SYSTEM_USER = "postgres"
PASSWORD = "only-for-tests"


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl: the newest that Debian's package put down, else what is on the PATH."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    found = packaged[-1] if packaged else shutil.which("pg_ctl")
    return Path(found).parent if found else None


def why_not() -> str:
    """Why no server can be started here, "" when one can."""
    if binaries() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            return f"the server does not run as root, and there is no user {SYSTEM_USER}"
    return ""


class Server:
    """A running server. `socket_address` and `tls_address` name the database `name` of the user `name`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hooks-pg-"))
        self.data = self.folder / "data"
        self.bin = binaries()
        assert self.bin is not None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, SYSTEM_USER)
        self._as_server("initdb", "-D", str(self.data), "-U", "admin", "-E", "UTF8", "--no-sync", "-A", "trust")
        self.certificate = self.folder / "server.crt"
        self._write_certificate(self.folder / "server.key")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{self.folder}'\n"
                f"ssl = on\nssl_cert_file = '{self.certificate}'\nssl_key_file = '{self.folder}/server.key'\n"
                "max_connections = 300\nlog_statement = 'all'\nlogging_collector = off\nshared_buffers = 32MB\n"
            )
        (self.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        self.start()

    def start(self) -> None:
        self._as_server("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-t", "60", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._as_server("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, name: str) -> None:
        """A new database, and a user of that name who owns it."""
        self.sql("postgres", f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        self.sql("postgres", f"CREATE DATABASE {name} OWNER {name}")

    def sql(self, database: str, statement: str) -> str:
        """What psql prints for a statement of the administrator."""
        assert self.bin is not None
        done = subprocess.run(
            [self.bin / "psql", "-h", self.folder, "-p", str(self.port), "-U", "admin", "-d", database, "-qAtX", "-c", statement],
            capture_output=True,
            text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def socket_address(self, name: str) -> str:
        return f"postgresql://{name}@/{name}?host={self.folder}&port={self.port}"

    def tls_address(self, name: str) -> str:
        return f"postgresql://{name}@127.0.0.1:{self.port}/{name}?sslmode=verify-full&sslrootcert={self.certificate}"

    def passwords(self, path: Path) -> Path:
        """A file as PGPASSFILE names it, for all users of this server."""
        path.write_text(f"127.0.0.1:{self.port}:*:*:{PASSWORD}\n")
        path.chmod(0o600)
        return path

    def _as_server(self, program: str, *words: str) -> None:
        assert self.bin is not None
        become = ["runuser", "-u", SYSTEM_USER, "--"] if os.geteuid() == 0 else []
        # Its output goes to a file: the server inherits it, and a pipe would stay open as long as it runs.
        with open(os.devnull, "rb") as nothing, tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [*become, str(self.bin / program), *words], stdin=nothing, stdout=said, stderr=said, cwd=self.folder
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()

    def _write_certificate(self, key_path: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        key_path.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(key_path, SYSTEM_USER)
