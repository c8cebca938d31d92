export const roleNames = { owner: "Owner", admin: "Admin", member: "Member" } as const;
