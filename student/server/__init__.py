"""Speech over HTTP: the catalog of models, the engine that computes, OpenAI's API over both."""
