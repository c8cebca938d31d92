import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import solid from "vite-plugin-solid";

const serviceWorker = "src/service-worker/service-worker.ts";
const server = "http://localhost:3000";

/** Nothing is painted before the script has chosen the theme. Vite writes the script's element without its attributes. */
const paintAfterScript: Plugin = {
  name: "paint-after-script",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

export default defineConfig({
  // Compiled JSX takes Solid's runtime from our module, which makes its templates pass Trusted Types.
  plugins: [solid({ solid: { moduleName: "solid-runtime" } }), paintAfterScript],
  resolve: {
    alias: { "solid-runtime": fileURLToPath(new URL("src/ui/solid-runtime.ts", import.meta.url)) },
  },
  build: {
    outDir: "dist",
    manifest: true,
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    // Everything is a file of its own: the content security policy allows neither inline code nor data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Says on a slow machine that a build takes long, as a warning.
      checks: { pluginTimings: false },
      input: ["index.html", serviceWorker],
      output: {
        // Apart, what lazy parts share with the first load would compress worse.
        codeSplitting: {
          groups: [{ name: "first-load", tags: ["$initial"], test: (id) => !id.endsWith(serviceWorker) }],
        },
        // A service worker stands for the pages below its own address, so this one has no folder and no hash.
        entryFileNames: ({ facadeModuleId }) =>
          facadeModuleId?.endsWith(serviceWorker) ? "service-worker.js" : "assets/[name]-[hash].js",
      },
    },
  },
  server: {
    proxy: { "/api": { target: server, ws: true } },
  },
});
