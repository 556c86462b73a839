# syntax=docker/dockerfile:1
# Images of the bot (the default target), the operator and the simulator, from one build. Small, non-root, no shell.
#   docker build --target bot -t ubermench-bot:0.1.0 .        (or buildah build)
#   docker build --target operator -t ubermench-operator:0.1.0 .
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/target \
    CARGO_TARGET_DIR=/target cargo build --release --locked --bins -p ubermench-bot -p ubermench-operator -p ubermench-simulator \
 && for program in bot operator simulator; do image/rootfs.sh /target/release/ubermench-$program /out/$program; done

FROM scratch AS simulator
LABEL org.opencontainers.image.title="ubermench-simulator" \
      org.opencontainers.image.description="A stand-in for WhatsApp: Graph API, signed webhooks, phones to type on" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/simulator /
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/ubermench-simulator"]
CMD ["serve"]

FROM scratch AS operator
LABEL org.opencontainers.image.title="ubermench-operator" \
      org.opencontainers.image.description="Operator of UbermenchDeployment" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/operator /
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/ubermench-operator"]
CMD ["run"]

FROM scratch AS bot
LABEL org.opencontainers.image.title="ubermench-bot" \
      org.opencontainers.image.description="Handy, the WhatsApp service-booking bot" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/bot /
USER 65532:65532
EXPOSE 8080 9090
# On Kubernetes the probes do this.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/usr/local/bin/ubermench-bot", "health"]
ENTRYPOINT ["/usr/local/bin/ubermench-bot"]
CMD ["serve"]
