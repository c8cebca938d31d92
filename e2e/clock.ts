import { readFileSync } from "node:fs";

/** Preloaded into a server whose clock a test sets: it stands at what the file says. */
const file = process.env.CLOCK_FILE;
if (file) Date.now = () => Number(readFileSync(file, "utf8"));
