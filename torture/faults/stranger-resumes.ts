import type { Fault } from "./fault.ts";

/** Who comes back is told of whatever topic they name. */
export const strangerResumes: Fault = {
  name: "stranger-resumes",
  about: "a resume does not ask whether its user is still in the room",
  patches: [
    {
      file: "server/src/fanout/resume.ts",
      find: "  const follows = (topic: Topic) => hub.isFollowing(connection, topic);",
      replace: '  const follows = (topic: Topic) => topic !== "workspace" || hub.isFollowing(connection, topic);',
    },
  ],
  run: { scenario: "removals", count: 5, talkers: 15 },
  caughtBy: "I6",
};
