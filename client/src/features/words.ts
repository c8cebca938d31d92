import { type ErrorCode, ParleyError } from "@parley/protocol/errors";

/** What an error says to people. */
export function explain(error: unknown): string {
  if (!(error instanceof ParleyError)) return "Something went wrong here. Try again.";
  return splitField(error.message).text;
}

/**
 * The same for a form: at the field that the error's code belongs to, or that its text names ("email: is not valid"),
 * else for the whole form. `texts` say what a code means there.
 */
export function explainAt(
  fields: Partial<Record<ErrorCode, string>>,
  known: readonly string[],
  texts: Partial<Record<ErrorCode, string>> = {},
) {
  return (error: unknown): Record<string, string> => {
    if (!(error instanceof ParleyError)) return { "": explain(error) };
    const named = splitField(error.message);
    const field = fields[error.code] ?? (named.field !== null && known.includes(named.field) ? named.field : "");
    return { [field]: texts[error.code] ?? named.text };
  };
}

function splitField(message: string): { readonly field: string | null; readonly text: string } {
  const match = /^(\w+): (.+)$/s.exec(message);
  if (!match) return { field: null, text: message };
  const text = match[2] ?? "";
  return { field: match[1] ?? null, text: `This ${text}${/[.!?]$/.test(text) ? "" : "."}` };
}
