# Worker image for runner=dataflow: Python 3.11, CUDA from torch's own wheels, Beam's boot program.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install --no-install-recommends -y build-essential libsndfile1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/tts-distill
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY conf conf
COPY speech speech
COPY teacher teacher
COPY eval eval
COPY pipelines pipelines
COPY student student
RUN pip install --no-cache-dir -c requirements.lock -e '.[synth,gpu]'

COPY --from=apache/beam_python3.11_sdk:2.77.0 /opt/apache/beam /opt/apache/beam
ENTRYPOINT ["/opt/apache/beam/boot"]
