"""`make test-xla` runs these in an environment of their own, where torch_xla is."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch_xla") else ["test_*.py"]
