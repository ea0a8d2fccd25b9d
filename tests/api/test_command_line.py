"""What the program says to people and to scripts: help, tables, colours, exit codes, completions, manual pages, progress."""

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import termios

import harness
import pytest
from harness import ENGINE

COLOUR = "\x1b["


@pytest.fixture
def shell(tmp_path):
    """Runs the program in a folder of its own."""

    def run(*arguments, environment=(), **options):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GUILDHALL_", "CLICOLOR", "NO_COLOR"))}
        options = {"stdin": subprocess.DEVNULL, "timeout": 60, "cwd": tmp_path} | options
        return subprocess.run([harness.BIN, *map(str, arguments)], env=clean | dict(environment), capture_output=True, text=True, **options)

    return run


def terminal(*arguments, columns=100, cwd, environment=()):
    """Runs the program on a terminal of so many columns: its exit status, and what was seen there."""
    child, screen = pty.fork()
    if child == 0:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GUILDHALL_", "CLICOLOR", "NO_COLOR"))}
        os.chdir(cwd)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(harness.BIN, [harness.BIN, *map(str, arguments)], clean | {"TERM": "xterm-256color"} | dict(environment))
    seen = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # the child has ended
            break
        if not part:
            break
        seen += part
    os.close(screen)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), seen.decode()


@pytest.fixture(scope="module")
def stored(postgres, tmp_path_factory):
    """A database with a project, and options that lead to it."""
    folder = tmp_path_factory.mktemp("stored")
    url = postgres.new_database() if postgres else f"sqlite:{folder}/guildhall.db"
    key = folder / "master.key"
    key.write_text("BwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSY=\n")
    key.chmod(0o600)
    options = ["--database-url", url, "--master-key-file", str(key)]
    made = subprocess.run([harness.BIN, "project", "create", "--name", "Acme", "--json", *options], capture_output=True, text=True, timeout=60)
    return options, json.loads(made.stdout)["project_id"]


# ---------------------------------------------------------------- help


def test_help_has_groups_and_a_commands_own_options_before_the_common_ones(shell):
    said = shell("--help").stdout
    assert re.search(r"^Data:\n  backup +\S.*\n  restore +\S.*\n  copy +\S.*\n\n", said, re.M)
    for group in ("Run", "Projects and people", "Keys and passwords", "This program", "Options", "Exit status"):
        assert f"\n{group}:\n" in said
    said = shell("help", "project", "create").stdout
    assert said == shell("project", "create", "--help").stdout
    places = [said.index(word) for word in ("\nOptions:\n", "--redirect-url <URL>", "\nDatabase and configuration:\n", "--config <PATH>", "\nExamples:\n")]
    assert places == sorted(places)
    said = shell("serve", "--help").stdout
    assert said.index("--listen") < said.index("Mail and text messages:") < said.index("--smtp-url") < said.index("--database-url")


@pytest.mark.parametrize(("arguments", "meant"), [
    (["prject"], "project"), (["project", "lst"], "list"), (["audit", "--projct", "x"], "--project"),
    (["project", "create", "--name", "x", "--environment", "lve"], "live"), (["serve", "--log-level", "wrn"], "warn"),
    (["member", "list", "--organization", "x", "--project", "x", "--status", "actve"], "active"), (["completions", "bsh"], "bash"),
])
def test_whoever_mistypes_is_told_what_they_may_have_meant(shell, arguments, meant):
    done = shell(*arguments)
    assert done.returncode == 2 and re.search(f"similar (subcommand|argument|value) exists: '{meant}'", done.stderr), done.stderr


def test_words_are_taken_in_the_ways_they_always_were(shell, stored):
    options, project = stored
    done = shell("project", "update", project, "--flow", "reset-password", "--add-redirect-url", "http://localhost:1/x", "--password-policy", "LUDS", *options)
    assert done.returncode == 0 and "http://localhost:1/x  reset_password" in done.stdout, done
    assert "password_policy = \"LUDS\"" in done.stdout


# ---------------------------------------------------------------- colours and tables


def test_colours_are_for_terminals_and_for_who_wants_them(shell, tmp_path, stored):
    options, _ = stored
    for command in (["--help"], ["doctor", *options], ["project", "list", *options]):
        assert COLOUR not in (plain := shell(*command).stdout) and plain
        assert COLOUR in shell(*command, environment={"CLICOLOR_FORCE": "1"}).stdout
        assert COLOUR in terminal(*command, cwd=tmp_path)[1]
        assert COLOUR not in terminal(*command, cwd=tmp_path, environment={"NO_COLOR": "1"})[1]
    code, seen = terminal("project", "show", "x", *options, cwd=tmp_path)
    assert code == 3 and f"{COLOUR}1m{COLOUR}31mguildhall:{COLOUR}0m " in seen, seen
    assert COLOUR not in shell("project", "show", "x", *options).stderr


def test_logs_have_no_colours_where_nobody_wants_them(shell, tmp_path, stored):
    options, _ = stored
    # One warning, and then it does not start.
    arguments = ["serve", "--listen", "127.0.0.1:0", "--public-url", "https://auth.example.com/sign-in", "--mail-from", "nobody", *options]
    code, seen = terminal(*arguments, cwd=tmp_path)
    assert code == 2 and f"{COLOUR}33m WARN{COLOUR}0m" in seen, seen
    seen = terminal(*arguments, cwd=tmp_path, environment={"NO_COLOR": "1"})[1]
    assert " WARN " in seen and COLOUR not in seen, seen
    assert " WARN " in (piped := shell(*arguments).stderr) and COLOUR not in piped


def test_a_table_keeps_to_the_terminal_but_not_in_a_pipe(shell, tmp_path, stored):
    options, project = stored
    name, origin = "株式会社" * 8, "https://a-rather-long-name-of-an-origin.example.com"
    shell("project", "update", project, "--name", name, "--add-origin", origin, *options)
    piped = shell("project", "list", *options).stdout.splitlines()
    assert piped[0].split() == ["PROJECT", "ENVIRONMENT", "ORIGINS", "NAME"] and piped[1].endswith(name)
    _, seen = terminal("project", "list", *options, columns=110, cwd=tmp_path)
    head, row = [re.sub(r"\x1b\[\d*m", "", line) for line in seen.splitlines()]
    # Each of these characters takes two columns.
    assert len(row) + sum(ord(c) > 0x3000 for c in row) <= 110 and project in row and "株式" in row and row.endswith("…")
    assert head.index("NAME") == row.index("株"), (head, row)


# ---------------------------------------------------------------- exit codes


def test_each_exit_code(shell, tmp_path, stored):
    options, project = stored
    nowhere = ["--database-url", "postgres://u:p@127.0.0.1:1/x"]
    (tmp_path / "bad.toml").write_text("listn = 1\n")
    for code, arguments in (
        (0, ["project", "show", project, *options]),
        (1, ["doctor", *options[:2], "--listen", "0.0.0.0:1"]),
        (1, ["project", "update", project, "--default-redirect-url", "nonsense", *options]),
        (2, ["project", "show"]), (2, ["nonsense"]), (2, ["project", "list", "--database-url", "mysql://x"]),
        (2, ["project", "list", "--config", "bad.toml"]), (2, ["serve", "--listen", "7400", *options]),
        (2, ["member", "show", "--project", project, "a@b.example", *options]),
        (3, ["project", "show", "project-test-00000000-0000-4000-8000-000000000000", *options]),
        (3, ["organization", "show", "--project", project, "nobody", *options]),
        (3, ["member", "show", "--project", project, "nobody", *options]),
        (3, ["session", "revoke", "--project", project, "nothing", *options]),
        (3, ["project", "remove-secret", project, "nothing", *options]),
        (3, ["sso", "explain", "nothing", *options]),
        (3, ["project", "list", "--database-url", "sqlite:none.db"]),
        (4, ["project", "list", *nowhere, *options[2:]]), (4, ["migrate", *nowhere]),
    ):
        done = shell(*arguments)
        assert done.returncode == code, (arguments, done)
        assert code == 0 or done.stderr, arguments


@pytest.mark.skipif(ENGINE != "sqlite", reason="any number of servers share one PostgreSQL")
def test_a_database_that_another_holds_is_not_available(server, shell):
    done = server.command("serve", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode == 4 and "already serving" in done.stderr


def test_a_failure_says_where_to_look_instead(shell, stored):
    options, project = stored
    for arguments, way in ((["project", "show", "x"], "guildhall project list"),
                           (["organization", "show", "x", "--project", project], "guildhall organization search"),
                           (["member", "show", "x", "--project", project], "guildhall member search"),
                           (["session", "show", "x", "--project", project], "guildhall session list"),
                           (["member", "show", "a@b.example", "--project", project], f"guildhall member search a@b.example --project {project}"),
                           (["project", "remove-secret", project, "x"], "guildhall project show")):
        assert way in shell(*arguments, *options).stderr, arguments


def test_a_public_url_with_a_path_is_warned_about(shell, start_server):
    """Clients drop the path (docs/behaviour.md); links keep it, for who has a proxy that takes it away."""
    url, words = "https://auth.example.com/sign-in/", "clients drop the path and ask auth.example.com at its root"
    assert words in start_server(arguments=["--public-url", url]).log()
    assert re.search(f"warn +public URL: .*{words}.*better give https://auth.example.com$", shell("doctor", "--public-url", url).stdout, re.M)
    assert "drop the path" not in shell("doctor", "--public-url", "https://auth.example.com/").stdout


def test_the_page_has_every_command_and_exit_code(shell):
    page = (harness.REPOSITORY / "docs/commands.md").read_text()
    told = []
    for cell in re.findall(r"^\| (`[a-z].*?) \|", page, re.M):
        names = re.findall(r"`([a-z -]+)`", cell)
        group = f"{names[0].split()[0]} " if " " in names[0] else ""
        told += [names[0], *(group + name for name in names[1:])]

    def commands(*path):
        said = shell(*path, "-h").stdout
        listed = re.findall(r"^  ([a-z-]+)  +\S", said.split("Options:")[0].split("Arguments:")[0], re.M)
        below = [name for name in listed if name != "help"]
        # What has commands of its own may do something by itself.
        own = [" ".join(path)] if path and (not below or f"Usage: guildhall {' '.join(path)} [OPTIONS]\n" in said) else []
        return own + [name for one in below for name in commands(*path, one)]

    assert sorted(told) == sorted(commands())
    codes = " ".join(f"{code} {meaning}" for code, meaning in re.findall(r"^\| (\d) \| (.*) \|$", page, re.M))
    assert " ".join(shell("help").stdout.split("Exit status:")[1].split()) == codes


# ---------------------------------------------------------------- shells and manuals


def test_bash_completes_commands_options_and_values(shell, tmp_path):
    script = tmp_path / "completions"
    script.write_text(shell("completions", "bash").stdout)
    ask = """source completions; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _guildhall guildhall "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[@]}" """
    def completed(*words):
        done = subprocess.run(["bash", "-c", ask, "bash", *words], cwd=tmp_path, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0 and not done.stderr, done
        return done.stdout.split()
    assert completed("guildhall", "org") == ["organization"]
    assert completed("guildhall", "session", "re") == ["revoke"]
    assert completed("guildhall", "keys", "rotate", "--mas") == ["--master", "--master-key-file"]
    assert completed("guildhall", "project", "create", "--environment", "l") == ["live"]
    # What help does not show is not offered either.
    assert "doors" not in script.read_text()


@pytest.mark.parametrize("name", ["zsh", "fish", "elvish", "powershell"])
def test_other_shells_have_their_scripts(shell, name):
    script = shell("completions", name).stdout
    assert "guildhall" in script and "organization" in script
    if program := shutil.which(name):
        assert subprocess.run([program, "-n"], input=script, capture_output=True, text=True, timeout=20).returncode == 0


def test_manual_pages(shell, tmp_path):
    shell("man", "--directory", "a/b")
    pages = {page.name: page.read_text() for page in (tmp_path / "a/b").iterdir()}
    assert {"guildhall.1", "guildhall-serve.1", "guildhall-project-create.1", "guildhall-session-revoke.1"} <= set(pages)
    assert not {"guildhall-doors.1", "guildhall-help.1"} & set(pages)
    assert pages["guildhall.1"] == shell("man").stdout
    for name, page in pages.items():
        assert page.isascii() and '.SH "EXIT STATUS"' in page, name
    assert ".SH EXAMPLES" in pages["guildhall-backup.1"]
    if groff := shutil.which("groff"):
        files = sorted(map(str, (tmp_path / "a/b").iterdir()))
        # Each page begins anew what the one before has set.
        read = subprocess.run([groff, "-man", "-ww", "-Tascii", "-z", *files], capture_output=True, text=True, timeout=60)
        assert read.returncode == 0 and read.stderr == "", read.stderr
    (tmp_path / "file").write_text("")
    done = shell("man", "--directory", "file")
    assert done.returncode == 1 and "--directory: cannot write to file" in done.stderr


# ---------------------------------------------------------------- progress


def test_progress_is_seen_on_a_terminal_and_nowhere_else(shell, tmp_path, stored, postgres):
    options, _ = stored
    key = options[2:]
    new = lambda: ["--database-url", postgres.new_database() if postgres else f"sqlite:{tmp_path}/{harness.unique()}.db", *key]  # noqa: E731
    code, seen = terminal("backup", "seen", *options, cwd=tmp_path)
    assert code == 0 and re.search(r"backup .* of \d+ rows", seen), seen
    for command, words in ((["restore", "seen"], ["check ", "restore ", " of [0-9.]+ [kKM]iB"]), (["migrate"], ["migrate ", "0001_first"])):
        code, seen = terminal(*command, *new(), cwd=tmp_path)
        assert code == 0 and all(re.search(word, seen) for word in words), (command, seen)
        quiet = shell(*command, *new())
        assert quiet.returncode == 0 and quiet.stderr == "" and COLOUR not in quiet.stdout, quiet
    copy = ["copy", "--from", options[1], "--to"]
    code, seen = terminal(*copy, new()[1], *key, cwd=tmp_path)
    assert code == 0 and re.search(r"copy .* of \d+ rows", seen), seen
    assert shell(*copy, new()[1], *key).stderr == ""
    quiet = shell("backup", "quiet", *options)
    assert quiet.stderr == "" and quiet.stdout.startswith("wrote ")
