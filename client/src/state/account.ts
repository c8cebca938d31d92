import { ParleyError } from "@parley/protocol/errors";
import type { Start } from "@parley/protocol/http/workspace";
import type { User, Workspace } from "@parley/protocol/model";
import { backOffMs, type Clock } from "@parley/sdk/clock";
import type { Http } from "@parley/sdk/http";
import { createSignal, untrack } from "solid-js";
import type { SignUpInput } from "./client.ts";
import type { SignedIn } from "./signed-in.ts";

export type AccountState =
  | { readonly kind: "loading" }
  | { readonly kind: "unreachable"; readonly retryAt: number | null }
  | { readonly kind: "signed-out" }
  | { readonly kind: "signed-in"; readonly signedIn: SignedIn };

export interface AccountOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly enter: (user: User) => SignedIn;
}

/** Who is signed in here. */
export class Account {
  readonly state: () => AccountState;
  readonly workspace: () => Workspace;
  /** Whether the server can mail a reset link. */
  readonly mail: () => boolean;

  readonly #options: AccountOptions;
  readonly #setState: (state: AccountState) => void;
  readonly #setWorkspace: (workspace: Workspace) => void;
  readonly #setMail: (mail: boolean) => void;
  #current: AccountState = { kind: "loading" };
  /** Counts attempts to find out who is signed in: an answer to an earlier one is void. */
  #starts = 0;
  #failures = 0;
  #lastMe: User | undefined;
  #fileBytes = Number.POSITIVE_INFINITY;
  #cancelRetry = () => {};

  constructor(options: AccountOptions) {
    this.#options = options;
    const [state, setState] = createSignal<AccountState>(this.#current);
    const [workspace, setWorkspace] = createSignal<Workspace>({ name: "Parley", signUp: "open", firstRun: false });
    this.state = state;
    this.#setState = setState;
    this.workspace = workspace;
    this.#setWorkspace = setWorkspace;
    const [mail, setMail] = createSignal(false);
    this.mail = mail;
    this.#setMail = setMail;
  }

  /** What one file may have: until the server has said so, it is the one to refuse. */
  get fileBytes(): number {
    return this.#fileBytes;
  }

  findSignedIn(): SignedIn | undefined {
    const state = this.state();
    return state.kind === "signed-in" ? state.signedIn : undefined;
  }

  /** The same, or throws `not_signed_in`. */
  getSignedIn(): SignedIn {
    const found = this.findSignedIn();
    if (!found) throw new ParleyError("not_signed_in");
    return found;
  }

  /** The signed-in user; for a moment after signing out, who it was. */
  me = (): User => {
    this.#lastMe = this.findSignedIn()?.me() ?? this.#lastMe;
    if (!this.#lastMe) throw new Error("nobody has signed in");
    return this.#lastMe;
  };

  /** Asks the server who this is, again and again while it cannot be reached. */
  async start(): Promise<void> {
    const { http, clock } = this.#options;
    const mine = ++this.#starts;
    this.#cancelRetry();
    if (this.#current.kind === "unreachable") this.#set({ kind: "unreachable", retryAt: null });
    try {
      const { workspace, user, mail, fileBytes } = await http.get<Start>("/start");
      if (mine !== this.#starts) return;
      this.#failures = 0;
      this.#setWorkspace(workspace);
      this.#setMail(mail === true);
      this.#fileBytes = fileBytes;
      this.#set(user ? { kind: "signed-in", signedIn: this.#options.enter(user) } : { kind: "signed-out" });
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (mine !== this.#starts) return;
      const delay = error.retryAfterMs ?? backOffMs(clock, ++this.#failures);
      this.#cancelRetry = clock.after(delay, () => void this.start());
      this.#set({ kind: "unreachable", retryAt: clock.now() + delay });
    }
  }

  /** Does not wait for a timer if the server could not be reached. */
  retryNow(): void {
    if (this.#current.kind === "unreachable" && this.#current.retryAt !== null) void this.start();
  }

  async signUp(input: SignUpInput): Promise<User> {
    const user = await this.#options.http.request<User>("POST", "/auth/sign-up", input);
    this.#setWorkspace({ ...this.workspace(), firstRun: false });
    this.#enter(user);
    return user;
  }

  async signIn(input: { readonly login: string; readonly password: string }): Promise<User> {
    const user = await this.#options.http.request<User>("POST", "/auth/sign-in", input);
    this.#enter(user);
    return user;
  }

  async resetPassword(input: { readonly token: string; readonly password: string }): Promise<User> {
    const user = await this.#options.http.request<User>("POST", "/auth/resets", input);
    this.#enter(user);
    return user;
  }

  async signOut(): Promise<void> {
    try {
      await this.#options.http.request<void>("POST", "/auth/sign-out");
    } catch (error) {
      if (!(error instanceof ParleyError && error.code === "not_signed_in")) throw error;
    }
    this.leave();
  }

  /** Nobody is signed in here any more. */
  leave(): void {
    if (this.#current.kind === "signed-in") this.#set({ kind: "signed-out" });
  }

  /** Whoever is shown as signed in may be so no longer: the session has ended, or another tab has changed it. */
  async check(): Promise<void> {
    const before = this.#current;
    if (before.kind !== "signed-in") return;
    const { me } = before.signedIn;
    try {
      const { user } = await this.#options.http.get<Start>("/start");
      if (this.#current !== before || user?.id === untrack(me).id) return;
      this.#set(user ? { kind: "signed-in", signedIn: this.#options.enter(user) } : { kind: "signed-out" });
    } catch (error) {
      // Unreachable: the doubt comes back with the next attempt to connect.
      if (!(error instanceof ParleyError)) throw error;
    }
  }

  putWorkspace(workspace: Workspace): void {
    this.#setWorkspace(workspace);
  }

  close(): void {
    this.#starts++;
    this.#cancelRetry();
    this.leave();
  }

  #enter(user: User): void {
    this.#starts++;
    this.#cancelRetry();
    this.#set({ kind: "signed-in", signedIn: this.#options.enter(user) });
  }

  #set(state: AccountState): void {
    if (this.#current.kind === "signed-in") this.#current.signedIn.close();
    this.#current = state;
    this.#setState(state);
  }
}
