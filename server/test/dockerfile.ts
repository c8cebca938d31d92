import { execFile } from "node:child_process";
import { chown, cp, mkdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { promisify } from "node:util";

/** What the last stage of a Dockerfile makes, in a folder instead of an image. */
export interface Image {
  /** The folder that is the image's `/`. */
  readonly root: string;
  /** As in the image. */
  readonly workingFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

type Stage = { -readonly [Key in keyof Image]: Image[Key] };

/**
 * Goes through the steps of `context`'s Dockerfile without a container engine: each stage is a folder in `folder`, where
 * COPY takes what `.dockerignore` leaves and RUN runs its command, with the programs of this machine in place of the base
 * image's. So a RUN must keep to relative paths. Throws at an instruction that it does not know.
 */
export async function buildImage(context: string, folder: string): Promise<Image> {
  const ignored = await readIgnored(context);
  const stages = new Map<string, Stage>();
  let stage = newStage("");
  for (const [instruction, rest] of await readInstructions(context)) {
    switch (instruction) {
      case "FROM": {
        const [base = "", , name = ""] = rest.split(" ");
        const from = stages.get(base);
        stage = { ...(from ?? newStage("")), root: join(folder, `${stages.size}-${name}`) };
        stages.set(name, stage);
        await mkdir(stage.root);
        if (from) await cp(from.root, stage.root, { recursive: true, verbatimSymlinks: true });
        break;
      }
      case "WORKDIR":
        stage.workingFolder = rest;
        await mkdir(inStage(stage, "."), { recursive: true });
        break;
      case "COPY": {
        const words = rest.split(" ");
        const option = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
        const paths = words.filter((word) => !word.startsWith("--"));
        const from = stages.get(option("from") ?? "the context");
        const source = (path: string) => join(from ? from.root : context, path);
        const filter = (path: string) => from !== undefined || !ignored(relative(context, path));
        await copy(paths.slice(0, -1).map(source), inStage(stage, paths.at(-1) ?? ""), filter, option("chown"));
        break;
      }
      case "RUN":
        await promisify(execFile)("sh", ["-c", rest], {
          cwd: inStage(stage, "."),
          env: { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_prefer_offline: "true" },
        });
        break;
      case "ENV":
        stage.environment = Object.fromEntries(rest.split(" ").map((pair) => pair.split("=")));
        break;
      case "USER":
        stage.user = rest;
        break;
      case "HEALTHCHECK":
        stage.healthCheck = JSON.parse(rest.slice(rest.indexOf("CMD ") + "CMD ".length));
        break;
      case "CMD":
        stage.command = JSON.parse(rest);
        break;
      case "VOLUME":
      case "EXPOSE":
        break;
      default:
        throw new Error(`${instruction} is not known here`);
    }
  }
  return stage;
}

const newStage = (root: string): Stage => ({
  root,
  workingFolder: "/",
  environment: {},
  user: "root",
  command: [],
  healthCheck: [],
});

const inStage = ({ root, workingFolder }: Stage, path: string) =>
  join(root, path.startsWith("/") ? path : join(workingFolder, path));

async function readInstructions(context: string): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(join(context, "Dockerfile"), "utf8");
  return text
    .replace(/^#.*\n/gm, "")
    .replace(/ *\\\n */g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
}

/** Knows the patterns that ours is made of: `*`, `!name` of what lies at the top, and `**` before a name. */
async function readIgnored(context: string): Promise<(path: string) => boolean> {
  const patterns = (await readFile(join(context, ".dockerignore"), "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const kept = new Set(patterns.filter((line) => line.startsWith("!")).map((line) => line.slice(1)));
  const globs = patterns.filter((line) => line.startsWith("**/")).map((line) => new Bun.Glob(line));
  return (path) => !kept.has(path.split("/")[0] ?? "") || globs.some((glob) => glob.match(path));
}

/** A folder's content goes into the destination, as COPY has it; a file under its own name into a folder. */
async function copy(
  sources: readonly string[],
  destination: string,
  filter: (path: string) => boolean,
  owner: string | undefined,
): Promise<void> {
  for (const source of sources) {
    if (!filter(source)) throw new Error(`${source} is in .dockerignore`);
    const intoFolder = destination.endsWith("/") && (await stat(source)).isFile();
    const target = intoFolder ? join(destination, basename(source)) : destination;
    await cp(source, target, { recursive: true, verbatimSymlinks: true, filter });
    const [user, group] = owner?.split(":").map(Number) ?? [];
    if (user !== undefined && group !== undefined && process.getuid?.() === 0) await chown(target, user, group);
  }
}
