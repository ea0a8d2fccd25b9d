#!/usr/bin/env bash
# A guess: ULID.from_timestamp takes seconds since 1970, as Python's datetime.fromtimestamp does, and 1700000000 and
# 1700000000.0 are the same moment.
# Instead: python-ulid 4.1.0 takes a float for seconds and an int for milliseconds: the first is January 1970, the second
# November 2023. Nothing is raised, and a type checker has nothing to say, since an int passes for a float.
# Where: the class method from_timestamp of ULID.
# For sign-in: `iat`, `exp` and `auth_time` come as int from most JWT libraries and as float from time.time(); ids made from them
# sort half a century apart, and rows keyed by them fall out of every "latest first".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet python-ulid==4.1.0
"$folder/env/bin/python" - <<'PY'
from importlib.metadata import version

from ulid import ULID

whole, fraction = ULID.from_timestamp(1700000000), ULID.from_timestamp(1700000000.0)
print("python-ulid", version("python-ulid"), whole.datetime, fraction.datetime)
assert 1700000000 == 1700000000.0
assert (whole.datetime.year, fraction.datetime.year) == (1970, 2023)
PY
