# The image of the API and of its commands. docker-compose.yml says how it is run.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# What comes from outside: pinned, with its hash, and never built here.
COPY requirements-build.lock requirements-image.lock ./
RUN pip install --no-deps --only-binary :all: --require-hashes -r requirements-build.lock \
 && python -m venv --without-pip /opt/stedenband \
 && pip --python /opt/stedenband/bin/python install --no-deps --only-binary :all: --require-hashes \
    -r requirements-image.lock

# The package itself, built by what the build lock holds.
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip --python /opt/stedenband/bin/python check \
 && pip wheel --no-index --no-deps --no-build-isolation --wheel-dir dist . \
 && pip --python /opt/stedenband/bin/python install --no-index --no-deps dist/*.whl


FROM python:3.13-slim
# Pango draws the text of reports in PDF (docs/adr/0036).
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/*
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.13/ensurepip /usr/local/lib/python3.13/site-packages/pip* \
 && groupadd --gid 10001 stedenband \
 && useradd --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin stedenband \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/stedenband /opt/stedenband

ENV PATH=/opt/stedenband/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 STEDENBAND_HOST=0.0.0.0 \
    STEDENBAND_DATA=/data
WORKDIR /
USER 10001:10001
EXPOSE 8000
# Healthy means that the database answers too.
HEALTHCHECK --interval=15s --timeout=5s --retries=3 --start-period=60s --start-interval=1s \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=4); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["stedenband"]
CMD ["serve"]
