"""Where the pipeline runs: one file and one YAML in conf/runner for each engine."""
