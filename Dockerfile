# Both stages are the same Debian and the same Node, so that the native module of the store fits.
FROM node:20-bookworm AS build
WORKDIR /otp
# Compiled here, with the headers that come with the image: a downloaded one may want a newer C library.
ENV npm_config_build_from_source=true npm_config_nodedir=/usr/local
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY commands commands
# Of the native module only what was built is needed.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund \
  && find dist -name '*.map' -delete \
  && cd node_modules/sqlite3 && rm -rf deps src build/Release/obj build/Release/obj.target build/Release/*.a

FROM node:20-bookworm-slim
ENV NODE_ENV=production OTP_API_HOST=0.0.0.0
# A small young generation and few arenas of malloc keep the process small; more makes nothing faster that counts.
ENV NODE_OPTIONS=--max-semi-space-size=8 MALLOC_ARENA_MAX=2
WORKDIR /otp
COPY --from=build /otp/node_modules node_modules
COPY --from=build /otp/dist dist
COPY package.json config.example.toml README.md LICENSE ./
RUN chmod +x dist/src/main.js && ln -s /otp/dist/src/main.js /usr/local/bin/otp \
  && mkdir /data && chown node:node /data && chmod 700 /data
USER node
# Configuration and store; the store is at data/otp.sqlite in it unless [store] url says otherwise.
WORKDIR /data
VOLUME /data
EXPOSE 4040
# Asks [api] port and base_path as the environment has them; override it where only the file says them.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const { OTP_API_PORT: port = 4040, OTP_API_BASE_PATH: base = '' } = process.env; fetch(`http://127.0.0.1:${port}${base}/healthz`).then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["otp"]
CMD ["serve"]
