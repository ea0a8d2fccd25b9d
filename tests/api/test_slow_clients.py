"""Clients that send half of something, or nothing: each has its time, all of them together have so much memory, and
others are served meanwhile.
"""

import base64
import contextlib
import json
import re
import socket
import threading
import urllib.parse

from harness import check_error_body, race, until

# How long to wait for what the server does after ten or thirty seconds.
PATIENCE = 120
PATH = "/v1/b2b/organizations"


def connect(server) -> socket.socket:
    address = urllib.parse.urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


def head(project, length: int, *lines: str) -> bytes:
    """The head of a request with a body of this length, in good order."""
    credentials = base64.b64encode(f"{project.project_id}:{project.secret}".encode()).decode()
    lines = [f"POST {PATH} HTTP/1.1", "Host: localhost", f"Authorization: Basic {credentials}", "Content-Type: application/json", f"Content-Length: {length}", *lines]
    return "\r\n".join([*lines, "", ""]).encode()


def rest(connection: socket.socket) -> bytes:
    """Everything until the server closes. That it does not is an error."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            got += part
    return got


def answer(got: bytes) -> tuple[int, bytes]:
    """Status and body."""
    before, _, body = got.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 \d{3} ", before), got[:300]
    return int(before.split()[1]), body


# ---------------------------------------------------------------- heads


def test_a_head_has_its_time(server, project):
    """As it does not come, nobody waits for it: not for the first one, and not for the next."""
    first = head(project, 2)

    def nothing(connection):
        return rest(connection)

    def half(connection):
        connection.sendall(first[:-10])
        return rest(connection)

    def half_of_a_second(connection):
        connection.sendall(first + b"{}")
        # The answer, so that what comes now is the next.
        with connection.makefile("rb", 0) as stream:
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert json.loads(stream.read(length))["status_code"] == 400
        connection.sendall(first[:20])
        return rest(connection)

    def one_byte(connection):
        connection.sendall(b"G")
        return rest(connection)

    def work(i):
        with connect(server) as connection:
            return (nothing, half, half_of_a_second, one_byte)[i](connection)

    silent, *begun = race(4, work)
    assert silent == b""
    for got in begun:
        assert isinstance(got, bytes), got
        assert answer(got) == (408, b"")
    # Others may have been refused in the same half minute, for which there is one line.
    until(lambda: re.search(r"a request could not be read: .*peer=", server.log()), what="a line in the log")


def test_a_head_has_its_size(server, project):
    """An answer says so; it is not cut off in the middle of what it sends."""
    plain = head(project, 2)

    def ask(*lines: str) -> int:
        with connect(server) as connection:
            connection.sendall(head(project, 2, "Connection: close", *lines) + b"{}")
            return answer(rest(connection))[0]

    assert ask() == 400
    # What fits is no more than a request with odd headers.
    assert ask(f"X-Large: {'x' * (15_000 - len(plain))}") == 400
    assert ask(*(f"X-{i}: y" for i in range(80))) == 400
    assert ask(f"X-Large: {'x' * 200_000}") == 431
    assert ask(f"X-Large: {'x' * 2_000_000}") == 431
    assert ask(*(f"X-{i}: y" for i in range(200))) == 431


# ---------------------------------------------------------------- bodies

STRANGERS = 300
ANNOUNCED = 1 << 20
# What the server keeps of bodies, of all of them together.
BODIES = 64 << 20
# What it keeps of a connection: two buffers, each as long as a head may be, and what of a body does not count.
CONNECTION = 2 * (80 << 10) + (8 << 10)


def memory(server) -> int:
    """Bytes that the server has in memory, its own code aside."""
    with open(f"/proc/{server.process.pid}/status") as status:
        [kilobytes] = [line.split()[1] for line in status if line.startswith("RssAnon:")]
    return int(kilobytes) * 1024


def test_half_bodies_take_no_more_memory_than_they_may(start_server):
    """300 strangers who announce a megabyte each and send half of it. It took 493 MiB once, and they stayed for ever."""
    server = start_server(smtp=False)
    project = server.project()
    organization = project.organization()
    path = f"{PATH}/{organization.organization_id}"
    half = b" " * (ANNOUNCED // 2)
    before = memory(server)

    def stranger():
        with connect(server) as connection:
            # Whoever is refused before may see that while sending.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(head(project, ANNOUNCED) + half)
            return rest(connection)

    def neighbour():
        """Small requests, from when they come until the last of them is gone; and what the server holds meanwhile."""
        answers = []
        while not all_gone.wait(0.2):
            held.append(memory(server))
            answers.append(project.raw("GET", path).status_code)
            answers.append(project.raw("PUT", path, {"organization_name": "Acme"}).status_code)
        return answers

    gone, all_gone, held = [], threading.Event(), []

    def work(i):
        if i == STRANGERS:
            return neighbour()
        try:
            return stranger()
        finally:
            gone.append(i)
            if len(gone) == STRANGERS:
                all_gone.set()

    *strangers, neighbours = race(STRANGERS + 1, work)
    assert set(neighbours) == {200}, neighbours
    statuses = []
    for got in strangers:
        assert isinstance(got, bytes), f"{got!r}: the server did not end the connection"
        if got:
            status, body = answer(got)
            # It came too slowly, or there was no memory for it any more. Both in the words of the API.
            check_error_body(json.loads(body), status)
            assert status in (408, 503), got
            assert status != 503 or re.search(rb"\r\nretry-after: [1-9]", got, re.I), got
            statuses.append(status)
    # Those who had memory had it until their time was over.
    assert 408 in statuses, statuses
    # Half as much more: a body that grows is there twice for a moment, and an allocator keeps some.
    grown, bound = max(held) - before, (BODIES + STRANGERS * CONNECTION) * 3 // 2
    print(f"{grown >> 20} MiB more, of {bound >> 20} MiB")
    assert grown < bound, f"{grown >> 20} MiB more, of {bound >> 20} MiB"
    # All of it is free again: as many large bodies as fit are read to their end.
    large = {"organization_name": "x" * 900_000}
    assert [a.status_code for a in race(40, lambda _: project.raw("PUT", path, large))] == [400] * 40
