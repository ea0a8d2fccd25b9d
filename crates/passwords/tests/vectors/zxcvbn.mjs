// Reads passwords, one a line, and writes what the library of browsers says of each: the password, its score and the warning,
// with tabs between them. Needs the package zxcvbn (4.4.2) in the node_modules of the folder where it runs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const zxcvbn = createRequire(`${process.cwd()}/`)('zxcvbn');
for (const password of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const { score, feedback } = zxcvbn([...password].slice(0, 100).join(''));
  console.log([password, score, feedback.warning].join('\t'));
}
