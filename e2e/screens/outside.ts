import { expect } from "../journey.ts";
import { type Act, heading } from "./screen.ts";

let invite = "";

/** Before there is anybody. */
export const beginning: Act = {
  name: "beginning",
  async prepare() {},
  screens: [
    {
      name: "first run",
      shows: ["FirstRun"],
      async open({ ada }) {
        await ada.open();
        await heading(ada, "Set up your workspace");
      },
    },
    {
      name: "first run, with what is missing",
      async open({ ada }) {
        await ada.open();
        await ada.button("Create workspace").click();
        await expect(ada.page.getByText("Give your workspace a name.")).toBeVisible();
      },
    },
  ],
};

/** Who is not signed in. Ada is one of them here. */
export const outside: Act = {
  name: "outside",
  async prepare({ ada, lin }) {
    await lin.signUp("yuki");
    await lin.api("PATCH", "/workspace", { name: "Harbour Makers" });
    const room = await lin.createRoom("committee", { kind: "private", description: "Money and moorings" });
    ({ code: invite } = await lin.api<{ code: string }>("POST", `/rooms/${room.id}/invites`, {}));
    await ada.open("/sign-in");
  },
  screens: [
    {
      name: "sign-in",
      shows: ["SignIn"],
      async open({ ada }) {
        await ada.open("/sign-in");
        await heading(ada, "Sign in");
      },
    },
    {
      name: "sign-in, refused",
      expects: /status of 401/,
      async open({ ada }) {
        await ada.open("/sign-in");
        await ada.page.getByLabel("User name or e-mail").fill("yuki");
        await ada.page.getByLabel("Password", { exact: true }).fill("not this one");
        await ada.button("Sign in").click();
        await expect(ada.page.locator("[aria-invalid]")).toBeVisible();
      },
    },
    {
      name: "forgotten password",
      shows: ["ForgotPassword"],
      async open({ ada }) {
        await ada.open("/forgot");
        await heading(ada, "Forgot your password?");
      },
    },
    {
      name: "reset link",
      shows: ["ResetPassword"],
      async open({ ada, lin }) {
        const { user } = await lin.api<{ user: { id: string } }>("POST", "/admin/users", {
          username: `new.${Math.random().toString(36).slice(2, 8)}`,
          displayName: "Someone new",
          role: "member",
        });
        const { url } = await lin.api<{ url: string }>("POST", `/admin/users/${user.id}/reset-link`);
        await ada.open("/sign-in");
        await ada.page.goto(url);
        await heading(ada, "Choose a password");
        await expect(ada.button("Save and sign in")).toBeVisible();
      },
    },
    {
      name: "reset link, used up",
      expects: /status of 40[04]/,
      async open({ ada }) {
        await ada.open("/sign-in");
        await ada.open("/reset#nothing-like-a-token");
        await heading(ada, "This link does not work any more");
      },
    },
    {
      name: "sign-up",
      shows: ["SignUp", "AccountForm"],
      async open({ ada }) {
        await ada.open("/sign-up");
        await heading(ada, "Create your account");
      },
    },
    {
      name: "an address to verify, by a link that does not work",
      shows: ["VerifyEmail"],
      expects: /status of 4\d\d/,
      async open({ ada }) {
        await ada.open(`/verify#${"x".repeat(43)}`);
        await heading(ada, "This link does not work");
      },
    },
    {
      name: "sign-up, closed",
      async open({ ada, lin }) {
        await lin.api("PATCH", "/workspace", { signUp: "closed" });
        await ada.open("/sign-up");
        await heading(ada, "No new accounts for now");
      },
    },
    {
      name: "sign-up, by invite",
      async open({ ada, lin }) {
        await lin.api("PATCH", "/workspace", { signUp: "invite" });
        await ada.open("/sign-up");
        await heading(ada, "You need an invite");
      },
    },
    {
      name: "invite",
      shows: ["InviteLanding"],
      async open({ ada }) {
        await ada.open(`/invite/${invite}`);
        await heading(ada, "Join committee");
      },
    },
    {
      name: "invite, unusable",
      expects: /status of 404/,
      async open({ ada }) {
        await ada.open("/invite/unknown-code");
        await heading(ada, "This invite does not work any more");
      },
    },
    {
      name: "server out of reach",
      shows: ["Unreachable"],
      expects: /net::ERR_|Failed to load/,
      async open({ ada }) {
        await ada.page.route("**/api/start", (route) => route.abort());
        await ada.open("/sign-in");
        await heading(ada, "The server can't be reached");
      },
      leave: ({ ada }) => ada.page.unroute("**/api/start"),
    },
    {
      name: "something broken",
      shows: ["App"],
      expects: /exception|console: /,
      async open({ ada }) {
        await ada.page.route("**/api/start", (route) => route.fulfill({ json: { workspace: null, user: null } }));
        await ada.open("/sign-in");
        await heading(ada, "Something broke here");
      },
      leave: ({ ada }) => ada.page.unroute("**/api/start"),
    },
  ],
};
