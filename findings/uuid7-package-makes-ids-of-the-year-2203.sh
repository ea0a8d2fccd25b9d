#!/usr/bin/env bash
# A guess: the PyPI package called uuid7 makes UUIDs of version 7, whose first 48 bits are milliseconds since 1970 (RFC 9562).
# Instead: uuid7 0.1.0 follows an early draft: 36 bits of whole seconds, then a fraction. The version digit says 7, so any
# reader of the RFC dates an id of 2026 in the year 2203. uuid6 2025.0.1 and uuid-utils 1.2.0 make real ones.
# Where: the function uuid7 of its module uuid_extensions.
# For sign-in: ids from such an app sort behind all true version 7 ids for 177 years, and a cursor, a partition or a "created at"
# read out of an id is wrong. Take foreign ids as opaque text; never as a clock.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet uuid7==0.1.0 uuid6==2025.0.1 uuid-utils==1.2.0
"$folder/env/bin/python" - <<'PY'
import datetime
import uuid
from importlib.metadata import version

import uuid6
import uuid_extensions
import uuid_utils


def year(value) -> int:
    """The year in the 48 bits that RFC 9562 gives to the time."""
    value = uuid.UUID(str(value))
    assert value.version == 7
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=value.int >> 80)).year


this_year = datetime.datetime.now(datetime.timezone.utc).year
years = {"uuid7": year(uuid_extensions.uuid7()), "uuid6": year(uuid6.uuid7()), "uuid-utils": year(uuid_utils.uuid7())}
for name, read in years.items():
    print(name, version(name), read)
assert years["uuid6"] == years["uuid-utils"] == this_year
assert years["uuid7"] > this_year + 100
PY
