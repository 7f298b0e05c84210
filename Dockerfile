# The bot in a small image: built once with its bytecode, run by somebody who may write nowhere but /data.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
COPY . /source
RUN python -m venv /opt/rapport \
 && /opt/rapport/bin/pip install --no-cache-dir --constraint /source/constraints.txt '/source[pictures,postgres]' \
 && /opt/rapport/bin/python -m compileall -q /opt/rapport/lib

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home rapport
COPY --from=build /opt/rapport /opt/rapport
ENV PATH=/opt/rapport/bin:$PATH \
    DATABASE_URL=sqlite:////data/rapport.db \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=3000 \
    LOG_FORMAT=json
USER rapport
WORKDIR /data
VOLUME /data
EXPOSE 3000
# Whether the process answers. Whether it can work is /readyz, for whoever sends it work: a restart mends no database.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD \
  ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/healthz', timeout=4)"]
# SIGTERM, which Docker sends, lets it finish what is in hand; give it 30 seconds (docker stop --time 30).
CMD ["crm", "run"]
