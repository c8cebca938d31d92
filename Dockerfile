# The server with its client, as an unprivileged user; everything it keeps is in /data. See docs/self-hosting.md.

FROM node:24-trixie-slim AS packages
WORKDIR /parley
COPY package.json package-lock.json .npmrc ./
COPY protocol/package.json protocol/
COPY sdk/package.json sdk/
COPY server/package.json server/
COPY client/package.json client/

FROM packages AS build
RUN npm ci --workspace client
COPY tsconfig.base.json ./
COPY protocol protocol
COPY sdk sdk
COPY client client
RUN npm exec --workspace client -- vite build

# Bun comes as a package with a binary in it, which is all that the image needs of it.
FROM packages AS production
RUN npm ci --omit=dev --include-workspace-root --workspace server
RUN mkdir bin data && mv node_modules/bun/bin/bun.exe bin/bun && bin/bun --version \
  && rm -r node_modules/bun node_modules/@oven node_modules/.bin

FROM debian:trixie-slim
WORKDIR /parley
COPY --from=production /parley/bin /usr/local/bin
COPY --from=production /parley/node_modules node_modules
COPY --from=production --chown=10001:10001 /parley/data /data
COPY package.json tsconfig.base.json ./
COPY protocol protocol
COPY server server
COPY --from=build /parley/client/dist client/dist
# SQLite has no other place for passing files where the root file system is read-only.
ENV HOST=0.0.0.0 PORT=8000 PARLEY_DATA=/data SQLITE_TMPDIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["bun", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["bun", "server/src/main.ts"]
