# Worker image for runner=dataflow, with the weights of one teacher and of the gate's judges:
#   docker build -f docker/gpu.Dockerfile --build-arg TEACHER=f5_base --build-arg GATE=hub -t IMAGE .
# Python's minor and Beam's version are the launcher's: a job's code travels as bytecode.
ARG PYTHON=3.11
ARG BEAM=2.77.0
FROM apache/beam_python${PYTHON}_sdk:${BEAM} AS beam

FROM python:${PYTHON}-slim
RUN apt-get update \
    && apt-get install --no-install-recommends -y build-essential libsndfile1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/tts-distill

# torch as the lock has it, but built for CUDA 12: PyPI's wheels bring CUDA 13, which needs NVIDIA's
# driver 580, and Dataflow promises 525 or later, on which all of CUDA 12 runs. cpu: for
# runner.plan_image. Left out of the constraints are CUDA 13's parts, whose names CUDA 12's share.
ARG TORCH=cu126
COPY requirements.lock ./
RUN grep -E '^(torch|torchaudio)==' requirements.lock > torch.txt \
    && grep -vE '^(nvidia|cuda)-' requirements.lock > constraints.txt \
    && pip install --no-cache-dir --index-url https://download.pytorch.org/whl/${TORCH} -r torch.txt

ARG EXTRAS=synth,gpu
COPY pyproject.toml README.md LICENSE ./
COPY conf conf
COPY speech speech
COPY teacher teacher
COPY eval eval
COPY pipelines pipelines
COPY student student
RUN pip install --no-cache-dir -c constraints.txt -e ".[${EXTRAS}]"

# Weights, so that workers do not pull them one by one; the second time proves that no network is needed.
# It is not cut off for good: a corpus on hf:// is read by workers.
ARG TEACHER=f5_mini
ARG GATE=default
ENV HF_HOME=/opt/hub
RUN python -m pipelines.fetch teacher=${TEACHER} gate=${GATE} \
    && HF_HUB_OFFLINE=1 python -m pipelines.fetch teacher=${TEACHER} gate=${GATE}

# Beam would make a virtual environment for each worker, with nothing of its own in it. As root, since
# the folders that Dataflow mounts below /var/opt/google for a worker to write to are root's.
COPY --from=beam /opt/apache/beam /opt/apache/beam
ENV RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1
ENTRYPOINT ["/opt/apache/beam/boot"]
