"""F5-TTS: network, sampler, frontend, vocoder and training."""
