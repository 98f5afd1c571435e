"""The Beam job: corpus, plan, shards that are spoken, judged and written, dataset."""
