#!/usr/bin/env bash
# A guess: a validator that takes user@example.com takes user@xn--e1afmkfd.xn--p1ai too; that is what an internationalized
# domain looks like in DNS and in every mail envelope, all ASCII.
# Instead: zod 4.6.7 refuses it, because its expression wants letters alone in the last label. It refuses & and / in the local
# part as well. Joi 18.3.2, yup 1.7.1, validator 13.15.35 and Ajv 8.20.0 with ajv-formats 3.0.1 take all four addresses.
# Where: the expression for e-mail in zod's core, file regexes.
# For sign-in: whoever writes an address down in its ASCII form locks its owner out of forms that zod guards, in the app or in
# an SDK. The server must not take "the form accepted it" for the rule, nor refuse what mail can deliver.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund zod@4.6.7 joi@18.3.2 yup@1.7.1 validator@13.15.35 ajv@8.20.0 ajv-formats@3.0.1
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { createRequire } from "node:module";
import Ajv from "ajv";
import formats from "ajv-formats";
import Joi from "joi";
import validator from "validator";
import * as yup from "yup";
import { z } from "zod";

const require = createRequire(import.meta.url);
const ajv = new Ajv();
formats(ajv);
const schema = ajv.compile({ type: "string", format: "email" });
const accepts = {
  zod: (address) => z.email().safeParse(address).success,
  joi: (address) => !Joi.string().email().validate(address).error,
  yup: (address) => yup.string().email().isValidSync(address),
  validator: (address) => validator.isEmail(address),
  ajv: (address) => schema(address),
};
for (const name of [...Object.keys(accepts), "ajv-formats"]) console.log(name, require(`${name}/package.json`).version);
const valid = ["user@xn--e1afmkfd.xn--p1ai", "user@example.xn--p1ai", "sales&support@example.com", "first/last@example.com"];
for (const address of valid) {
  const answers = Object.fromEntries(Object.entries(accepts).map(([name, check]) => [name, check(address)]));
  console.log(address, answers);
  assert.deepStrictEqual(answers, { zod: false, joi: true, yup: true, validator: true, ajv: true });
}
assert(accepts.zod("user@example.com"));
JS
node finding.mjs
