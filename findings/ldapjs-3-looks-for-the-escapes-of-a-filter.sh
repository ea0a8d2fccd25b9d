#!/usr/bin/env bash
# A guess: the filter (cn=Zoë \28Ext\29) finds "Zoë (Ext)", since two digits behind a backslash stand for a byte (RFC 4515, section 3), and
# parentheses, the asterisk and the backslash cannot be written otherwise.
# Instead: ldapjs 3.0.7, given the filter as text, sends the digits as they stand, and its servers take what comes apart so, too: they
# find nobody with a parenthesis or an umlaut for any client. Half of a name with an umlaut, (cn=Zoë*), it does not find either.
# ldapjs 2.3.3 and ldapts 8.2.0 do on both sides. ldapauth-fork 6.1.0, which moved to ldapjs 3, finds no groups for the name
# "cn=Berg\, Ann,…"; 5.0.5 did.
# Where: parseString of @ldapjs/filter, which a server of ldapjs 3 passes each filter through once more.
# For sign-in: where names are written "Berg, Ann", as many an Active Directory has them, all these people log in and have no role, in
# the new version alone. Give ldapjs 3 an EqualityFilter in place of text, and let logins of a test include such a name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund ldapjs@3.0.7 ldapjs-2@npm:ldapjs@2.3.3 ldapts@8.2.0 \
  ldapauth-fork@6.1.0 ldapauth-fork-5@npm:ldapauth-fork@5.0.5
cat > finding.mjs <<'JS'
import ldapjs3 from "ldapjs";
import ldapjs2 from "ldapjs-2";
import { Client } from "ldapts";
import Fork6 from "ldapauth-fork";
import Fork5 from "ldapauth-fork-5";

const base = "dc=example,dc=com";
const ann = `cn=Berg\\, Ann,${base}`;
const entries = [
  { dn: ann, attributes: { objectclass: ["person"], cn: ["Berg, Ann"], uid: ["ann"] } },
  { dn: `cn=Zoë (Ext),${base}`, attributes: { objectclass: ["person"], cn: ["Zoë (Ext)"] } },
  { dn: `cn=Nurses,${base}`, attributes: { objectclass: ["groupOfNames"], cn: ["Nurses"], member: [ann] } },
];
const listen = async (ldapjs) => {
  const server = ldapjs.createServer();
  server.bind("", (_, answer, next) => (answer.end(), next()));
  server.search(base, ({ filter }, answer, next) => {
    for (const entry of entries) if (filter.matches(entry.attributes)) answer.send(entry);
    answer.end();
    next();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server.url;
};
const byLdapjs = (ldapjs) => (url, filter) =>
  new Promise((done, failed) =>
    ldapjs.createClient({ url }).search(base, { filter, scope: "sub" }, (error, found) => {
      if (error) return failed(error);
      let count = 0;
      found.on("searchEntry", () => count++).on("error", failed).on("end", () => done(count));
    }),
  );
const clients = {
  ldapts: async (url, filter) => (await new Client({ url }).search(base, { filter })).searchEntries.length,
  "ldapjs 2": byLdapjs(ldapjs2),
  "ldapjs 3": byLdapjs(ldapjs3),
};
const servers = { "ldapjs 2": await listen(ldapjs2), "ldapjs 3": await listen(ldapjs3) };
for (const filter of ["(cn=Berg, Ann)", "(cn=Zoë \\28Ext\\29)", "(cn=Zoë*)"])
  for (const [server, url] of Object.entries(servers)) {
    const found = [];
    for (const [client, search] of Object.entries(clients)) found.push(`${client} finds ${await search(url, filter)}`);
    console.log(`${filter} at a server of ${server} | ${found.join(", ")}`);
  }
for (const [name, Fork] of [["5.0.5", Fork5], ["6.1.0", Fork6]]) {
  const fork = new Fork({
    url: servers["ldapjs 2"], bindDN: "cn=app", bindCredentials: "x", searchBase: base, searchFilter: "(uid={{username}})",
    groupSearchBase: base, groupSearchFilter: "(member={{dn}})",
  });
  const member = await new Promise((done, failed) => fork.authenticate("ann", "x", (error, user) => (error ? failed(error) : done(user))));
  console.log(`ldapauth-fork ${name}: ${member.uid} has the groups`, member._groups.map((group) => group.cn));
}
process.exit();
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
(cn=Berg, Ann) at a server of ldapjs 2 | ldapts finds 1, ldapjs 2 finds 1, ldapjs 3 finds 1
(cn=Berg, Ann) at a server of ldapjs 3 | ldapts finds 1, ldapjs 2 finds 1, ldapjs 3 finds 1
(cn=Zoë \28Ext\29) at a server of ldapjs 2 | ldapts finds 1, ldapjs 2 finds 1, ldapjs 3 finds 0
(cn=Zoë \28Ext\29) at a server of ldapjs 3 | ldapts finds 0, ldapjs 2 finds 0, ldapjs 3 finds 0
(cn=Zoë*) at a server of ldapjs 2 | ldapts finds 1, ldapjs 2 finds 1, ldapjs 3 finds 0
(cn=Zoë*) at a server of ldapjs 3 | ldapts finds 0, ldapjs 2 finds 0, ldapjs 3 finds 0
ldapauth-fork 5.0.5: ann has the groups [ 'Nurses' ]
ldapauth-fork 6.1.0: ann has the groups []
SEEN
