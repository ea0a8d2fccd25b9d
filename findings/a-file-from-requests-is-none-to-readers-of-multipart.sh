#!/usr/bin/env bash
# A guess: what reads a file that a browser uploads reads it from any client: a part may come without a Content-Type, a boundary with
# quotes, a name without them (RFC 7578, section 4.4; RFC 2046, section 5.1.1).
# Instead: requests 2.34.2 gives a file no Content-Type unless it is told one, and then parse-multipart-data 1.5.0, aws-multipart-parser
# 0.2.1 and aws-lambda-multipart-parser 0.1.3 raise, while multipart-formdata 1.1.0 drops the first line of the file. With quotes as .NET's
# HttpClient sets them (boundary="…", name=file) the last three find nothing at all, with no error, and the first raises about JSON. busboy
# 1.6.0, lambda-multipart-parser 1.0.1 and @mjackson/multipart-parser 0.10.1 read all.
# For sign-in: an import of members or an upload of SAML metadata that was tried in a browser answers 500 to a script, or takes the file and
# says "0 members"; where the first line is gone, the first member is taken for it. Try such a door with curl, requests and a .NET client.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet requests==2.34.2
cat > make.py <<'PY'
import base64
import json

import requests

FILE = "email,role\r\nann@example.org,admin\r\n"


def by_requests(*file: str) -> dict:
    made = requests.Request("POST", "https://example.org/import", files={"file": ("members.csv", FILE, *file)}).prepare()
    return {"type": made.headers["Content-Type"], "body": base64.b64encode(made.body).decode()}


part = ("--1f-2e\r\nContent-Type: text/csv\r\nContent-Disposition: form-data; name=file; filename=members.csv; "
        f"filename*=utf-8''members.csv\r\n\r\n{FILE}\r\n--1f-2e--\r\n")
quoted = {"type": 'multipart/form-data; boundary="1f-2e"', "body": base64.b64encode(part.encode()).decode()}
print(json.dumps({"with a type": by_requests("text/csv"), "without a type": by_requests(), "as .NET": quoted}))
PY
venv/bin/python make.py > sent.json
npm install --prefix . --silent --no-audit --no-fund parse-multipart-data@1.5.0 aws-multipart-parser@0.2.1 \
  aws-lambda-multipart-parser@0.1.3 multipart-formdata@1.1.0 busboy@1.6.0 lambda-multipart-parser@1.0.1 @mjackson/multipart-parser@0.10.1
cat > finding.mjs <<'JS'
import { parseMultipart } from "@mjackson/multipart-parser";
import awsLambda from "aws-lambda-multipart-parser";
import aws from "aws-multipart-parser";
import busboy from "busboy";
import lambda from "lambda-multipart-parser";
import formdata from "multipart-formdata";
import parseData from "parse-multipart-data";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const event = (type, bytes, encoding) => {
  const headers = { "content-type": type, "Content-Type": type };
  return { headers, body: bytes.toString(encoding), isBase64Encoded: encoding === "base64" };
};
const readers = {
  busboy: (type, bytes) => new Promise((resolve, reject) => {
    const reader = busboy({ headers: { "content-type": type } });
    reader.on("file", (name, stream) => resolve(text(stream)));
    reader.on("error", reject);
    reader.end(bytes);
  }),
  "lambda-multipart-parser": async (type, bytes) => (await lambda.parse(event(type, bytes, "base64"))).files[0].content,
  "@mjackson/multipart-parser": async (type, bytes) => {
    const boundary = type.split("=")[1].replaceAll('"', "");
    for await (const part of parseMultipart(bytes, { boundary })) return part.text;
  },
  "parse-multipart-data": (type, bytes) => parseData.parse(bytes, parseData.getBoundary(type))[0]?.data,
  "aws-multipart-parser": (type, bytes) => aws.parse(event(type, bytes, "latin1"), true).file?.content,
  "aws-lambda-multipart-parser": (type, bytes) => awsLambda.parse(event(type, bytes, "latin1"), true).file?.content,
  "multipart-formdata": (type, bytes) => formdata.parse(bytes, formdata.getBoundary(type))[0]?.data,
};
for (const [kind, { type, body }] of Object.entries(JSON.parse(readFileSync("sent.json")))) {
  for (const [name, read] of Object.entries(readers)) {
    let seen;
    try {
      const file = await read(type, Buffer.from(body, "base64"));
      seen = file === undefined ? "nothing" : JSON.stringify(Buffer.from(file).toString());
    } catch (error) {
      seen = `raises ${error.name}`;
    }
    console.log(`${kind} | ${name} | ${seen}`);
  }
}
JS
node finding.mjs | tee seen
diff <(grep -v '| "email,role\\r\\nann@example.org,admin\\r\\n"$' seen) - << 'SEEN'
without a type | parse-multipart-data | raises TypeError
without a type | aws-multipart-parser | raises TypeError
without a type | aws-lambda-multipart-parser | raises TypeError
without a type | multipart-formdata | "ann@example.org,admin\r\n"
as .NET | parse-multipart-data | raises SyntaxError
as .NET | aws-multipart-parser | nothing
as .NET | aws-lambda-multipart-parser | nothing
as .NET | multipart-formdata | nothing
SEEN
[[ $(wc -l < seen) == 21 ]]
