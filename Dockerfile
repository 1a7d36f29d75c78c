# The executable needs only a C library. Build it first: npx -y bun@1.4.5 run build
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data bellwether && install -d -o bellwether -m 0700 /data
COPY --chmod=0755 dist/bellwether /usr/local/bin/bellwether
USER bellwether
ENV BELLWETHER_DATA=/data BELLWETHER_HTTP=0.0.0.0:8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["bellwether", "healthcheck"]
ENTRYPOINT ["bellwether"]
CMD ["serve"]
