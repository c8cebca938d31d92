import type { LogFields } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { createMail } from "../src/platform/mail.ts";

/**
 * Mails a letter as the settings of this process say, and prints what became of it: whom a process trusts is decided when
 * it starts.
 */
const { mail } = readConfig(process.cwd(), process.env);
if (!mail) throw new Error("the settings name no mail server");
const warnings: LogFields[] = [];
const log = { info() {}, error() {}, warn: (_: string, fields: LogFields = {}) => void warnings.push(fields) };
const result = await createMail(mail, log).send({ to: "ada@example.org", subject: "Hello", text: "A letter.\n" });
process.stdout.write(JSON.stringify({ result, warnings }));
