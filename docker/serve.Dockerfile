# The server of students, without torch and Beam:
#   docker build -f docker/serve.Dockerfile -t tts-distill-serve .
#   docker run --rm -p 127.0.0.1:8000:8000 tts-distill-serve
# Values of the configuration go after it: … tts-distill-serve keys.file=/keys models.mini=/student
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY conf conf
COPY speech speech
COPY teacher teacher
COPY student student
COPY pipelines pipelines
COPY eval eval
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON}-slim
COPY --from=build /wheels /tmp/wheels
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir -c /tmp/requirements.lock "$(echo /tmp/wheels/*.whl)[serve]" \
    && rm -r /tmp/wheels /tmp/requirements.lock \
    && useradd --system --create-home speech
USER speech
WORKDIR /home/speech
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
ENTRYPOINT ["python", "-m", "student.serve", "host=0.0.0.0"]
