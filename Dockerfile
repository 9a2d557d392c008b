# One image for the web server and the worker. Libraries first: they change less often than we do.
FROM python:3.13-slim

# Pango draws the PDF pages; our own fonts come with the source.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app \
    YOUTHPROG_INSTANCE=/instance

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock

COPY LICENSE ./
COPY migrations ./migrations
COPY templates ./templates
COPY youthprog ./youthprog
COPY --chmod=755 tools/youthprog /usr/local/bin/youthprog
RUN python -m compileall -q youthprog && python -m youthprog.web.compiled \
 && python -m youthprog.web.doors > youthprog/__pycache__/doors.json

# The program cannot write to itself: only the department's own folder is its user's.
RUN useradd --uid 10001 --no-create-home --home-dir /instance --shell /usr/sbin/nologin youthprog \
 && install --directory --owner=youthprog --mode=0700 /instance
USER youthprog
VOLUME ["/instance"]

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["youthprog", "serve", "--host", "0.0.0.0", "--port", "8000"]
