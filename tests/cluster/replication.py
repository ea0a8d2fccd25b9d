"""A primary and a standby that confirms what the primary commits, with nothing that watches over them."""

import machines
from harness import until


class Standby(machines.Postgres):
    """A copy of a running server, which follows it."""

    def __init__(self, primary: machines.Postgres):
        self._primary = primary
        super().__init__()

    def _fill(self):
        self._run("pg_basebackup", "-h", "127.0.0.1", "-p", str(self._primary.port), "-U", "postgres", "-D", str(self.data),
                  "-R", "-c", "fast", "--no-sync")

    def _make_owner(self):
        """It came along with the copy."""

    def promote(self):
        self._run("pg_ctl", "-D", str(self.data), "-w", "promote")


class Pair:
    """Both of them. A commit is acknowledged when both have it."""

    def __init__(self):
        self.primary = machines.Postgres()
        self.standby = None
        try:
            self.standby = Standby(self.primary)
            self.primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.primary.sql("postgres", "SELECT pg_reload_conf()")
            until(lambda: self.primary.ask("SELECT sync_state FROM pg_stat_replication") == "sync", what="replication")
        except BaseException:
            self.stop()
            raise

    def new_database(self) -> str:
        """Only its name: how it is reached is the test's matter."""
        return self.primary.new_database().rsplit("/", 1)[1]

    def stop(self):
        for server in filter(None, (self.standby, self.primary)):
            server.stop()


def address(servers: list[machines.Postgres], database: str, query: str = "") -> str:
    """A connection string that names them all, in this order."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgres://{machines.Postgres.OWNER}@{hosts}/{database}{query}"
