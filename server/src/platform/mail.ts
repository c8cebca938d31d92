import { createTransport } from "nodemailer";
import type { Log, Mail } from "../app.ts";

const connectMs = 10_000;
/** Of silence, after which a mail server is given up. */
const silentMs = 20_000;

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Otherwise it is begun with STARTTLS. */
  readonly secure: boolean;
  readonly login: { readonly user: string; readonly pass: string } | null;
  readonly from: { readonly name: string; readonly address: string };
}

/** Speaks SMTP. A login is shown to nobody without TLS, except on this machine. */
export function createMail({ host, port, secure, login, from }: MailSettings, log: Log): Mail {
  const transport = createTransport({
    host,
    port,
    secure,
    ...(login && { auth: login }),
    requireTLS: !secure && login !== null && !isHere(host),
    // What listens on this machine has hardly a certificate for it.
    ignoreTLS: !secure && isHere(host),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silentMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      try {
        await transport.sendMail({
          from,
          // As an object it is one address, whatever is in it.
          to: { name: "", address: to },
          subject,
          text,
          headers: { "auto-submitted": "auto-generated" },
        });
        return "sent";
      } catch (error) {
        const { code, status } = toFailure(error);
        log.warn("mail.not_taken", { reason: toReason(code, status), code, status });
        return status >= 500 ? "refused" : "failed";
      }
    },
  };
}

const isHere = (host: string) => host === "localhost" || host === "::1" || /^127\./.test(host);

interface Failure {
  readonly code: string;
  /** Of SMTP; those from 500 on are for good. 0 where the mail server has said nothing. */
  readonly status: number;
}

/** What went wrong, without a word that a mail server has chosen. */
function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: "unknown", status: 0 };
  const {
    code = error.name,
    originalCode = code,
    responseCode = 0,
  } = error as NodeJS.ErrnoException & {
    readonly originalCode?: string;
    readonly responseCode?: number | false;
  };
  return { code: originalCode, status: Number(responseCode) };
}

/** The same for whoever has to mend it. */
function toReason(code: string, status: number): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "its certificate is for another name";
  if (/CERT|_LEAF_/.test(code)) return "its certificate is not trusted";
  if (/^ERR_SSL|^ETLS$/.test(code)) return "it does not speak TLS there";
  if (code === "EAUTH") return "it does not take the login";
  return status > 0 ? "it does not take the mail" : "it cannot be reached";
}
