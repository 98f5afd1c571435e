"""What a synth run will take, from a sample of its corpus: text, speech, storage, time and money."""
