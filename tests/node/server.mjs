// Starts and stops the server under test, and creates projects in it.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MailSink } from "./mail.mjs";

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));

export const REDIRECT_URL = "http://localhost:3000/authenticate";

/** The binary: `GUILDHALL_BIN`, or the debug build of this repository. */
export const BIN = path.resolve(
  process.env.GUILDHALL_BIN ?? path.join(here, "../../target/debug/guildhall"),
);

export class Server {
  #process;
  #exited;
  #directory;
  #mails;
  stdout = "";
  stderr = "";

  /**
   * Starts a server on a fresh embedded database, with an SMTP server beside it.
   * @param {{args?: string[], port?: number, smtp?: boolean}} options `smtp: false` keeps mail in the outbox
   */
  static async start({ args = [], port = 0, smtp = true } = {}) {
    if (!fs.existsSync(BIN)) throw new Error(`${BIN} does not exist: build it, or set GUILDHALL_BIN`);
    const server = new Server();
    server.#directory = fs.mkdtempSync(path.join(os.tmpdir(), "guildhall-"));
    server.databaseUrl = `sqlite:${path.join(server.#directory, "guildhall.db")}`;
    server.mail = await MailSink.start();
    server.#mails = smtp ? ["--smtp-url", server.mail.url] : [];
    await server.#launch(port, args);
    return server;
  }

  async #launch(port, args) {
    this.#process = spawn(
      BIN,
      [
        "serve",
        ...["--listen", `127.0.0.1:${port}`],
        ...["--database-url", this.databaseUrl],
        ...this.#mails,
        ...args,
      ],
      { cwd: this.#directory, stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment() },
    );
    this.#exited = new Promise((resolve) => {
      this.#process.on("exit", (code, signal) => resolve({ code, signal }));
      this.#process.on("error", (error) => resolve({ code: null, signal: String(error) }));
    });
    this.#process.stderr.on("data", (chunk) => (this.stderr += chunk));
    const listening = new Promise((resolve) => {
      this.#process.stdout.on("data", (chunk) => {
        this.stdout += chunk;
        const url = /^listening on (http:\/\/\S+)$/m.exec(this.stdout)?.[1];
        if (url) resolve(url);
      });
    });
    const gone = this.#exited.then(({ code, signal }) => {
      throw new Error(`the server ended at once (${code ?? signal}):\n${this.stderr}`);
    });
    const late = new Promise((_, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the server is not listening after 30 s:\n${this.stderr}`)),
        30_000,
      );
      Promise.allSettled([listening, gone]).then(() => clearTimeout(timer));
      listening.then(() => clearTimeout(timer));
    });
    this.url = await Promise.race([listening, gone, late]);
    gone.catch(() => {});
    late.catch(() => {});
    this.port = Number(new URL(this.url).port);
  }

  /** Creates a project with the command line, while the server runs. */
  async createProject({ name = "Test", redirectUrls = [REDIRECT_URL], environment, flags = [] } = {}) {
    const args = ["project", "create", "--name", name, "--database-url", this.databaseUrl, "--json"];
    for (const url of redirectUrls) args.push("--redirect-url", url);
    if (environment) args.push("--environment", environment);
    const { stdout } = await run(BIN, [...args, ...flags], {
      cwd: this.#directory,
      env: cleanEnvironment(),
    });
    return JSON.parse(stdout);
  }

  /** Gives a project an OAuth provider, with the command line. */
  async provide(project, name, args) {
    const set = ["provider", "set", project, name, ...args, "--database-url", this.databaseUrl, "--json"];
    const { stdout } = await run(BIN, set, { cwd: this.#directory, env: cleanEnvironment() });
    return JSON.parse(stdout);
  }

  /** The code of the newest text message to a number, which the outbox keeps where there is no gateway. */
  async texted(number) {
    const { stdout } = await run(BIN, ["outbox", "--json", "--database-url", this.databaseUrl], { env: cleanEnvironment() });
    const messages = stdout.trim().split("\n").map((line) => JSON.parse(line));
    return messages.find((message) => message.kind === "sms" && message.to === number).text.slice(0, 6);
  }

  /** Ends the server as an operator would, and gives the exit code. */
  async terminate(signal = "SIGTERM") {
    this.#process.kill(signal);
    const timeout = setTimeout(() => this.#process.kill("SIGKILL"), 20_000);
    const { code, signal: killedBy } = await this.#exited;
    clearTimeout(timeout);
    return code ?? killedBy;
  }

  /** Starts it again on the same database and port. */
  async restart(args = []) {
    await this.#launch(this.port, args);
  }

  /** Ends everything; complains unless the server went away in peace. */
  async stop() {
    const ended = this.#process.exitCode ?? (await this.terminate());
    await this.mail.stop();
    fs.rmSync(this.#directory, { recursive: true, force: true });
    if (ended !== 0) throw new Error(`the server ended with ${ended}:\n${this.stderr.slice(-4000)}`);
    const panic = /panicked at|RUST_BACKTRACE/.exec(this.stderr);
    if (panic) throw new Error(`the server panicked:\n${this.stderr.slice(-4000)}`);
  }
}

function cleanEnvironment() {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (name.startsWith("GUILDHALL_")) delete environment[name];
  }
  return environment;
}
