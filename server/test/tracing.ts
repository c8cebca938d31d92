import { spawnSync } from "node:child_process";

/** Some containers do not let a program be traced, and so nothing be done to its calls. */
export const canTrace = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;

/** For the name of a test that needs it. */
export const unlessTraced = canTrace ? "" : " (skipped: strace may not trace here)";
