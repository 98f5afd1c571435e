# Worker image for runner=dataflow_tpu_v5e and dataflow_tpu_v6e with teacher.device=xla, with weights as in gpu.Dockerfile:
#   docker build -f docker/tpu.Dockerfile --build-arg TEACHER=f5_base --build-arg GATE=hub -t IMAGE .
#   docker build -f docker/tpu.Dockerfile --build-arg ACCELERATOR=v6e-1 … (for a v6e)
# Python's minor and Beam's version are the launcher's: a job's code travels as bytecode.
ARG PYTHON=3.11
ARG BEAM=2.77.0
FROM apache/beam_python${PYTHON}_sdk:${BEAM} AS beam

FROM python:${PYTHON}-slim
RUN apt-get update \
    && apt-get install --no-install-recommends -y build-essential libsndfile1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/tts-distill

# torch_xla's last release and the torch that goes with it, built for CPUs (CUDA's parts are 5 GB); all else is
# the lock's.
ARG TORCH=2.9.1
ARG TORCH_XLA=2.9.0
COPY requirements.lock ./
RUN grep -vE '^(torch==|torchaudio==|triton==|nvidia-|cuda-)' requirements.lock > constraints.txt \
    && pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==${TORCH} torchaudio==${TORCH} \
    && pip install --no-cache-dir -c constraints.txt torch==${TORCH} "torch_xla[tpu]==${TORCH_XLA}"

ARG EXTRAS=synth
COPY pyproject.toml README.md LICENSE ./
COPY conf conf
COPY speech speech
COPY teacher teacher
COPY eval eval
COPY pipelines pipelines
COPY student student
RUN pip install --no-cache-dir -c constraints.txt torch==${TORCH} torchaudio==${TORCH} -e ".[${EXTRAS}]"

# Weights, so that workers do not pull them one by one; the second time proves that no network is needed.
# It is not cut off for good: a corpus on hf:// is read by workers.
ARG TEACHER=f5_mini
ARG GATE=default
ENV HF_HOME=/opt/hub
RUN python -m pipelines.fetch teacher=${TEACHER} gate=${GATE} \
    && HF_HUB_OFFLINE=1 python -m pipelines.fetch teacher=${TEACHER} gate=${GATE}

# A Dataflow worker is no TPU VM, whose metadata server says this to libtpu: one host of one chip.
ARG ACCELERATOR=v5litepod-1
ENV PJRT_DEVICE=TPU \
    TPU_SKIP_MDS_QUERY=1 \
    TPU_HOST_BOUNDS=1,1,1 \
    TPU_CHIPS_PER_HOST_BOUNDS=1,1,1 \
    TPU_WORKER_HOSTNAMES=localhost \
    TPU_WORKER_ID=0 \
    TPU_ACCELERATOR_TYPE=${ACCELERATOR}

# Beam would make a virtual environment for each worker, with nothing of its own in it. As root, since
# the folders that Dataflow mounts below /var/opt/google for a worker to write to are root's.
COPY --from=beam /opt/apache/beam /opt/apache/beam
ENV RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1
ENTRYPOINT ["/opt/apache/beam/boot"]
