"""The file of passwords that are known from breaches: how it is made, and what a server does with one that is not whole."""

import hashlib
import subprocess

import harness


def guildhall(*arguments):
    done = subprocess.run([harness.BIN, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def corpus(path, count):
    hashes = sorted(hashlib.sha1(f"word-{number}".encode()).hexdigest().upper() for number in range(count))
    path.write_text("".join(f"{digits}:{number + 1}\r\n" for number, digits in enumerate(hashes)), newline="")


def test_is_built_and_checked(tmp_path):
    source, filter_ = tmp_path / "corpus.txt", tmp_path / "breached.filter"
    corpus(source, 3000)
    code, told = guildhall("breach-filter", "build", source, filter_)
    assert (code, told.splitlines()[0]) == (0, "3000 of 3000 hashes")
    assert guildhall("breach-filter", "check", filter_)[0] == 0
    assert filter_.stat().st_size < 3000 * 20 / 8 + 200

    # The new one takes the place of the old one, at once.
    code, told = guildhall("breach-filter", "build", "--at-least", 2901, "--bits", 10, source, filter_)
    assert code == 0 and "100 hashes of passwords that were seen 2901 times or more" in told

    # What goes wrong leaves it as it was, and nothing beside it.
    before = filter_.read_bytes()
    source.write_text(source.read_text()[:100] + "\n")
    code, told = guildhall("breach-filter", "build", source, filter_)
    assert code == 1 and "line 3: it is no SHA-1 hash in hexadecimal" in told
    assert filter_.read_bytes() == before and sorted(tmp_path.iterdir()) == [filter_, source]
    assert guildhall("breach-filter", "build", tmp_path / "none", filter_)[0] == 1


def test_a_server_does_not_start_with_one_that_is_not_whole(tmp_path):
    source, filter_ = tmp_path / "corpus.txt", tmp_path / "breached.filter"
    corpus(source, 100)
    assert guildhall("breach-filter", "build", source, filter_)[0] == 0
    whole = filter_.read_bytes()
    serve = ["serve", "--listen", "127.0.0.1:0", "--database-url", f"sqlite:{tmp_path}/made.db", "--breach-filter", filter_]
    for content, says in ((whole[:-1], f"it has {len(whole) - 1} bytes and should have {len(whole)}"),
                          (whole[:12] + b"x" + whole[13:], "its beginning is damaged"), (b"123456\n" * 20, "it is no breach filter")):
        filter_.write_bytes(content)
        code, told = guildhall(*serve)
        assert code == 2 and says in told and str(filter_) in told
    filter_.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    code, told = guildhall("breach-filter", "check", filter_)
    assert code == 1 and "it is damaged" in told
    # Nothing was made of what came after the mistake.
    assert not (tmp_path / "made.db").exists()
