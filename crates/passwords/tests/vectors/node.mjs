// Writes node.json. Needs the packages argon2, bcrypt and bcryptjs in the node_modules of the folder where it runs.
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import bcryptjs from 'bcryptjs';
import crypto from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version} of npm`;
const passwords = ['correct horse', 'pässwörd ✓ 密码 😀', 'x'.repeat(72), 'x'.repeat(73) + 'y', 'é'.repeat(40), ' \tspaced\n '];
const vectors = [];
const add = (program, hash_type, password, hash, config = {}) => vectors.push({ program, hash_type, password, hash, ...config });

for (const password of passwords) {
  const salt = crypto.randomBytes(16);
  const scrypt = crypto.scryptSync(password, salt, 32, { N: 64, r: 8, p: 2 });
  add(`Node ${process.version}`, 'scrypt', password, scrypt.toString('base64'),
    { scrypt_config: { salt: salt.toString('base64'), n_parameter: 64, r_parameter: 8, p_parameter: 2, key_length: 32 } });
  const pbkdf2 = crypto.pbkdf2Sync(password, salt, 50, 64, 'sha512');
  add(`Node ${process.version}`, 'pbkdf_2', password, pbkdf2.toString('base64url'),
    { pbkdf_2_config: { salt: salt.toString('base64url'), iteration_amount: 50, key_length: 64, algorithm: 'sha512' } });
  add(version('argon2'), 'argon_2id', password, await argon2.hash(password, { memoryCost: 64, timeCost: 2, parallelism: 2 }));
  add(version('argon2'), 'argon_2i', password, await argon2.hash(password, { type: argon2.argon2i, memoryCost: 64, timeCost: 2 }));
  add(version('bcrypt'), 'bcrypt', password, await bcrypt.hash(password, 4));
  add(version('bcryptjs'), 'bcrypt', password, bcryptjs.hashSync(password, 4));
}
writeFileSync(new URL('node.json', import.meta.url), JSON.stringify(vectors, null, 1) + '\n');
