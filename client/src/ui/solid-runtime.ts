/**
 * Solid's DOM runtime, as compiled JSX imports it (`moduleName` in `vite.config.ts`).
 *
 * Solid makes elements by setting `innerHTML` of a `<template>` to a constant of the build. The page's content security
 * policy (`require-trusted-types-for 'script'; trusted-types app`) refuses strings there, so `template` passes them
 * through the one policy of the page. The policy never leaves this module, and only compiled JSX calls `template`: no
 * other code, ours or not, can turn a string into HTML.
 */
import { template as createTemplate } from "solid-js/web";

export * from "solid-js/web";

interface TrustedTypes {
  createPolicy(name: string, rules: Rules): Rules;
}

interface Rules {
  readonly createHTML: (html: string) => string;
  readonly createScriptURL: (url: string) => string;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy("app", { createHTML: (html) => html, createScriptURL: (url) => url });

/** The one script that a page starts by its address. */
export const serviceWorkerUrl = policy?.createScriptURL("/service-worker.js") ?? "/service-worker.js";

export function template(html: string, isImportNode?: boolean, isSVG?: boolean): () => Element {
  return createTemplate(policy ? policy.createHTML(html) : html, isImportNode, isSVG);
}
