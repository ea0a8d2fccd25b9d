#!/usr/bin/env bash
# A guess: ldap3, which knows the schema of Active Directory and gives accountExpires as a datetime, gives one in the future for accounts
# that never expire. Both 0 and 9223372036854775807 say so (Microsoft's page on Account-Expires: 0 is for those that once had an end).
# Instead: with ldap3 2.9.1 the second is the last moment of the year 9999, and 0 is the first of January 1601. And the last moment of 9999
# cannot be told in the time of Berlin: astimezone raises OverflowError.
# Where: format_ad_timestamp in ldap3.protocol.formatters.formatters; raw_values has the number.
# For sign-in: a directory sync that compares with now, and was tried with accounts as they are made, locks out those whose contract had
# an end once and has none any more; or ends at the first account without an end, where it writes local times. Look at the number,
# and take both for "never". As to whether somebody may log in now, userAccountControl says more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet ldap3==2.9.1
"$folder/env/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from ldap3 import MOCK_SYNC, OFFLINE_AD_2012_R2, Connection, Server

print("ldap3", version("ldap3"))
server = Server("directory.example.com", get_info=OFFLINE_AD_2012_R2)
connection = Connection(server, "cn=sync,dc=example,dc=com", "secret", client_strategy=MOCK_SYNC)
connection.strategy.add_entry("cn=sync,dc=example,dc=com", {"objectClass": "user", "userPassword": "secret"})
for name, number in {"always": "9223372036854775807", "again": "0", "until 2050": "141695136000000000"}.items():
    person = {"objectClass": "user", "sAMAccountName": name, "accountExpires": number}
    connection.strategy.add_entry(f"cn={name},dc=example,dc=com", person)
assert connection.bind()
connection.search("dc=example,dc=com", "(sAMAccountName=*)", attributes=["sAMAccountName", "accountExpires"])
end = {entry.sAMAccountName.value: entry.accountExpires.value for entry in connection.entries}
for name, moment in end.items():
    print(name, "| until", moment, "| over:", moment < datetime.now(timezone.utc))
assert {name: moment.year for name, moment in end.items()} == {"always": 9999, "again": 1601, "until 2050": 2050}
try:
    print(end["always"].astimezone(timezone(timedelta(hours=1))))
    raise SystemExit(1)
except OverflowError as raised:
    print("always, in Berlin |", repr(raised))
PY
