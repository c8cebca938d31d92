import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";

/** The cast. */
export const people = {
  ada: "Ada Lindqvist",
  lin: "Lin Ortega",
  sam: "Sam Meyer",
  yuki: "Yuki Tanaka",
  noor: "Noor Bakker",
} as const;
export type Username = keyof typeof people;

export const password = "boats and linseed oil";
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

export interface Room {
  readonly id: string;
  readonly slug: string;
}

/**
 * Someone with a browser. What the page should never do (an error in the console, an exception, a violation of its
 * policy, a request to another host) is noted in `faults`.
 */
export class Visitor {
  readonly faults: string[] = [];
  readonly #url: string;
  #expected: RegExp | null = null;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    url: string,
  ) {
    this.#url = url;
  }

  static async arrive(context: BrowserContext, url: string): Promise<Visitor> {
    const visitor = new Visitor(context, await context.newPage(), url);
    await visitor.#watch();
    return visitor;
  }

  async #watch(): Promise<void> {
    const { context } = this;
    context.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      this.#note(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#note(`exception: ${error.error().stack ?? error.error().message}`));
    context.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http") && host !== new URL(this.#url).host) this.#note(`request to ${request.url()}`);
    });
    context.on("response", (response) => {
      if (response.status() >= 500) this.#note(`${response.status()} from ${response.url()}`);
    });
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        // biome-ignore lint/suspicious/noConsole: this is how the test hears of it.
        console.error(`policy violated: ${violatedDirective} by ${blockedURI}`);
      });
    });
  }

  #note(fault: string): void {
    // What the browser says of a socket that its page gave up while it was connecting.
    if (fault.includes("WebSocket is closed before the connection is established")) return;
    // What it asks for by itself where it shows what names no icon.
    if (fault.includes("/favicon.ico")) return;
    if (!this.#expected?.test(fault)) this.faults.push(fault);
  }

  /** What the browser itself says of failing requests belongs to this step, as far as `kind` names it. */
  async expecting<T>(kind: RegExp, step: () => Promise<T>): Promise<T> {
    this.#expected = kind;
    try {
      return await step();
    } finally {
      this.#expected = null;
    }
  }

  // Without the page: the quick way to a situation.

  async api<T>(method: string, path: string, data?: unknown): Promise<T> {
    const response = await this.context.request.fetch(`${this.#url}/api${path}`, { method, data });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    return (response.status() === 204 ? undefined : await response.json()) as T;
  }

  /** Sends bytes as they are. */
  async upload<T>(method: "POST" | "PUT", path: string, bytes: Buffer): Promise<T> {
    const headers = { "content-type": "application/octet-stream" };
    const response = await this.context.request.fetch(`${this.#url}/api${path}`, { method, headers, data: bytes });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async signUp(username: Username): Promise<void> {
    await this.api("POST", "/auth/sign-up", { username, password, displayName: people[username] });
  }

  async signIn(username: Username): Promise<void> {
    await this.api("POST", "/auth/sign-in", { login: username, password });
  }

  createRoom(name: string, more: { kind?: "public" | "private"; description?: string } = {}): Promise<Room> {
    return this.api("POST", "/rooms", { name, ...more });
  }

  async send(room: string, ...contents: readonly string[]): Promise<void> {
    for (const content of contents) await this.api("POST", `/rooms/${room}/messages`, { content });
  }

  /** `text 1`, `text 2` … in order. */
  async sendMany(room: string, count: number, text: string): Promise<void> {
    for (let n = 1; n <= count; n++) await this.send(room, `${text} ${n}`);
  }

  // With the page.

  async open(path = "/"): Promise<void> {
    await this.page.goto(this.#url + path);
  }

  /** Where the page is, without the origin. */
  get path(): string {
    const url = new URL(this.page.url());
    return url.pathname + url.search;
  }

  get rooms(): Locator {
    return this.page.getByRole("navigation", { name: "Rooms" });
  }

  /** The room's name above its messages. */
  get title(): Locator {
    return this.page.getByRole("main").getByRole("heading", { level: 1 });
  }

  get log(): Locator {
    return this.page.getByRole("log");
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: /^Message / });
  }

  get details(): Locator {
    return this.page.getByRole("complementary", { name: "Room details" });
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  message(text: string | RegExp): Locator {
    return this.log.getByRole("article").filter({ hasText: text });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.composer.fill(text);
      await this.composer.press("Enter");
    }
  }

  /** Puts files into the tray, and waits until they are there. */
  async attach(files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]) {
    const chooser = this.page.waitForEvent("filechooser");
    await this.button("Attach files").click();
    await (await chooser).setFiles([...files]);
    await this.page
      .getByRole("button", { name: `${files.at(-1)?.name}` })
      .first()
      .waitFor();
    await this.page.getByRole("progressbar").first().waitFor({ state: "detached" });
  }

  /** Rests a finger on an element until something has come of it, and lifts it. */
  async longPress(on: Locator, until: () => Promise<void>): Promise<void> {
    await restingTop(on);
    const box = await on.boundingBox();
    if (!box) throw new Error("there is nothing to press on");
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const devtools = await this.context.newCDPSession(this.page);
    await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
    await until();
    await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await devtools.detach();
  }

  /** One of the acts in the bar that appears on a message. What comes meanwhile moves it from under the mouse: then again. */
  async act(text: string | RegExp, name: string): Promise<void> {
    await expect(async () => {
      await this.message(text).hover();
      await this.message(text).getByRole("button", { name, exact: true }).click({ timeout: 3000 });
    }).toPass();
  }

  /** One of those that are wanted seldom. */
  async actMore(text: string | RegExp, name: string): Promise<void> {
    await this.act(text, "More");
    await this.page.getByRole("dialog", { name: "More" }).getByRole("button", { name, exact: true }).click();
  }
}

/** Waits until an element has stopped moving, and answers where it is. */
export function restingTop(element: Locator): Promise<number> {
  return element.evaluate(
    (node) =>
      new Promise<number>((resolve) => {
        let last = Number.NaN;
        let still = 0;
        const look = () => {
          const { top } = node.getBoundingClientRect();
          still = top === last ? still + 1 : 0;
          last = top;
          if (still >= 12) resolve(top);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}
